"""Identity of faces: distances, match probabilities, neighbors and groups."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from imagesasdata.arrays.probabilities import logistic
from imagesasdata.errors import ArgumentError

# A block of the distance matrix of at most 64 MB.
_BLOCK = 8_000_000
# Groups are made from all pairs, whose distances must fit in memory (1.6 GB).
MOST_FACES = 20_000


# The rates of false matches that a threshold can be given for: beyond them the pairs of strangers that
# it was fitted to say nothing.
LOWEST_RATE, HIGHEST_RATE = 1e-4, 0.1


class Calibration(NamedTuple):
    """How far apart the faces of two strangers are, and how probable one person is at a distance.

    ``mean`` and ``sd`` are of the normal distribution whose lower tail is that of the strangers'
    distances; ``slope`` and ``middle`` of a logistic curve.
    """

    mean: float
    sd: float
    slope: float
    middle: float

    def threshold(self, false_match_rate: float) -> float:
        """The distance that this share of pairs of strangers does not exceed."""
        return NormalDist(self.mean, self.sd).inv_cdf(false_match_rate)


def probability(distance: Float[np.ndarray, " n"], by: Calibration) -> Float[np.ndarray, " n"]:
    """The probability that two faces at a distance are of the same person."""
    return logistic(by.slope * (by.middle - distance))


def distances(a: Float[np.ndarray, "n d"], b: Float[np.ndarray, "n d"]) -> Float[np.ndarray, " n"]:
    """Euclidean distances, row by row."""
    return np.linalg.norm(a - b, axis=1)


def nearest(
    targets: Float[np.ndarray, "t d"], gallery: Float[np.ndarray, "g d"], k: int
) -> tuple[Int[np.ndarray, "t k"], Float[np.ndarray, "t k"]]:
    """The ``k`` faces of a gallery nearest to each target, and their distances.

    Vectors have length one. Ties go to the earlier face. Of a gallery with fewer than ``k`` faces,
    all are returned.
    """
    k = min(k, len(gallery))
    rows = np.zeros((len(targets), k), np.int64)
    away = np.zeros((len(targets), k))
    step = max(1, _BLOCK // max(1, len(gallery)))
    for start in range(0, len(targets), step):
        likeness = targets[start : start + step] @ gallery.T
        # First the k nearest in any order, then sorted.
        few = np.argpartition(-likeness, k - 1, axis=1)[:, :k] if k else np.zeros((1, 0), int)
        few = np.sort(few, axis=1)
        close = np.take_along_axis(likeness, few, axis=1)
        order = np.argsort(-close, axis=1, kind="stable")
        rows[start : start + step] = np.take_along_axis(few, order, axis=1)
        close = np.take_along_axis(close, order, axis=1)
        away[start : start + step] = np.sqrt(np.clip(2 - 2 * close, 0, None))
    return rows, away


def groups(
    vectors: Float[np.ndarray, "n d"], threshold: float
) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Group faces by average linkage, up to a mean distance of ``threshold``.

    Returns
    -------
    group
        The number of each face's group; the largest is 0, ties in the order of their first face.
    distance
        The distance of each face from the mean of its group.

    Raises
    ------
    ArgumentError
        With more faces than `MOST_FACES`.
    """
    if len(vectors) > MOST_FACES:
        raise ArgumentError(
            f"There are {len(vectors):,} faces; at most {MOST_FACES:,} can be grouped at once.",
            "group by event or year first, or search for persons with iad.find_faces.",
        )
    if len(vectors) < 2:
        return np.zeros(len(vectors), np.int64), np.zeros(len(vectors))
    from scipy.cluster.hierarchy import fcluster, linkage

    raw = fcluster(linkage(vectors, "average"), threshold, "distance")
    _, first, inverse, count = np.unique(
        raw, return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(count), np.int64)
    rank[np.lexsort((first, -count))] = np.arange(len(count))
    group = rank[inverse]
    means = np.stack([vectors[group == one].mean(axis=0) for one in range(len(count))])
    return group, np.linalg.norm(vectors - means[group], axis=1)
