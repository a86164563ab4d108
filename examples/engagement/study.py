"""Which attributes of posts go with engagement? Pictures as the explanatory variable."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from make_data import TRUTH, make_data

import imagesasdata as iad

HERE = Path(__file__).parent
OUTPUT = HERE / "output"
OUTPUT.mkdir(exist_ok=True)

# 300 posts of 30 accounts, each with a picture.
data = make_data()
posts = pd.read_csv(data / "posts.csv")
posts["path"] = str(data) + "/" + posts["path"]

# From pictures to columns: light and color from the pixels, the subject from a network.
posts = iad.features(posts, groups=["light", "color"])
posts = iad.classify(posts)

# ImageNet's five breeds of house cats, by their WordNet ids.
house_cats = ["n02123045", "n02123159", "n02123394", "n02123597", "n02124075"]
posts["shows_cat"] = posts["label_id"].isin(house_cats)

# Likes are counts. Accounts differ in much that nobody measured, so compare posts within accounts;
# posts of one account are alike, so standard errors are by account.
attributes = "luminance_mean + colorfulness + shows_cat + weekend"
by_account = {"cluster": "account"}
pooled = iad.regress(
    f"likes ~ {attributes} + np.log(followers)", posts, family="poisson", vcov=by_account
)
within = iad.regress(f"likes ~ {attributes} + C(account)", posts, family="poisson", vcov=by_account)

# The table: both regressions beside the truth, which the maker of the data knows.
columns = ["term", "estimate", "conf_low", "conf_high"]
table = pd.concat(
    {"pooled": pooled.tidy()[columns], "within accounts": within.tidy()[columns]}, names=["model"]
)
table = table.reset_index("model").query("term in @TRUTH")
table["truth"] = [TRUTH[term] for term in table["term"]]
table.to_csv(OUTPUT / "table.csv", index=False)
print(table.round(3).to_string(index=False))

# The figure: how much more likes an attribute goes with, per standard deviation.
scale = posts[list(TRUTH)].astype(float).std()
figure, axis = plt.subplots(figsize=(7, 3.2), layout="constrained")
for model, shift, color in (("pooled", -0.12, "gray"), ("within accounts", 0.12, "teal")):
    rows = table[table["model"] == model]
    place = pd.Series(range(len(rows)), rows.index) + shift
    unit = scale[rows["term"]].to_numpy()
    axis.hlines(place, rows["conf_low"] * unit, rows["conf_high"] * unit, color=color)
    axis.plot(rows["estimate"] * unit, place, "o", color=color, label=model)
axis.plot(pd.Series(TRUTH) * scale, range(len(TRUTH)), "k|", markersize=18, label="truth")
axis.axvline(0, color="black", linewidth=0.5)
axis.set_yticks(range(len(TRUTH)), ["brightness", "colorfulness", "shows a cat", "weekend"])
axis.set_xlabel("change of log likes per standard deviation (95% interval)")
axis.invert_yaxis()
axis.legend(frameon=False)
figure.savefig(OUTPUT / "figure.png", dpi=110)
