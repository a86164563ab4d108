"""Did a law bring more protests? From a few hundred coded pictures to a corrected regression."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pandas as pd
from make_data import TRUTH, make_data

import imagesasdata as iad

HERE = Path(__file__).parent
OUTPUT = HERE / "output"
OUTPUT.mkdir(exist_ok=True)

# 500 posts, before and after a law, by day and by night.
data = make_data()
posts = pd.read_csv(data / "posts.csv")
codes = iad.read_labels(data / "coders")  # what two coders exported from iad.label_page

# Do the coders see the same? Both coded everything here; a study has them share 50 to 100.
agreement = iad.agreement(codes).tidy()
print("Agreement of the coders:")
print(
    agreement.iloc[[0]][["measure", "estimate", "conf_low", "conf_high"]]
    .round(2)
    .to_string(index=False)
)
protest = codes.query("coder == 'ann'").set_index("path")["value"]

# Sample once: the same codes teach the model and correct the regression. Of a picture that it was
# trained on, the model gives what a fit that had not seen it predicts (posts["protest_trained"]).
sample = iad.sample_for_labels(posts, 200, by=["after_law", "night"], seed=1)
posts = posts.join(sample[["sample_prob"]])
posts["protest"] = posts["path"].map(protest).where(posts["sample_prob"].notna())
posts["path"] = str(data) + "/" + posts["path"]
model = iad.fine_tune(posts[posts["protest"].notna()], outcome="protest")
posts = model.augment(posts)

print("\nThe model beside the 200 codes, each predicted by a fit without it:")
valid = iad.validate(posts, "protest", "protest_pred", prob="protest_prob")
print(
    valid.tidy()[["label", "n_truth", "precision", "recall", "auc"]].round(2).to_string(index=False)
)

print("\nIts errors by day and by night:")
errors = iad.audit(posts, "protest", "protest_pred", by="night").tidy()
errors = errors[errors["measure"].isin(["false_positive_rate", "false_negative_rate"])]
shown = ["grouping", "group", "measure", "n", "estimate", "conf_low", "conf_high"]
print(errors[shown].round(2).to_string(index=False))

# The regression: as if predictions were the truth, with the 150 codes alone, and corrected.
result = iad.regress(
    "protest_pred ~ after_law + night", posts, gold={"protest_pred": "protest"}, method="dsl"
)
table = result.compare()
table["truth"] = table["term"].map({"Intercept": 0.35, **TRUTH})
table.to_csv(OUTPUT / "table.csv", index=False)
print("\nShare of posts that show a protest:")
print(table.set_index("term").T.round(2).to_string())

print("\nFor the section on methods:")
methods = iad.cite(posts, model=model, truth="protest", prediction="protest_pred")
print(textwrap.fill(methods.text, 90, break_on_hyphens=False))

few = posts.groupby(["protest", "night"]).head(3).round({"protest_prob": 2})
few = few.assign(coded=few["protest"].map({0: "no protest", 1: "protest"}))
iad.contact_sheet(few, by="coded", label="protest_prob", per_row=6, to=OUTPUT / "figure.png")
