"""Whether two faces are one person's: distances, probabilities, neighbors and groups."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from imagesasdata.arrays.probabilities import logistic
from imagesasdata.errors import ArgumentError

# A block of the distance matrix of at most 64 MB.
_BLOCK = 8_000_000
# Groups are made from all pairs, whose distances must fit in memory (1.6 GB).
MOST_FACES = 20_000


class Calibration(NamedTuple):
    """The largest distance of two faces of one person, and a logistic curve around it."""

    threshold: float
    slope: float
    middle: float


def probability(distance: Float[np.ndarray, " n"], by: Calibration) -> Float[np.ndarray, " n"]:
    """The probability that two faces at a distance are one person's."""
    return logistic(by.slope * (by.middle - distance))


def distances(a: Float[np.ndarray, "n d"], b: Float[np.ndarray, "n d"]) -> Float[np.ndarray, " n"]:
    """Euclidean distances, row by row."""
    return np.linalg.norm(a - b, axis=1)


def nearest(
    targets: Float[np.ndarray, "t d"], gallery: Float[np.ndarray, "g d"], k: int
) -> tuple[Int[np.ndarray, "t k"], Float[np.ndarray, "t k"]]:
    """The ``k`` faces of a gallery nearest to each target, and their distances.

    Vectors are of length one. Ties go to the earlier face. A gallery with fewer than ``k`` faces
    gives all of them.
    """
    k = min(k, len(gallery))
    places = np.zeros((len(targets), k), np.int64)
    found = np.zeros((len(targets), k))
    step = max(1, _BLOCK // max(1, len(gallery)))
    for start in range(0, len(targets), step):
        likeness = targets[start : start + step] @ gallery.T
        # First the candidates for the k nearest, then these in order.
        few = np.argpartition(-likeness, k - 1, axis=1)[:, :k] if k else np.zeros((1, 0), int)
        few = np.sort(few, axis=1)
        close = np.take_along_axis(likeness, few, axis=1)
        order = np.argsort(-close, axis=1, kind="stable")
        places[start : start + step] = np.take_along_axis(few, order, axis=1)
        close = np.take_along_axis(close, order, axis=1)
        found[start : start + step] = np.sqrt(np.clip(2 - 2 * close, 0, None))
    return places, found


def groups(
    vectors: Float[np.ndarray, "n d"], threshold: float
) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Groups whose faces are on average nearer than a threshold, the largest group first.

    Returns
    -------
    group
        For each face; groups of one size in the order of their first face.
    distance
        Of each face from the mean of its group.

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
