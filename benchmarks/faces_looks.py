"""How often age, gender, race and expression are as labeled, on portraits and coded photos.

``IMAGESASDATA_DATA=... python benchmarks/faces_looks.py``; some two minutes on two cores.
"""

from __future__ import annotations

import pandas as pd
from labeled import DATA as PICTURES
from labeled import largest, told

import imagesasdata as iad

DATA = PICTURES / "faces"
# The London set's groups that the network has a class for.
RACES = {"white": "white", "black": "black", "east_asian": "asian"}


def labeled_faces() -> pd.DataFrame:
    """The largest face of each picture, with what it is labeled as and what it looks like."""
    parts = []
    for name in ("london", "canada", "emotion"):
        part = pd.read_csv(DATA / name / "labels.csv", dtype={"person": str})
        parts.append(part.assign(set=name, path=f"{DATA}/{name}/" + part["path"]))
    crops = pd.read_csv(DATA / "attributes.csv").rename(columns={"race": "eth"})
    parts.append(crops.assign(set="crops", path=f"{DATA}/" + crops["path"]))
    table = pd.concat(parts, ignore_index=True)
    table = table.rename(
        columns={name: f"true_{name}" for name in ("age", "gender", "eth", "label")}
    )
    faces = iad.detect_faces(table[[name for name in table if name != "person"]])
    return iad.analyze_faces(
        largest(faces).sort_index(), attributes=("age", "gender", "race", "expression")
    )


def share(what: str, true: pd.Series) -> None:
    """Print how many are true."""
    told(what, int(true.sum()), len(true))


def expressions(faces: pd.DataFrame) -> None:
    """Which faces get a label, how often it is right, and by its probability."""
    faces = faces[faces["set"].isin(["emotion", "london"])]
    given = faces[faces["expression"].notna()]
    right = given["expression"] == given["true_label"]
    for name, part in faces.groupby("set"):
        share(f"{name}: with a label", part["expression"].notna())
        share(f"{name}: right", right[given["set"] == name])
        calm = part[part["true_label"] == "neutral"]
        share(f"{name}: neutral, told as angry or sad", calm["expression"].isin(["angry", "sad"]))
    for name, part in given.groupby("expression"):
        share(f"told as {name}, right", right[part.index])
    best = given.filter(like="expression_prob_").max(axis=1)
    for low, high in ((0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (0.6, 1.01)):
        share(f"probability {low} to {min(high, 1)}, right", right[(best >= low) & (best < high)])


def ages(faces: pd.DataFrame) -> None:
    """Bias, and how often the interval holds the age, by ten years."""
    faces = faces[pd.to_numeric(faces["true_age"], errors="coerce").notna()]
    truth = faces["true_age"].astype(float)
    inside = truth.between(faces["age_low"], faces["age_high"])
    for decade, part in faces.groupby((truth // 10 * 10).astype(int)):
        error = (part["age"] - truth[part.index]).mean()
        share(f"{decade} to {decade + 9}: {error:+.1f} years; interval holds", inside[part.index])


def groups(faces: pd.DataFrame) -> None:
    """Gender and race on the London set, by self-reported group."""
    london = faces[faces["set"] == "london"]
    for name, part in london.groupby("true_gender"):
        share(f"London, gender of {name}", part["gender"] == name)
    for name, race in RACES.items():
        share(f"London, race of {name}", london.loc[london["true_eth"] == name, "race"] == race)


def main() -> None:
    """Measure all and print it."""
    faces = labeled_faces()
    expressions(faces)
    ages(faces)
    groups(faces)


if __name__ == "__main__":
    main()
