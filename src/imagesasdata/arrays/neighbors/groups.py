"""Groups rows from pairs of near rows."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int


def star_groups(
    a: Int[np.ndarray, " pairs"], b: Int[np.ndarray, " pairs"], priority: Int[np.ndarray, " rows"]
) -> Int[np.ndarray, " rows"]:
    """The group of each row, numbered from 0 in the order of first rows; -1 for a row alone.

    Rows become centers in turn, those with the most near rows first, ties by the lowest ``priority``.
    A center takes its near rows that are still free, and the free rows near these. A row whose near
    rows are all taken joins the group of the first of them. This keeps a group from growing along a
    chain of small steps until it contains unrelated pictures.
    """
    count = len(priority)
    ends = np.concatenate([a, b])
    partners = np.concatenate([b, a])
    order = np.argsort(ends, kind="stable")
    partners = partners[order]
    degrees = np.bincount(ends, minlength=count)
    starts = np.cumsum(degrees) - degrees
    groups = np.full(count, -1, np.int64)

    def take(row: int, group: int) -> np.ndarray:
        near = partners[starts[row] : starts[row] + degrees[row]]
        free = near[groups[near] < 0]
        groups[free] = group
        return free

    for row in np.lexsort((priority, -degrees)).tolist():
        if not degrees[row]:
            break
        if groups[row] >= 0:
            continue
        taken = take(row, row)
        groups[row] = row if len(taken) else groups[partners[starts[row]]]
        for near in taken.tolist():
            take(near, row)
    return in_order(groups)


def linked_groups(
    a: Int[np.ndarray, " pairs"], b: Int[np.ndarray, " pairs"], count: int
) -> Int[np.ndarray, " rows"]:
    """The connected components of ``count`` rows, which pairs link, in the order of first rows.

    Unlike in `star_groups`, groups grow along chains, and a row alone is its own group.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    links = coo_matrix((np.ones(len(a), bool), (a, b)), shape=(count, count))
    return connected_components(links, directed=False)[1].astype(np.int64)


def row_groups(
    items: Int[np.ndarray, " rows"],
    a: Int[np.ndarray, " pairs"],
    b: Int[np.ndarray, " pairs"],
    priority: Int[np.ndarray, " rows"],
) -> Int[np.ndarray, " rows"]:
    """The group of each row, from pairs of items; several rows may be the same item.

    Rows of the same item are always in one group; a row alone has -1.
    """
    if not len(items):
        return np.empty(0, np.int64)
    best = np.full(items.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(best, items, priority)
    groups = star_groups(a, b, best)
    several = (np.bincount(items) > 1) & (groups < 0)
    groups[several] = groups.max() + 1 + np.arange(several.sum())
    return in_order(groups[items])


def best_of_groups(
    groups: Int[np.ndarray, " rows"], priority: Int[np.ndarray, " rows"]
) -> Int[np.ndarray, " rows"]:
    """For each row, the row with the lowest ``priority`` in its group; without a group, itself."""
    best = np.arange(len(groups))
    grouped = np.flatnonzero(groups >= 0)
    order = grouped[np.lexsort((priority[grouped], groups[grouped]))]
    _, first, inverse = np.unique(groups[order], return_index=True, return_inverse=True)
    best[order] = order[first][inverse]
    return best


def in_order(groups: Int[np.ndarray, " rows"]) -> Int[np.ndarray, " rows"]:
    """Groups numbered from 0 in the order of their first rows; -1 stays."""
    grouped = np.flatnonzero(groups >= 0)
    _, first, inverse = np.unique(groups[grouped], return_index=True, return_inverse=True)
    renumbered = groups.copy()
    renumbered[grouped] = np.argsort(np.argsort(first))[inverse]
    return renumbered
