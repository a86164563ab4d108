"""How do outlets differ in what they show of the same events? Pictures as the outcome."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from make_data import TRUTH, make_data

import imagesasdata as iad

HERE = Path(__file__).parent
PHOTOS = HERE.parent / "photos"
OUTPUT = HERE / "output"
OUTPUT.mkdir(exist_ok=True)

# 300 front pages: three outlets on 100 events.
data = make_data()
pages = pd.read_csv(data / "pages.csv")
pages["path"] = str(data) + "/" + pages["path"]

# What is shown, by the nearest of a few examples; and how bright the picture is.
examples = {
    "person": PHOTOS / "astronaut.jpg",
    "cat": PHOTOS / "chelsea.jpg",
    "thing": [PHOTOS / f"{name}.jpg" for name in ("coffee", "rocket", "coins", "clock")],
}
pages = iad.recognize_objects(pages, examples)
pages = iad.features(pages, groups="light")
pages["person_pred"] = (pages["match"] == "person").astype(int)

# A coder looks at 120 pages, as many of each outlet, so that errors can be seen and taken out.
coded = pd.read_csv(data / "coded.csv")
coded["path"] = str(data) + "/" + coded["path"]
sample = iad.sample_for_labels(pages, 120, by="outlet", seed=1).merge(coded, on="path")
pages = pages.merge(sample[["path", "shows_person", "sample_prob"]], on="path", how="left")

print("How good the measure is, and whether it errs more for one outlet:")
check = iad.validate(pages, "shows_person", "person_pred").glance()
print(check[["n", "accuracy", "accuracy_low", "accuracy_high"]].round(2).to_string(index=False))
errors = iad.audit(pages, "shows_person", "person_pred", by="outlet").tidy()
errors = errors.query("measure == 'error_rate'")
print(errors[["group", "n", "estimate", "conf_low", "conf_high"]].round(2).to_string(index=False))

# Outlets beside the Herald; pages on the same event are alike, so standard errors are by event.
outlets = 'C(outlet, contr.treatment("Herald"))'
by_event = {"cluster": "event"}
gold = {"person_pred": "shows_person"}
person = iad.regress(f"person_pred ~ {outlets}", pages, gold=gold, vcov=by_event)
light = iad.regress(f"luminance_mean ~ {outlets}", pages, vcov=by_event)

table = person.compare().iloc[1:].reset_index(drop=True)
table.insert(0, "outlet", table.pop("term").str.extract(r"\[T\.(\w+)\]")[0])
table["truth"] = table["outlet"].map(TRUTH)
table.to_csv(OUTPUT / "table.csv", index=False)
print("\nShare of pages that show a person, less that of the Herald:")
columns = ["outlet", "naive", "corrected", "corrected_low", "corrected_high", "truth"]
print(table[columns].round(3).to_string(index=False))
print("\nMean luminance:")
print(light.tidy()[["term", "estimate", "conf_low", "conf_high"]].round(3).to_string(index=False))

iad.contact_sheet(
    pages.groupby("outlet").head(4), by="outlet", label="match", per_row=4, to=OUTPUT / "figure.png"
)
