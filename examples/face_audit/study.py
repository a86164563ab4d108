"""Do the face verbs work equally well for all? An audit by what people said of themselves."""

from __future__ import annotations

import itertools
import os
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

import imagesasdata as iad

HERE = Path(__file__).parent
OUTPUT = HERE / "output"
OUTPUT.mkdir(exist_ok=True)
FACES = Path(os.environ["IMAGESASDATA_DATA"]) / "faces" / "london"
warnings.simplefilter("ignore", iad.AppearanceWarning)  # what it says is what is measured here

# Two portraits each of 51 people, neutral and smiling; gender and ethnicity as they reported them.
# Groups of four or seven people tell nothing, so there are two.
photos = pd.read_csv(FACES / "labels.csv", dtype={"person": str})
photos = photos.rename(columns={"age": "own_age", "gender": "own_gender"})
photos["ethnicity"] = photos["eth"].where(photos["eth"] == "white", "all others")
photos["path"] = str(FACES) + "/" + photos["path"]

# Is there exactly one face? Then what does a network say of it?
photos["one_face"] = iad.count_faces(photos)["n_faces"] == 1
photos["is_one"] = True
seen = iad.analyze_faces(photos, attributes=["age", "gender", "expression"])
first = seen.sort_values("face_score", ascending=False).drop_duplicates("path").set_index("path")
photos["says_female"] = photos["path"].map(first["gender"]) == "female"
photos["is_female"] = photos["own_gender"] == "female"
photos["says_happy"] = photos["path"].map(first["expression"]) == "happy"
photos["is_happy"] = photos["label"] == "happy"
photos["age_error"] = photos["path"].map(first["age"]) - photos["own_age"]

# Is it the same person? Each person smiling and neutral; and neutral, with each other of their group.
neutral = photos[photos["label"] == "neutral"]
happy = photos[photos["label"] == "happy"]
smiling = dict(zip(happy["person"], happy["path"], strict=True))
rows = [
    (path, smiling[person], True, gender, ethnicity)
    for path, person, gender, ethnicity in zip(
        *(neutral[name] for name in ("path", "person", "own_gender", "ethnicity")), strict=True
    )
]
for _, group in neutral.groupby(["own_gender", "ethnicity"]):
    for one, other in itertools.combinations(group.itertuples(), 2):
        rows.append((one.path, other.path, False, one.own_gender, one.ethnicity))
pairs = pd.DataFrame(rows, columns=["path_a", "path_b", "same", "own_gender", "ethnicity"])
pairs = iad.verify_faces(pairs)
pairs["match"] = pairs["match"].astype(bool)

# One row for each person, because two portraits of one person are no two people.
AUDITS = {
    "not exactly one face found": (neutral, "is_one", "one_face", "error_rate"),
    "gender told wrong": (neutral, "is_female", "says_female", "error_rate"),
    "smile missed": (photos[photos["is_happy"]], "is_happy", "says_happy", "error_rate"),
    "smile seen in a neutral face": (neutral, "is_happy", "says_happy", "error_rate"),
    "not matched with themselves": (pairs[pairs["same"]], "same", "match", "error_rate"),
    "matched with another": (pairs[~pairs["same"]], "same", "match", "error_rate"),
}
tables = []
for name, (data, truth, prediction, measure) in AUDITS.items():
    for by in ("own_gender", "ethnicity"):
        found = iad.audit(data, truth, prediction, by=by, min_group=10).tidy()
        found = found[(found["measure"] == measure) & (found["grouping"] == by)]
        tables.append(found.assign(of=name))
table = pd.concat(tables)[
    ["of", "grouping", "group", "n", "estimate", "conf_low", "conf_high", "p_value"]
]
table["grouping"] = table["grouping"].replace("own_gender", "gender")
# Pairs share persons, so a test that takes them as independent says too much.
table.loc[table["of"] == "matched with another", "p_value"] = None
table.to_csv(OUTPUT / "table.csv", index=False)
print("Share of errors, by group:")
print(table.round(3).to_string(index=False, na_rep=""))

print("\nAge: years by which the estimate is too high, and by how much this differs:")
neutral = neutral.assign(
    female=neutral["is_female"].astype(int), other=(neutral["ethnicity"] != "white").astype(int)
)
age = iad.regress("age_error ~ female + other", neutral)
print(age.tidy()[["term", "estimate", "conf_low", "conf_high"]].round(1).to_string(index=False))

figure, axes = plt.subplots(1, len(AUDITS), figsize=(15, 2.8), sharey=True, layout="constrained")
for axis, (name, some) in zip(axes, table.groupby("of", sort=False), strict=True):
    places = range(len(some))
    axis.hlines(places, some["conf_low"], some["conf_high"], color="teal")
    axis.plot(some["estimate"], places, "o", color="teal")
    axis.set(
        title=name.replace(" ", "\n", 2),
        yticks=list(places),
        yticklabels=some["group"],
        xlim=(-0.03, 1),
    )
    axis.spines[["top", "right"]].set_visible(False)
axes[0].invert_yaxis()
figure.savefig(OUTPUT / "figure.png", dpi=120)
