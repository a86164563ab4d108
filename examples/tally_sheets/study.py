"""Do the tally sheets add up, and where do they not? From photos of sheets to flags and a table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import statsmodels.formula.api as smf
from make_data import TRUTH, make_data

import imagesasdata as iad

HERE = Path(__file__).parent
OUTPUT = HERE / "output"
OUTPUT.mkdir(exist_ok=True)

# 30 polling stations, each with a photo of its sheet. In half of them the clerks had no training.
data = make_data()
stations = pd.read_csv(data / "stations.csv")
stations["path"] = str(data) + "/" + stations["path"]

# From photos to pieces of text, and from rows with a name and a number to counts.
pieces = iad.read_text(stations)
rows = pieces.groupby(["path", "row"])["text"].agg(["first", "last", "size"]).query("size == 2")
rows["number"] = pd.to_numeric(rows["last"], errors="coerce")
counts = rows.reset_index().pivot(index="path", columns="first", values="number")
counts = counts.rename(columns=str.lower).reset_index()
sheets = stations.merge(counts, on="path", how="left")

# Three flags. A count that was not read is missing, and so is what is computed from it.
candidates = ["adeyemi", "bianchi", "castillo", "duarte"]
votes = sheets[candidates].sum(axis=1, skipna=False)
read = votes.notna() & sheets["total"].notna() & sheets["registered"].notna()
sheets["sum_differs"] = (votes != sheets["total"]).where(read)
sheets["over_turnout"] = (sheets["total"] > sheets["registered"]).where(read)
sheets["same_as_another"] = sheets.duplicated(candidates, keep=False).where(read)
flags = ["sum_differs", "over_turnout", "same_as_another"]

print(f"Sheets read in full: {read.sum()} of {len(sheets)}")
flagged = sheets.loc[sheets[flags].eq(True).any(axis=1) | ~read]
print("\nSheets to look at by eye:")
print(flagged.loc[:, ["station", *flags]].to_string(index=False))

# How well was it read? In a study people read some sheets again; here the truth is known.
truth = pd.read_csv(data / "counts.csv").set_index("station")
right = sheets.set_index("station")[truth.columns].eq(truth)
print(f"\nCounts read right: {right.to_numpy().mean():.1%} of {right.size}")

# Are sheets of untrained clerks wrong more often?
model = smf.ols("sum_differs ~ untrained", data=sheets[read].astype({"sum_differs": float}))
found = model.fit(cov_type="HC3")
low, high = found.conf_int().to_numpy().T
table = pd.DataFrame({"estimate": found.params, "conf_low": low, "conf_high": high})
table["truth"] = pd.Series(TRUTH)
table = table.rename_axis("term").reset_index()
table.to_csv(OUTPUT / "table.csv", index=False)
print("\nShare of sheets whose sum differs:")
print(table.round(2).to_string(index=False))

iad.contact_sheet(flagged, label="station", per_row=5, to=OUTPUT / "figure.png")
