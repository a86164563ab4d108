"""Groups copies by equal files, near hashes and near vectors, and finds the best of each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, UInt64

from imagesasdata.arrays.neighbors.copies import bits_between, near_copies
from imagesasdata.arrays.neighbors.distances import of_pairs
from imagesasdata.arrays.neighbors.groups import best_of_groups, row_groups
from imagesasdata.arrays.neighbors.vectors import near_vectors


@dataclass(frozen=True)
class Hashes:
    """The hashes of pictures and of their parts, for the rows that have them, and the limit in bits."""

    rows: Int[np.ndarray, " hashed"]
    codes: UInt64[np.ndarray, "hashed parts"]
    limit: int


@dataclass(frozen=True)
class Vectors:
    """A vector for every row, and the limit as cosine distance."""

    vectors: Float32[np.ndarray, "rows size"]
    limit: float


@dataclass(frozen=True)
class Copies:
    """For each row: its group or -1, whether it is the group's best, its distance from the best."""

    groups: Int[np.ndarray, " rows"]
    best: Bool[np.ndarray, " rows"]
    distances: Float[np.ndarray, " rows"]


def numbered(contents: Sequence[str]) -> Int[np.ndarray, " rows"]:
    """Number texts from 0 in order of appearance; equal texts get equal numbers."""
    numbers = {text: number for number, text in enumerate(dict.fromkeys(contents))}
    return np.array([numbers[text] for text in contents], np.int64)


def largest_first(sizes: Int[np.ndarray, "3 rows"]) -> Int[np.ndarray, " rows"]:
    """The rank of each picture, from width, height and bytes: most pixels first, then most bytes."""
    width, height, size = sizes
    priority = np.empty(len(size), np.int64)
    priority[np.lexsort((-size, -width * height))] = np.arange(len(size))
    return priority


def group_copies(
    contents: Int[np.ndarray, " rows"],
    priority: Int[np.ndarray, " rows"],
    hashes: Hashes | None,
    vectors: Vectors | None,
    *,
    threads: int = 1,
) -> Copies:
    """Group rows that are equal, or near by hash or by vector.

    Parameters
    ----------
    contents
        Numbers that are equal for rows with the same bytes.
    priority
        The row with the lowest number in a group is the best.
    hashes, vectors
        What rows are compared by; at least one of them. With both, a row without a hash is a plain
        surface and compared only by its bytes.
    threads
        Threads for comparing hashes.

    Returns
    -------
    Copies
        Distances are in bits or cosine distances. With both hashes and vectors, each is divided by
        its limit, and the smaller one is taken.
    """
    items = contents
    pairs = [np.empty((2, 0), np.int64)]
    if hashes is not None and len(hashes.rows):
        distinct, which = np.unique(hashes.codes, axis=0, return_inverse=True)
        # Rows with the same hashes count as one item, even if their bytes differ.
        first = np.empty(len(distinct), np.int64)
        first[which[::-1]] = items[hashes.rows][::-1]
        merged = np.arange(items.max() + 1)
        merged[items[hashes.rows]] = first[which]
        items = merged[items]
        a, b = near_copies(distinct, bits=hashes.limit, threads=threads)
        pairs.append(np.stack([first[a], first[b]]))
    if vectors is not None and len(items):
        near = near_vectors(vectors.vectors, vectors.limit)
        found = np.stack([near.a, near.b])
        if hashes is not None:
            # To a network, plain surfaces of any color look much the same.
            found = found[:, np.isin(found, hashes.rows).all(axis=0)]
        pairs.append(items[found])
    low, high = np.sort(np.concatenate(pairs, axis=1), axis=0)
    size = items.max() + 1 if len(items) else 1
    low, high = np.divmod(np.unique((low * size + high)[low < high]), size)
    groups = row_groups(items, low, high, priority)
    best = best_of_groups(groups, priority)
    distances = np.where(groups < 0, np.nan, _distances(best, hashes, vectors))
    return Copies(groups, best == np.arange(len(best)), distances)


def _distances(
    best: np.ndarray, hashes: Hashes | None, vectors: Vectors | None
) -> Float[np.ndarray, " rows"]:
    by_hash = by_vector = np.full(len(best), np.nan)
    if hashes is not None:
        index = np.full(len(best), -1)
        index[hashes.rows] = np.arange(len(hashes.rows))
        both = np.flatnonzero((index >= 0) & (index[best] >= 0))
        # Rows without hashes are only grouped with equal files, at distance 0.
        by_hash = np.zeros(len(best))
        by_hash[both] = bits_between(hashes.codes, index[both], index[best[both]])
    if vectors is not None:
        rows = np.arange(len(best))
        by_vector = of_pairs(vectors.vectors, vectors.vectors, rows, best, "cosine")
    if hashes is not None and vectors is not None:
        return np.fmin(by_hash / max(hashes.limit, 1), by_vector / max(vectors.limit, 1e-9))
    return by_vector if hashes is None else by_hash
