"""What is in an archive that nobody has coded, and how did it change? Clusters, named and mapped."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import statsmodels.formula.api as smf
from make_data import TRUTH, make_data

import imagesasdata as iad

HERE = Path(__file__).parent
OUTPUT = HERE / "output"
OUTPUT.mkdir(exist_ok=True)

# 240 pictures of two decades.
data = make_data()
archive = pd.read_csv(data / "archive.csv")
archive["path"] = str(data) + "/" + archive["path"]

# From pictures to vectors, from vectors to as many groups as come out best; labels help to name these.
archive = iad.embed(archive)
archive = iad.cluster(archive, reduce="pca")
archive = iad.classify(archive)
clusters = iad.cluster_table(archive)
print(clusters[["cluster", "size", "stability", "labels"]].round(2).to_string(index=False))

# Look at the most typical and the least typical pictures of each cluster.
near_to_far = archive.sort_values("cluster_distance").groupby("cluster")
shown = pd.concat([near_to_far.head(4), near_to_far.tail(2)])
iad.contact_sheet(shown, by="cluster", label="label", per_row=6, to=OUTPUT / "figure.png")

# Then name them. The labels of cluster 1 are wrong: ImageNet has no astronauts.
names = {0: "cat", 1: "astronaut", 2: "rocket", 3: "coffee", 4: "coins"}
archive["shows"] = archive["cluster"].map(names)

# A map of the whole archive, to be opened in a browser.
iad.map_images(archive, to=OUTPUT / "map.html", color="shows", columns=["shows", "decade", "label"])

# Do the names hold? Someone names 60 pictures without having seen the clusters.
sample = iad.sample_for_labels(archive, 60, seed=1)
kinds = pd.read_csv(data / "kinds.csv")
kinds["path"] = str(data) + "/" + kinds["path"]
sample = sample.merge(kinds, on="path")
print("\nNames of clusters beside names that a person gave:")
valid = iad.validate(sample, "kind", "shows").glance()
print(valid[["n", "accuracy", "accuracy_low", "accuracy_high"]].round(2).to_string(index=False))

# How did the archive change? The share of each kind in the seventies, less that in the sixties.
archive["seventies"] = (archive["decade"] == 1970).astype(int)
rows = []
for kind in names.values():
    archive["is_kind"] = (archive["shows"] == kind).astype(int)
    found = smf.ols("is_kind ~ seventies", archive).fit(cov_type="HC2")
    low, high = found.conf_int().loc["seventies"]
    sixties = found.params["Intercept"]
    rows.append((kind, sixties, found.params["seventies"], low, high, TRUTH[kind]))
columns = ["kind", "share_sixties", "estimate", "conf_low", "conf_high", "truth"]
table = pd.DataFrame(rows, columns=columns)
table.to_csv(OUTPUT / "table.csv", index=False)
print("\nChange of the share of each kind, from the sixties to the seventies:")
print(table.round(2).to_string(index=False))
