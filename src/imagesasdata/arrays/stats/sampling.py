"""Random samples with known sampling probabilities: equal, by strata, or by size."""

from __future__ import annotations

import warnings

import numpy as np
from jaxtyping import Float, Float32, Int

from imagesasdata.arrays.neighbors.distances import unit

Chances = Float[np.ndarray, " rows"]

# Of the mean uncertainty, given to every row: a sure row, too, must have a chance.
_FLOOR = 0.25


def even(rows: int, count: int) -> Chances:
    """The same chance for all."""
    return np.full(rows, count / rows)


def strata(group: Int[np.ndarray, " rows"], count: int) -> Int[np.ndarray, " groups"]:
    """Rows to draw of each group: as equal as the groups' sizes allow."""
    sizes = np.bincount(group)
    found = np.zeros_like(sizes)
    # Groups that have fewer rows than their share leave the rest to the others.
    for place, number in enumerate(np.argsort(sizes, kind="stable")):
        left, groups = count - found.sum(), len(sizes) - place
        found[number] = min(sizes[number], round(left / groups))
    return found


def by_size(size: Float[np.ndarray, " rows"], count: int) -> Chances:
    """Chances in proportion to ``size``, none above one, which add up to ``count``."""
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
    """A sample with exactly these chances: every row at an equal step along their sum (Madow 1949).

    Rows are put in random order first. doi:10.1214/aoms/1177729988.
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(chance))
    ends = np.cumsum(chance[order])
    # The sum is a whole number but for rounding.
    ends *= round(ends[-1]) / ends[-1]
    marks = np.arange(round(ends[-1])) + random.random()
    places = np.minimum(np.searchsorted(ends, marks, side="right"), len(chance) - 1)
    return np.sort(order[places])


def unsure(probs: Float[np.ndarray, "columns rows"], *, of_two: bool) -> Float[np.ndarray, " rows"]:
    """How unsure the most probable class of each row is, raised so that no row has no chance.

    With ``of_two`` there is one column, of one of two classes. A row without probabilities counts as
    the most unsure.
    """
    sure = np.maximum(probs[0], 1.0 - probs[0]) if of_two else probs.max(axis=0)
    found = 1.0 - sure
    most = np.nanmax(found) if not np.isnan(found).all() else 1.0
    found = np.where(np.isnan(found), most, found)
    floor = _FLOOR * found.mean()
    return found + (floor if floor > 0.0 else 1.0)


def clusters(
    vectors: Float32[np.ndarray, "rows size"], most: int, seed: int
) -> Int[np.ndarray, " rows"]:
    """A cluster of each row by k-means of the vectors' directions, in at most so many."""
    from scipy.cluster.vq import kmeans2

    vectors = unit(vectors)
    count = min(most, len(np.unique(vectors, axis=0)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of empty clusters, which do no harm here
        _, found = kmeans2(vectors, count, minit="++", rng=np.random.default_rng(seed))
    return np.unique(found, return_inverse=True)[1].astype(np.int64)
