"""Random samples with known probabilities: equal, by strata, or proportional to size."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Float32, Int

from imagesasdata.arrays.neighbors.distances import unit
from imagesasdata.errors import quiet

Chances = Float[np.ndarray, " rows"]

# Every row gets this share of the mean uncertainty, so that certain rows can be drawn, too.
_FLOOR = 0.25


def even(rows: int, count: int) -> Chances:
    """The same probability for all rows."""
    return np.full(rows, count / rows)


def strata(group: Int[np.ndarray, " rows"], count: int) -> Int[np.ndarray, " groups"]:
    """The number of rows to draw from each group, as equal as the groups' sizes allow."""
    sizes = np.bincount(group)
    counts = np.zeros_like(sizes)
    # Smaller groups come first and leave to the others what they cannot fill.
    for done, number in enumerate(np.argsort(sizes, kind="stable")):
        left, groups = count - counts.sum(), len(sizes) - done
        counts[number] = min(sizes[number], round(left / groups))
    return counts


def within(group: Int[np.ndarray, " rows"], counts: Int[np.ndarray, " groups"]) -> Chances:
    """The chance of each row when ``counts`` rows are drawn from each group."""
    return (counts / np.bincount(group))[group]


def by_size(size: Float[np.ndarray, " rows"], count: int) -> Chances:
    """Probabilities proportional to ``size``, at most 1, which sum to ``count``."""
    chance = np.zeros(len(size))
    certain = np.zeros(len(size), bool)
    while True:
        left = count - certain.sum()
        chance[~certain] = left * size[~certain] / max(size[~certain].sum(), 1e-300)
        over = ~certain & (chance >= 1.0)
        if not over.any():
            chance[certain] = 1.0
            return chance
        certain |= over


def draw_strata(
    group: Int[np.ndarray, " rows"], counts: Int[np.ndarray, " groups"], seed: int
) -> Int[np.ndarray, " drawn"]:
    """Simple random samples of each group, of the given sizes, as sorted row numbers."""
    random = np.random.default_rng(seed)
    parts = [
        random.choice(np.flatnonzero(group == number), count, replace=False)
        for number, count in enumerate(counts)
    ]
    return np.sort(np.concatenate(parts))


def draw_systematic(chance: Chances, seed: int) -> Int[np.ndarray, " drawn"]:
    """A systematic sample with exactly these probabilities (Madow 1949).

    Rows are put in random order, then drawn at equal steps along the cumulative probabilities.
    doi:10.1214/aoms/1177729988.
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(chance))
    ends = np.cumsum(chance[order])
    # The sum is a whole number, up to rounding.
    ends *= round(ends[-1]) / ends[-1]
    marks = np.arange(round(ends[-1])) + random.random()
    indices = np.minimum(np.searchsorted(ends, marks, side="right"), len(chance) - 1)
    return np.sort(order[indices])


def unsure(probs: Float[np.ndarray, "columns rows"], *, of_two: bool) -> Float[np.ndarray, " rows"]:
    """The uncertainty of each row's most probable class, raised so that every row can be drawn.

    With ``of_two``, there is one column, the probability of one of two classes. A row without
    probabilities counts as most uncertain.
    """
    sure = np.maximum(probs[0], 1.0 - probs[0]) if of_two else probs.max(axis=0)
    uncertainty = 1.0 - sure
    most = np.nanmax(uncertainty) if not np.isnan(uncertainty).all() else 1.0
    uncertainty = np.where(np.isnan(uncertainty), most, uncertainty)
    floor = _FLOOR * uncertainty.mean()
    return uncertainty + (floor if floor > 0.0 else 1.0)


def clusters(
    vectors: Float32[np.ndarray, "rows size"], most: int, seed: int
) -> Int[np.ndarray, " rows"]:
    """The cluster of each row, by k-means of the vectors' directions, at most ``most`` clusters."""
    from scipy.cluster.vq import kmeans2

    vectors = unit(vectors)
    count = min(most, len(np.unique(vectors, axis=0)))
    # Empty clusters do not matter here.
    with quiet(UserWarning, message="One of the clusters is empty"):
        _, labels = kmeans2(vectors, count, minit="++", rng=np.random.default_rng(seed))
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)
