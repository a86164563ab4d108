"""How often age, gender, race and expression are as labeled, on portraits and coded photos.

``IMAGESASDATA_DATA=... python benchmarks/faces_looks.py``; some two minutes on two cores.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
from labeled import DATA as PICTURES
from labeled import largest, told
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, ndtri, softmax

import imagesasdata as iad
from imagesasdata.arrays.faces.attributes import AGE_CURVE, CALIBRATION, LEAST, MALE, AgeCurve
from imagesasdata.arrays.faces.columns import CLASSES

DATA = PICTURES / "faces"
# Of the calibrations, fitted without the people or pictures that it is tried on.
FOLDS, PENALTY = 10, 3.0
TENTH = float(ndtri(0.9))
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
    """How often expressions are right, with the calibration fitted to other people and pictures."""
    columns = [f"expression_prob_{name}" for name in CLASSES["expression"]]
    faces = faces[faces["set"].isin(["emotion", "london"]) & faces[columns[0]].notna()]
    slope, offsets = CALIBRATION["expression"]
    raw = log_softmax((np.log(faces[columns].to_numpy(float)) - offsets) / slope, axis=1)
    raw = np.maximum(raw, np.log(1e-6))
    truth = faces["true_label"].map(CLASSES["expression"].index).to_numpy()
    folds = fold_of(faces)
    print("fitted to all:", np.round(fitted(raw, truth), 3).tolist())
    chances = np.zeros_like(raw)
    for fold in range(FOLDS):
        ours, others = folds == fold, folds != fold
        chances[ours] = calibrated(raw[ours], fitted(raw[others], truth[others]))
    for name, some in (("not calibrated", softmax(raw, axis=1)), ("held out", chances)):
        loss = -np.log(some[np.arange(len(truth)), truth]).mean()
        print(f"{name}: mean probability {some.max(axis=1).mean():.3f}, log loss {loss:.3f}")
        print(f"{name}: calibration error {calibration_error(some, truth):.3f}")
        share(f"{name}: most probable is right", pd.Series(some.argmax(axis=1) == truth))
    tables(faces, chances, truth)


def tables(faces: pd.DataFrame, chances: np.ndarray, truth: np.ndarray) -> None:
    """Shares that are right by set, by class and by probability."""
    names = np.array(CLASSES["expression"])
    best, label = chances.max(axis=1), names[chances.argmax(axis=1)]
    right, given = label == names[truth], best >= LEAST["expression"]
    for name in ("emotion", "london"):
        part = (faces["set"] == name).to_numpy()
        share(f"{name}: with a label", pd.Series(given[part]))
        share(f"{name}: right, of those with a label", pd.Series(right[part & given]))
        calm = part & (names[truth] == "neutral")
        wrong = np.isin(label, ["angry", "sad"])
        share(f"{name}: neutral, most probably angry or sad", pd.Series(wrong[calm]))
        share(f"{name}: neutral, told as angry or sad", pd.Series((wrong & given)[calm]))
    for name in names:
        share(f"told as {name}, right", pd.Series(right[given & (label == name)]))
        share(f"{name}, told so", pd.Series((given & (label == name))[names[truth] == name]))
    for low, high in itertools.pairwise((0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.01)):
        some = (best >= low) & (best < high)
        share(f"probability {low} to {min(high, 1)}, right", pd.Series(right[some]))
    for low in (0.4, 0.5, 0.6, 0.7, 0.8):
        share(f"probability {low} and more, right", pd.Series(right[best >= low]))


def calibrated(raw: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Probabilities from the network's log probabilities, by a slope and an offset for each class."""
    return softmax(values[0] * raw + values[1:], axis=1)


def fitted(raw: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The slope and the offsets of greatest likelihood, with a small penalty on the offsets."""

    def loss(values: np.ndarray) -> float:
        logs = log_softmax(values[0] * raw + values[1:], axis=1)
        return float(
            PENALTY / 2 * (values[1:] ** 2).sum() - logs[np.arange(len(truth)), truth].sum()
        )

    return minimize(loss, np.r_[1.0, np.zeros(raw.shape[1])]).x


def calibration_error(chances: np.ndarray, truth: np.ndarray) -> float:
    """The mean distance between probability and share that are right, over ten bins of equal size."""
    best, right = chances.max(axis=1), chances.argmax(axis=1) == truth
    bins = np.array_split(np.argsort(best), 10)
    sizes = [len(one) / len(best) for one in bins]
    return float(np.dot(sizes, [abs(best[one].mean() - right[one].mean()) for one in bins]))


def ages(faces: pd.DataFrame) -> None:
    """Bias, and how often the interval holds the age, by ten years and by set, on people held out."""
    faces = faces[pd.to_numeric(faces["true_age"], errors="coerce").notna() & faces["age"].notna()]
    truth = faces["true_age"].astype(float).to_numpy()
    raw = AGE_CURVE.mean(faces["age"].to_numpy(float))
    print("age, fitted to all:", [round(value, 5) for value in curve(raw, truth)])
    told_ages, folds = np.zeros((3, len(truth))), fold_of(faces)
    for fold in range(FOLDS):
        ours = folds == fold
        by = curve(raw[~ours], truth[~ours])
        told_ages[:, ours] = [by.ages(raw[ours], above) for above in (TENTH, 0.0, -TENTH)]
    low, middle, high = told_ages
    inside, error = pd.Series((low <= truth) & (truth <= high)), middle - truth
    decade = (truth // 10 * 10).astype(int)
    kinds = {f"{one} to {one + 9}": decade == one for one in np.unique(decade)}
    kinds |= {one: (faces["set"] == one).to_numpy() for one in ("london", "canada", "crops")}
    for name, part in {**kinds, "all": truth > 0}.items():
        of = f"{error[part].mean():+.1f} years, {np.abs(error[part]).mean():.1f} apart"
        share(f"{name}: {of}, interval {(high - low)[part].mean():.0f} wide; holds", inside[part])


def curve(raw: np.ndarray, truth: np.ndarray) -> AgeCurve:
    """The curve of greatest likelihood for what the network says of people of known ages."""

    def loss(values: np.ndarray) -> float:
        apart = (raw - values[0] - values[1] * truth) / np.exp(values[2] + values[3] * truth / 100)
        return (
            float((values[2] + values[3] * truth / 100 + apart**2 / 2).sum()) + values[3] ** 2 / 2
        )

    found = minimize(loss, [8.0, 0.7, 1.7, 0.3], method="Nelder-Mead", options={"maxiter": 8000}).x
    return AgeCurve(*map(float, (*found[:3], found[3] / 100)))


def genders(faces: pd.DataFrame) -> None:
    """How often gender is as labeled, by probability, with the calibration fitted to other people."""
    faces = faces[faces["true_gender"].isin(["female", "male"])]
    some = faces["gender"].notna()
    share("gender: null, the face looks younger than 12", ~some)
    faces = faces[some]
    male = faces["gender_prob_male"].to_numpy(float)
    odds = (np.log(male / (1 - male)) - MALE[1]) / MALE[0]
    truth, folds = (faces["true_gender"] == "male").to_numpy(), fold_of(faces)
    print("gender, fitted to all:", np.round(line(odds, truth), 3).tolist())
    chances = np.zeros_like(odds)
    for fold in range(FOLDS):
        ours = folds == fold
        slope, offset = line(odds[~ours], truth[~ours])
        chances[ours] = expit(slope * odds[ours] + offset)
    for name, one in (("not calibrated", expit(odds)), ("held out", chances)):
        both = np.stack([1 - one, one], axis=1)
        loss = -np.log(both[np.arange(len(truth)), truth.astype(int)]).mean()
        error = calibration_error(both, truth.astype(int))
        print(f"gender, {name}: log loss {loss:.3f}, calibration error {error:.3f}")
        right = pd.Series((one > 0.5) == truth)
        for sex, part in (("female", ~truth), ("male", truth)):
            for kind in ("london", "canada", "crops"):
                of = part & (faces["set"] == kind).to_numpy()
                share(f"gender, {name}: {kind}, {sex}", right[of])
        best = both.max(axis=1)
        for low, high in itertools.pairwise((0.5, 0.7, 0.8, 0.9, 0.97, 1.01)):
            share(f"gender, {name}: {low} to {min(high, 1)}", right[(best >= low) & (best < high)])


def line(odds: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Slope and offset of greatest likelihood, with a small penalty on the slope."""

    def loss(values: np.ndarray) -> float:
        signed = np.where(truth, 1, -1) * (values[0] * odds + values[1])
        return float(np.logaddexp(0, -signed).sum() + values[0] ** 2 / 2)

    return minimize(loss, [1.0, 0.0]).x


def fold_of(faces: pd.DataFrame) -> np.ndarray:
    """A fold for each face, the same for all of a person."""
    people = pd.factorize(pd.Series([Path(path).name.split("_0")[0] for path in faces["path"]]))[0]
    return np.random.default_rng(0).integers(0, FOLDS, people.max() + 1)[people]


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
    genders(faces)
    groups(faces)


if __name__ == "__main__":
    main()
