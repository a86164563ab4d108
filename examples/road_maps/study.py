"""Did roads make places grow? Roads of 1924 read off map sheets, population of 1950 from a census."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from make_data import TRUTH, make_data
from PIL import Image

import imagesasdata as iad

HERE = Path(__file__).parent
OUTPUT = HERE / "output"
OUTPUT.mkdir(exist_ok=True)

# Ten sheets of one series, each cut into cells of 1.6 km; the colors are picked from a scan.
data = make_data()
palette = {"road": "#b03a2e", "river": "#5884b2", "wood": "#96b078"}
cells = iad.segment_colors(data / "sheets", palette, grid=(6, 8))
cells["sheet"] = cells["path"].str.split("/").str[-1]

# From a share of pixels to a length: a pixel is 20 m, and roads are drawn 5 pixels wide.
area = cells["width"] * cells["height"]
cells["road_km"] = cells["road_share"] * area / 5 * 20 / 1000

# The census of 1950 has a row for each cell.
place = ["sheet", "cell_row", "cell_column"]
cells = cells.merge(pd.read_csv(data / "cells.csv"), on=place)

# Soft edges of lines are lost, and names of places are printed in the ink of roads. So trace the roads
# of 120 cells by hand.
sample = iad.sample_for_labels(cells, 120, by="sheet", seed=1)[[*place, "sample_prob"]]
sample = sample.merge(pd.read_csv(data / "traced.csv"), on=place)
cells = cells.merge(sample, on=place, how="left")
error = (cells["road_km"] - cells["traced_km"]).dropna()
correlation = cells["road_km"].corr(cells["traced_km"])
print(f"Measured less traced: {error.mean():+.2f} km on average; correlation {correlation:.2f}")

result = iad.regress(
    "np.log(population_1950) ~ road_km + river + C(sheet)", cells, gold={"road_km": "traced_km"}
)
table = result.compare().query("term in @TRUTH").reset_index(drop=True)
table["truth"] = table["term"].map(TRUTH)
table.to_csv(OUTPUT / "table.csv", index=False)
print("\nLogarithm of population:")
print(table.set_index("term").T.round(3).to_string())

one = cells[cells["sheet"] == "sheet_00.jpg"]
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
left.imshow(Image.open(one["path"].iloc[0]))
left.set(title="a sheet", xticks=[], yticks=[])
grid = one.pivot(index="cell_row", columns="cell_column", values="road_km")
shown = right.imshow(grid.astype(float), cmap="Reds")
figure.colorbar(shown, ax=right, label="km of road, as measured")
right.set(title="its cells", xticks=[], yticks=[])
figure.savefig(OUTPUT / "figure.png", dpi=110)
