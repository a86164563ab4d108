"""How well faces tell persons apart on labeled portraits, by group, and on persons held out.

``IMAGESASDATA_DATA=... python benchmarks/faces_identity.py``; some five minutes on two cores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from labeled import DATA as PICTURES
from labeled import largest, told
from scipy.special import ndtri
from sklearn.metrics import adjusted_rand_score

import imagesasdata as iad
from imagesasdata.networks.zoo import registry
from imagesasdata.options import FACE_EMBEDDER, FALSE_MATCH_RATE

DATA = PICTURES / "faces"
BY = registry.card(FACE_EMBEDDER).calibration
assert BY is not None
LIMIT = BY.threshold(FALSE_MATCH_RATE)
RATES = (1e-4, 1e-3, 1e-2, 1e-1)
RNG = np.random.default_rng(0)


def portraits() -> pd.DataFrame:
    """The largest face of each labeled portrait, with its person and the person's groups."""
    london = pd.read_csv(DATA / "london" / "labels.csv", dtype={"person": str}).assign(set="london")
    canada = pd.read_csv(DATA / "canada" / "labels.csv").assign(set="canada")
    crops = pd.read_csv(DATA / "attributes.csv").rename(columns={"race": "eth"}).assign(set="crops")
    for one, folder in ((london, "london/"), (canada, "canada/"), (crops, "")):
        one["path"] = str(DATA) + "/" + folder + one["path"]
    canada["person"], crops["person"] = canada["path"], crops["path"]
    table = pd.concat([london, canada, crops], ignore_index=True)
    table = table[["path", "set", "person", "gender", "eth"]]
    faces = largest(iad.embed_faces(iad.detect_faces(table, keep_empty=True)))
    print(f"portraits without a face: {int(faces['face_id'].isna().sum())} of {len(faces)}")
    return faces[faces["face_id"].notna()].reset_index(drop=True)


class Pairs:
    """All pairs of faces: their distances, and which are of strangers."""

    def __init__(self, faces: pd.DataFrame) -> None:
        vectors = np.stack(list(faces["face_embedding"]))
        first, second = np.triu_indices(len(faces), 1)
        self.faces, self.first, self.second = faces, first, second
        self.far = np.linalg.norm(vectors[first] - vectors[second], axis=1)
        self.strangers = self.each("person", lambda a, b: a != b)

    def each(self, column: str, test: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
        """Whether a test of the two faces' values of a column holds, for each pair."""
        values = self.faces[column].to_numpy()
        return test(values[self.first], values[self.second])

    def kinds(self, people: set[str] | None = None) -> dict[str, np.ndarray]:
        """Which pairs are of strangers within each set, and across the sets."""
        these = self.strangers
        if people is not None:
            these = these & self.each(
                "person", lambda a, b: np.isin(a, [*people]) & np.isin(b, [*people])
            )
        alike = self.each("set", lambda a, b: a == b)
        of = {name: self.each("set", lambda a, b, n=name: a == n) for name in ("london", "crops")}
        return {
            **{f"within {name}": these & alike & one for name, one in of.items()},
            "across the sets": these & ~alike,
        }


def tail(far: Sequence[np.ndarray]) -> tuple[float, float]:
    """Mean and sd of the normal distribution that has the lower tail of several kinds of pairs."""
    limits = np.linspace(0.33, 0.46, 27)
    rates = np.mean([[(some <= limit).mean() for limit in limits] for some in far], axis=0)
    there = (rates > 3e-4) & (rates < 0.03)
    slope, start = np.polyfit(limits[there], ndtri(rates[there]), 1)
    return -start / slope, 1 / slope


def strangers(pairs: Pairs) -> None:
    """The rates of false matches: fitted, held out, and by group."""
    kinds = pairs.kinds()
    mean, sd = tail([pairs.far[one] for one in kinds.values()])
    print(f"strangers' distances: mean {mean:.3f}, sd {sd:.4f}; the card has {BY.mean}, {BY.sd}")
    print({rate: round(mean + sd * float(ndtri(rate)), 3) for rate in RATES})
    people = np.unique(pairs.faces["person"])
    held = []
    for _ in range(100):
        half = {*RNG.choice(people, len(people) // 2, replace=False)}
        mean, sd = tail([pairs.far[one] for one in pairs.kinds(half).values()])
        limit = mean + sd * ndtri(FALSE_MATCH_RATE)
        rest = pairs.kinds({*people} - half).values()
        held.append(np.mean([(pairs.far[one] <= limit).mean() for one in rest]))
    low, high = np.quantile(held, [0.025, 0.975])
    print(f"held-out persons at {FALSE_MATCH_RATE}: {np.mean(held):.4f} ({low:.4f} to {high:.4f})")
    print(f"\nfalse matches at {LIMIT:.3f}")
    alike = pairs.each("gender", lambda a, b: a == b) & pairs.each("eth", lambda a, b: a == b)
    for name, one in {**kinds, "same gender and group": alike & pairs.strangers}.items():
        told(name, int((pairs.far[one] <= LIMIT).sum()), int(one.sum()))
    for part in ("london", "crops"):
        here = pairs.each("set", lambda a, b, n=part: (a == n) & (b == n)) & pairs.strangers
        for group in sorted(pairs.faces.loc[pairs.faces["set"] == part, "eth"].unique()):
            one = here & alike & pairs.each("eth", lambda a, b, n=group: a == n)
            told(
                f"{part}, same gender, {group}",
                int((pairs.far[one] <= LIMIT).sum()),
                int(one.sum()),
            )


def persons(pairs: Pairs) -> None:
    """Persons of two portraits each: those not matched, groups, and the first rank."""
    london = pairs.faces[pairs.faces["set"] == "london"].reset_index(drop=True)
    pair = london.groupby("person")["path"].agg(list)
    pair = pair[pair.map(len) == 2]
    firsts, seconds = [list(column) for column in zip(*pair, strict=True)]
    checked = iad.verify_faces(firsts, seconds)
    told("\none person, not matched", int((~checked["match"]).sum()), len(checked))
    found = iad.find_faces(firsts, seconds, top=1)
    person = dict(zip(london["path"], london["person"], strict=True))
    told(
        "rank 1",
        int((found["target"].map(person) == found["path"].map(person)).sum()),
        len(found),
    )


def groups(name: str, truth: pd.Series, found: pd.Series) -> None:
    """Purity and adjusted Rand index of groups."""
    most = pd.crosstab(found, truth).max(axis=1).sum()
    index = adjusted_rand_score(truth, found)
    print(f"{name}: purity {most / len(truth):.3f}, adjusted Rand index {index:.3f}", flush=True)


def main() -> None:
    """Measure all and print it."""
    faces = portraits()
    pairs = Pairs(faces)
    strangers(pairs)
    persons(pairs)
    faces = faces.rename(columns={"person": "who"})
    for name, part in (("london", faces[faces["set"] == "london"]), ("all portraits", faces)):
        part = part.reset_index(drop=True)
        groups(name, part["who"], iad.cluster_faces(part)["person"])


if __name__ == "__main__":
    main()
