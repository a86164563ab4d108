"""Did roads make districts richer? Lights at night as a proxy for output that nobody recorded."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from make_data import TRUTH, make_data

import imagesasdata as iad

HERE = Path(__file__).parent
OUTPUT = HERE / "output"
OUTPUT.mkdir(exist_ok=True)

# Two pictures from space and the borders of 100 districts; in half of them a road was built.
data = make_data()
before = iad.measure_regions(data / "lights_2012.tif", data / "districts.geojson")
after = iad.measure_regions(data / "lights_2020.tif", data / "districts.geojson")
districts = before[["district", "road"]].copy()
districts["light_growth"] = np.log(after["pixel_sum"]) - np.log(before["pixel_sum"])

# Output was recorded in a third of the districts: enough to learn how light follows it.
districts = districts.merge(pd.read_csv(data / "accounts.csv"), on="district", how="left")

elasticity = smf.ols("light_growth ~ output_growth", districts).fit(cov_type="HC3")
effect = smf.ols("light_growth ~ road", districts).fit(cov_type="HC3")

# The effect on output is the ratio of the two; its interval is drawn by the bootstrap over districts.
random = np.random.default_rng(1)
draws = []
for _ in range(1000):
    some = districts.iloc[random.integers(0, len(districts), len(districts))]
    known = some.dropna()
    slope = np.cov(known["output_growth"], known["light_growth"])
    means = some.groupby("road")["light_growth"].mean()
    draws.append((means[1] - means[0]) / (slope[0, 1] / slope[0, 0]))

estimate = {
    "elasticity": elasticity.params["output_growth"],
    "road_on_light": effect.params["road"],
    "road_on_output": effect.params["road"] / elasticity.params["output_growth"],
}
intervals = {
    "elasticity": elasticity.conf_int().loc["output_growth"],
    "road_on_light": effect.conf_int().loc["road"],
    "road_on_output": np.quantile(draws, [0.025, 0.975]),
}
table = pd.DataFrame(
    {
        "term": list(estimate),
        "estimate": list(estimate.values()),
        "conf_low": [low for low, _ in intervals.values()],
        "conf_high": [high for _, high in intervals.values()],
        "n": [int(elasticity.nobs), int(effect.nobs), len(districts)],
        "truth": [TRUTH[term] for term in estimate],
    }
)
table.to_csv(OUTPUT / "table.csv", index=False)
print(table.round(3).to_string(index=False))

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
grid = np.log(after.sort_values("district")["pixel_sum"].to_numpy()).reshape(10, 10)
shown = left.imshow(grid, cmap="magma")
figure.colorbar(shown, ax=left, label="log light, 2020")
left.set(xticks=[], yticks=[], title="100 districts")
for road, rows in districts.groupby("road"):
    name = "road" if road else "no road"
    right.hist(rows["light_growth"], bins=np.arange(-0.3, 1, 0.1), alpha=0.6, label=name)
right.set(xlabel="growth of log light, 2012 to 2020", ylabel="districts")
right.legend(frameon=False)
figure.savefig(OUTPUT / "figure.png", dpi=110)
