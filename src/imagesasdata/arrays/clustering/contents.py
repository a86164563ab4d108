"""Contents of clusters: size, most and least typical rows, over-represented labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int


class Contents(NamedTuple):
    """One cluster: its size, its medoid, its most typical and its least typical rows."""

    size: int
    medoid: int
    typical: list[int]
    atypical: list[int]


class LabelShare(NamedTuple):
    """A label in one cluster: its count, and its share there divided by its overall share."""

    label: str
    members: int
    ratio: float


def contents(
    vectors: Float32[np.ndarray, "rows size"], members: Int[np.ndarray, " members"], top: int
) -> Contents:
    """Describe the cluster of these members, by cosines of unit vectors.

    The medoid is the member with the smallest sum of squared distances to the others: the one nearest
    to the mean.
    """
    rows = vectors[members].astype(np.float64)
    distances = np.linalg.norm(rows - rows.mean(axis=0), axis=1)
    order = members[np.argsort(distances, kind="stable")]
    return Contents(len(members), int(order[0]), order[:top].tolist(), order[::-1][:top].tolist())


def over_represented(
    labels: Sequence[str | None], members: Int[np.ndarray, " members"], top: int
) -> list[LabelShare]:
    """The labels with the largest excess: members beyond those that the overall share predicts."""
    known = [label for label in labels if label is not None]
    overall = Counter(known)
    inside = Counter(label for row in members if (label := labels[row]) is not None)
    total = sum(inside.values())
    excesses = []
    for label, count in inside.items():
        expected = overall[label] / len(known) * total
        if count > expected:
            excesses.append((count - expected, LabelShare(label, count, count / expected)))
    excesses.sort(key=lambda pair: (-pair[0], pair[1].label))
    return [share for _, share in excesses[:top]]
