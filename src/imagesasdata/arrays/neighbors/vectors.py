"""Finds pairs of vectors within a distance, without comparing all pairs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int

from imagesasdata.arrays.neighbors.distances import of_pairs, unit

# The number of nearest leaders whose cells a vector joins; on photographs this lost no near pair.
_CELLS = 8
_AT_ONCE = 4096


class NearPairs(NamedTuple):
    """Pairs of rows, each once, and their cosine distances."""

    a: Int[np.ndarray, " pairs"]
    b: Int[np.ndarray, " pairs"]
    distances: Float[np.ndarray, " pairs"]


def near_vectors(
    vectors: Float32[np.ndarray, "rows size"], distance: float, *, seed: int = 0
) -> NearPairs:
    """The pairs of rows whose cosine distance is at most ``distance``.

    Notes
    -----
    About 4 sqrt(n) of the n rows are drawn as leaders. Each row joins the cells of its eight nearest
    leaders, and rows are compared within cells. Vectors that are near each other have leaders in
    common, so near pairs are found; pairs at a large distance may be missed. Up to 64 rows, all pairs
    are compared. The time grows with n^1.5, the memory with n.
    """
    rows = unit(vectors)
    leaders = min(len(rows), int(4 * np.sqrt(len(rows))))
    each = min(_CELLS, leaders)
    if leaders <= 4 * _CELLS:
        cells = [np.arange(len(rows))]
    else:
        chosen = np.random.default_rng(seed).choice(len(rows), leaders, replace=False)
        cells = _members(rows, rows[chosen], each)
    found = [_within(rows, cell, distance) for cell in cells if len(cell) > 1]
    pairs = np.concatenate(found) if found else np.empty((0, 2), np.int64)
    together = np.unique(pairs[:, 0] * len(rows) + pairs[:, 1])
    a, b = np.divmod(together, max(len(rows), 1))
    # The float32 product selected candidates with a margin; the float64 distance decides.
    exact = of_pairs(vectors, vectors, a, b, "cosine")
    near = exact <= distance
    return NearPairs(a[near], b[near], exact[near])


def _members(rows: np.ndarray, leaders: np.ndarray, each: int) -> list[np.ndarray]:
    """The rows of each leader's cell."""
    nearest = np.empty((len(rows), each), np.int64)
    for start in range(0, len(rows), _AT_ONCE):
        scores = rows[start : start + _AT_ONCE] @ leaders.T
        nearest[start : start + _AT_ONCE] = np.argpartition(-scores, each - 1, axis=1)[:, :each]
    order = np.argsort(nearest.ravel(), kind="stable")
    bounds = np.searchsorted(nearest.ravel()[order], np.arange(1, len(leaders)))
    return np.split(order // each, bounds)


def _within(rows: np.ndarray, cell: np.ndarray, distance: float) -> np.ndarray:
    """The near pairs in a cell, computed a part of its rows at a time."""
    cell = np.sort(cell)
    found = []
    for start in range(0, len(cell), _AT_ONCE):
        part = cell[start : start + _AT_ONCE]
        for other in range(start, len(cell), _AT_ONCE):
            partners = cell[other : other + _AT_ONCE]
            row, column = np.nonzero(rows[part] @ rows[partners].T >= 1 - distance - 1e-5)
            pairs = np.stack([part[row], partners[column]], axis=1)
            found.append(pairs[pairs[:, 0] < pairs[:, 1]])
    return np.concatenate(found)
