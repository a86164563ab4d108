"""Can a network tell which pictures please people, and people of which country? Silhouettes, rated."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

import imagesasdata as iad

HERE = Path(__file__).parent
OUTPUT = HERE / "output"
OUTPUT.mkdir(exist_ok=True)
PICTURES = Path(os.environ["IMAGESASDATA_DATA"]) / "evoked"

# 292 black silhouettes of things and scenes; how pleasant raters in the US and in China found them (1-9).
photos = pd.read_csv(PICTURES / "labels.csv")
photos["path"] = str(PICTURES) + "/" + photos["path"]
RATED = {"US": "valence_us", "China": "valence_ch"}

# How alike do the two countries rate? No model of the one can be expected to do better for the other.
print("Mean ratings of China, by those of the US:")
alike = iad.regress("valence_ch ~ valence_us", photos)
print(alike.tidy()[["term", "estimate", "conf_low", "conf_high"]].round(2).to_string(index=False))

# A small network on an embedding, cross-validated: each picture is predicted by a fit without it.
rows, fits = [], []
for country, outcome in RATED.items():
    fit = iad.fine_tune(photos, outcome=outcome, folds=5)
    fits.append(fit)
    figures = fit.glance().iloc[0]
    for measure in ("correlation", "r_squared"):
        ends = [figures[f"{measure}{end}"] for end in ("", "_low", "_high")]
        rows.append((f"embedding, {country}", measure, *ends))
    held_out = fit.tested().set_index("row")["pred"]
    photos[f"pred_{country}"] = held_out.reindex(range(len(photos))).to_numpy()
table = pd.DataFrame(rows, columns=["model of", "measure", "estimate", "conf_low", "conf_high"])
table.to_csv(OUTPUT / "table.csv", index=False)
print("\nOf pictures that a fit had not seen:")
print(table.round(2).to_string(index=False))

# Does what is left over agree between the countries? Then people saw it, and the network did not.
photos["left_us"] = photos["valence_us"] - photos["pred_US"]
photos["left_china"] = photos["valence_ch"] - photos["pred_China"]
left = iad.regress("left_china ~ left_us", photos)
print("\nWhat the model missed in China, by what it missed in the US:")
print(left.tidy()[["term", "estimate", "conf_low", "conf_high"]].round(2).to_string(index=False))

# Do plain measures of the picture do as well?
plain = iad.features(photos, groups=["light", "composition", "texture"])
simple = iad.regress("valence_us ~ luminance_mean + edge_share", plain)
print("\nRatings of the US, by the share of white and of edges:")
print(simple.tidy()[["term", "estimate", "conf_low", "conf_high"]].round(2).to_string(index=False))

figure, axes = plt.subplots(1, 3, figsize=(12, 4), layout="constrained")
shown = {
    "US and China": ("valence_us", "valence_ch"),
    "predicted, US": ("pred_US", "valence_us"),
    "predicted, China": ("pred_China", "valence_ch"),
}
for axis, (title, (x, y)) in zip(axes, shown.items(), strict=True):
    axis.scatter(photos[x], photos[y], s=10, color="teal", alpha=0.6)
    axis.set(title=title, xlabel=x, ylabel=y, xlim=(1, 9), ylim=(1, 9), aspect="equal")
    axis.spines[["top", "right"]].set_visible(False)
figure.savefig(OUTPUT / "figure.png", dpi=100)

print("\nFor the section on methods:")
print(textwrap.fill(iad.cite([fits[-1], alike]).text, 90, break_on_hyphens=False))
