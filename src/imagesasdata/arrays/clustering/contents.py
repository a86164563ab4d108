"""Contents of clusters: size, most and least typical rows, over-represented labels, a proposed name."""

from __future__ import annotations

import re
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


def typical_first(vectors: Float32[np.ndarray, "rows size"], members: Sequence[int]) -> list[int]:
    """The members from the nearest to their mean to the farthest; those without a vector come last."""
    rows = np.asarray(members, np.int64)
    there = rows[np.isfinite(vectors[rows]).all(axis=1)] if vectors.shape[1] else rows[:0]
    lengths = np.linalg.norm(vectors[there], axis=1, keepdims=True)
    units = vectors[there] / np.where(lengths > 0, lengths, 1)
    near = contents(units, np.arange(len(there)), len(there)).typical if len(there) else []
    found = there[near].tolist()
    return [*found, *sorted(set(members) - set(found))]


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


def proposed_name(
    texts: Sequence[str | None], members: Sequence[int], *, by_word: bool = False
) -> str | None:
    """A name for a cluster: the two labels that it has most beyond their overall share.

    Parameters
    ----------
    texts
        A label for each row; with ``by_word`` a text, of which each word of four letters or more counts.
    members
        The rows of the cluster.
    by_word
        Whether words are counted in place of whole texts.
    """
    parts = [[] if text is None else _words(text) if by_word else [text] for text in texts]
    inside = set(members)
    flat = [(part, row in inside) for row, some in enumerate(parts) for part in some]
    places = np.flatnonzero([is_member for _, is_member in flat])
    found = over_represented([part for part, _ in flat], places, 2)
    return ", ".join(one.label for one in found) or None


def _words(text: str) -> list[str]:
    return sorted({word.lower() for word in re.findall(r"[^\W\d_]{4,}", text)})
