"""Distances between vectors, row by row."""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float, Int

Metric = Literal["cosine", "euclidean"]

# Pairs computed at once.
_PAIRS = 4096


def of_pairs(
    a: Float[np.ndarray, "rows_a size"],
    b: Float[np.ndarray, "rows_b size"],
    rows_a: Int[np.ndarray, " pairs"],
    rows_b: Int[np.ndarray, " pairs"],
    metric: Metric,
) -> Float[np.ndarray, " pairs"]:
    """The distance of row ``rows_a[i]`` of ``a`` from row ``rows_b[i]`` of ``b``, in float64.

    ``"cosine"`` is one minus the cosine, from 0 (the same direction) to 2; a vector of zeros has a
    distance of 1 from all. ``"euclidean"`` is the length of the difference.
    """
    distances = np.empty(len(rows_a))
    for start in range(0, len(rows_a), _PAIRS):
        x = a[rows_a[start : start + _PAIRS]].astype(np.float64)
        y = b[rows_b[start : start + _PAIRS]].astype(np.float64)
        distances[start : start + _PAIRS] = _rowwise(x, y, metric)
    return distances


def cosines(
    vectors: Float[np.ndarray, "rows size"], usable: Int[np.ndarray, " rows"], count: int
) -> Float[np.ndarray, "count count"]:
    """The cosine of each row with each, in float64; with a vector of zeros it is 0.

    Row ``i`` belongs at place ``usable[i]`` of ``count``; the other places are NaN.
    """
    long = unit(vectors.astype(np.float64))
    every = np.full((count, count), np.nan)
    every[np.ix_(usable, usable)] = np.clip(long @ long.T, -1, 1)
    return every


def unit(vectors: Float[np.ndarray, "*rows size"]) -> Float[np.ndarray, "*rows size"]:
    """The vectors scaled to length one, in their own precision; a vector of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, lengths.dtype.type(1))


def _rowwise(x: np.ndarray, y: np.ndarray, metric: Metric) -> np.ndarray:
    if metric == "euclidean":
        return np.linalg.norm(x - y, axis=1)
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    cosines = np.einsum("ij,ij->i", x, y) / np.where(lengths > 0, lengths, 1.0)
    # Rounding may carry a cosine slightly over 1.
    return np.clip(1 - cosines, 0, 2)
