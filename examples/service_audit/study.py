"""Does a commercial service see poor households as well as rich ones? An audit, beside our own model."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from make_data import MISSED, TRUTH, make_data

import imagesasdata as iad

HERE = Path(__file__).parent
OUTPUT = HERE / "output"
OUTPUT.mkdir(exist_ok=True)

# 280 photos of kitchen tables. Is there a cup? A person looked at 160, as many of each income.
data = make_data()
photos = pd.read_csv(data / "households.csv")
sample = iad.sample_for_labels(photos, 160, by="income", seed=1)[["path", "sample_prob"]]
sample = sample.merge(pd.read_csv(data / "coded.csv"), on="path")
photos = photos.merge(sample, on="path", how="left")
photos["path"] = str(data) + "/" + photos["path"]
photos["low_income"] = (photos["income"] == "low").astype(int)

# What the service answered: its files, saved before, read as a table. An answer may be an error.
said = iad.read_annotations(data / "answers", keep_empty=True)
said["is_cup"] = said["label"].isin(["Cup", "Coffee Cup"]) & (said["label_prob"] >= 0.7)
said["is_cup"] = said["is_cup"].where(said["image_error"].isna())
service = said.groupby("path")["is_cup"].max()
photos["service"] = photos["path"].str.split("/").str[-1].map(service).astype("Int64")

# What our model says.
photos = iad.classify(photos)
photos["ours"] = photos["label"].isin(["espresso", "tea cup", "coffee mug"]).astype(int)

# How good is each, and for whom?
results = {
    name: iad.audit(photos, "cup", name, by=["income", "region"]) for name in ("service", "ours")
}
table = pd.concat({name: found.tidy() for name, found in results.items()}, names=["measured_by"])
table = table.reset_index("measured_by").query("measure != 'positive_rate'")
by_income = table.query("grouping == 'income'")
columns = [
    "measured_by",
    "group",
    "measure",
    "n",
    "estimate",
    "conf_low",
    "conf_high",
    "p_adjusted",
]
print(by_income[columns].round(3).to_string(index=False))
print("\nWidest gaps, also of income and region together:")
gaps = results["service"].gaps().query("measure == 'false_negative_rate'")
print(gaps.drop(columns="measure").round(2).to_string(index=False))

# Do the two and the person agree?
codes = photos.melt("path", ["cup", "service", "ours"], "coder", "value").dropna()
alpha = iad.agreement(codes).tidy().iloc[[0]]
print("\nAgreement of person, service and our model:")
print(
    alpha[["measure", "estimate", "conf_low", "conf_high", "n_items"]]
    .round(2)
    .to_string(index=False)
)

# What it does to a finding: do poor households have a cup on the table less often?
findings = pd.concat(
    {
        name: iad.regress(f"{name} ~ low_income", photos, gold={name: "cup"}).compare()
        for name in ("service", "ours")
    },
    names=["measured_by"],
)
findings = findings.reset_index("measured_by").query("term == 'low_income'")
findings["truth"] = [TRUTH[term] for term in findings["term"]]
columns = ["measured_by", "naive", "naive_low", "naive_high"]
columns += ["corrected", "corrected_low", "corrected_high", "truth"]
print("\nShare of households with a cup, poor less rich:")
print(findings[columns].round(2).to_string(index=False))

table.to_csv(OUTPUT / "audit.csv", index=False)
findings.to_csv(OUTPUT / "table.csv", index=False)

figure, axis = plt.subplots(figsize=(7, 2.8), layout="constrained")
missed = by_income.query("measure == 'false_negative_rate'").reset_index(drop=True)
axis.hlines(missed.index, missed["conf_low"], missed["conf_high"], color="teal")
axis.plot(missed["estimate"], missed.index, "o", color="teal")
known = missed.query("measured_by == 'service'")
truth = [MISSED[income] for income in known["group"]]
axis.plot(truth, known.index, "k|", markersize=16, label="truth, known of the service")
names = missed["measured_by"] + ", " + missed["group"] + " income"
axis.set_yticks(missed.index, names)
axis.set(xlabel="cups missed (95% interval)", xlim=(0, None))
axis.margins(y=0.15)
axis.invert_yaxis()
axis.legend(frameon=False)
figure.savefig(OUTPUT / "figure.png", dpi=110)
