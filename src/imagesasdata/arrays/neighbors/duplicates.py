"""Groups copies by equal files, near hashes and near vectors, and finds the best of each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int, UInt8

from imagesasdata.arrays.neighbors.copies import bits_between, copies_by_prints
from imagesasdata.arrays.neighbors.distances import of_pairs
from imagesasdata.arrays.neighbors.groups import (
    best_of_groups,
    in_order,
    linked_groups,
    row_groups,
)
from imagesasdata.arrays.neighbors.vectors import near_vectors


@dataclass(frozen=True)
class Hashes:
    """Prints of rows, and the limit for their hashes in bits.

    A row may have none; of two in a row, the first shows a frame, too.
    """

    rows: Int[np.ndarray, " prints"]
    prints: UInt8[np.ndarray, "prints 64 64"]
    limit: int


@dataclass(frozen=True)
class Vectors:
    """A vector for every row, and the limit as cosine distance."""

    vectors: Float32[np.ndarray, "rows size"]
    limit: float


@dataclass(frozen=True)
class Copies:
    """For each row: its group or -1, the row that is the group's best, the distance from it.

    A row without a group is its own best.
    """

    groups: Int[np.ndarray, " rows"]
    best: Int[np.ndarray, " rows"]
    distances: Float[np.ndarray, " rows"]

    def in_rows(self, rows: Int[np.ndarray, " rows"]) -> Copies:
        """The same for rows in another order: the copies' row ``i`` is row ``rows[i]`` there."""
        at = np.argsort(rows)
        return Copies(in_order(self.groups[at]), rows[self.best[at]], self.distances[at])


def numbered(contents: Sequence[str]) -> Int[np.ndarray, " rows"]:
    """Number texts from 0 in order of appearance; equal texts get equal numbers."""
    numbers = {text: number for number, text in enumerate(dict.fromkeys(contents))}
    return np.array([numbers[text] for text in contents], np.int64)


def in_turn(parts: Sequence[np.ndarray]) -> np.ndarray:
    """The rows of several arrays, one after the other."""
    return np.concatenate(parts)


def largest_first(
    sizes: Int[np.ndarray, "3 rows"], rows: Int[np.ndarray, " rows"] | None = None, *, old: int = 0
) -> Int[np.ndarray, " rows"]:
    """The rank of each picture, from width, height and bytes: most pixels first, then most bytes.

    Ties go to the lowest number in ``rows``, by default the picture's place; numbers below ``old`` come
    before all others.
    """
    width, height, size = sizes
    rows = np.arange(len(size)) if rows is None else rows
    priority = np.empty(len(size), np.int64)
    priority[np.lexsort((rows, -size, -width * height, rows >= old))] = np.arange(len(size))
    return priority


def group_copies(
    contents: Int[np.ndarray, " rows"],
    priority: Int[np.ndarray, " rows"],
    hashes: Hashes | None,
    vectors: Vectors | None,
    *,
    kept: Int[np.ndarray, " rows"] | None = None,
    threads: int = 1,
) -> Copies:
    """Group rows that are equal, or near by hash or by vector.

    Parameters
    ----------
    contents
        Numbers that are equal for rows with the same bytes.
    priority
        Of rows with as many near rows, the one with the lowest number becomes a group's center.
    hashes, vectors
        What rows are compared by; at least one of them. With both, a row without a hash is a plain
        surface and compared only by its bytes.
    kept
        The row with the lowest number in a group is the best; by default as in ``priority``.
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
        distinct, which = _distinct(hashes.prints)
        # Rows that share a print count as one item, even if their bytes differ.
        shared = np.full(len(distinct), -1)
        shared[which[::-1]] = items[hashes.rows][::-1]
        items = linked_groups(items[hashes.rows], shared[which], int(items.max()) + 1)[items]
        first = np.zeros(len(distinct), np.int64)
        first[which] = items[hashes.rows]
        framed = np.zeros(len(distinct), bool)
        framed[which[:-1]] |= hashes.rows[:-1] == hashes.rows[1:]
        a, b = copies_by_prints(distinct, first, framed, bits=hashes.limit, threads=threads)
        pairs.append(np.stack([a, b]))
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
    best = best_of_groups(groups, priority if kept is None else kept)
    distances = np.where(groups < 0, np.nan, _distances(best, hashes, vectors))
    return Copies(groups, best, distances)


def _distances(
    best: np.ndarray, hashes: Hashes | None, vectors: Vectors | None
) -> Float[np.ndarray, " rows"]:
    by_hash = by_vector = np.full(len(best), np.nan)
    if hashes is not None:
        by_hash = _bits(best, hashes)
    if vectors is not None:
        rows = np.arange(len(best))
        by_vector = of_pairs(vectors.vectors, vectors.vectors, rows, best, "cosine")
    if hashes is not None and vectors is not None:
        return np.fmin(by_hash / max(hashes.limit, 1), by_vector / max(vectors.limit, 1e-9))
    return by_vector if hashes is None else by_hash


def _bits(best: np.ndarray, hashes: Hashes) -> Float[np.ndarray, " rows"]:
    """The bits between each row and the best of its group, by the nearest of their prints."""
    bits = np.zeros(len(best))
    # Rows without prints are only grouped with equal files, at distance 0.
    grouped = np.flatnonzero(best != np.arange(len(best)))
    order = np.argsort(hashes.rows, kind="stable")
    counts = np.bincount(hashes.rows, minlength=len(best))
    starts = np.cumsum(counts) - counts
    of_row, of_best = counts[grouped], counts[best[grouped]]
    each = of_row * of_best
    pair = np.repeat(np.arange(len(grouped)), each)
    step = np.arange(len(pair)) - np.repeat(np.cumsum(each) - each, each)
    one = order[starts[grouped][pair] + step // of_best[pair]]
    other = order[starts[best[grouped]][pair] + step % of_best[pair]]
    least = np.full(len(grouped), 64.0)
    np.minimum.at(least, pair, bits_between(hashes.prints, one, other))
    bits[grouped[each > 0]] = least[each > 0]
    return bits


def _distinct(
    prints: UInt8[np.ndarray, "prints 64 64"],
) -> tuple[UInt8[np.ndarray, "distinct 64 64"], Int[np.ndarray, " prints"]]:
    """The prints without repetitions, and which of these each one is."""
    numbers: dict[bytes, int] = {}
    which = np.array([numbers.setdefault(one.tobytes(), len(numbers)) for one in prints], np.int64)
    first = np.unique(which, return_index=True)[1]
    return prints[first], which
