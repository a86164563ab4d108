"""From pairs of near rows to groups, each around one of its members."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int


def star_groups(
    a: Int[np.ndarray, "pairs"], b: Int[np.ndarray, "pairs"], priority: Int[np.ndarray, "rows"]
) -> Int[np.ndarray, "rows"]:
    """The group of each row, numbered from 0 in the order of their first rows; -1 for a row alone.

    Rows become centres in turn: those with the most near rows first, of equal ones that of the lowest
    ``priority``. A centre takes all its near rows that no centre before it took. So every member is
    near the centre, and a chain of small steps does not put two different pictures into one group.
    """
    count = len(priority)
    ends = np.concatenate([a, b])
    partners = np.concatenate([b, a])
    order = np.argsort(ends, kind="stable")
    partners = partners[order]
    degrees = np.bincount(ends, minlength=count)
    starts = np.cumsum(degrees) - degrees
    groups = np.full(count, -1, np.int64)
    for row in np.lexsort((priority, -degrees)):
        if not degrees[row]:
            break
        if groups[row] >= 0:
            continue
        near = partners[starts[row] : starts[row] + degrees[row]]
        free = near[groups[near] < 0]
        if len(free):
            groups[free] = groups[row] = row
    return _renumber(groups)


def _renumber(groups: np.ndarray) -> np.ndarray:
    grouped = np.flatnonzero(groups >= 0)
    _, first, inverse = np.unique(groups[grouped], return_index=True, return_inverse=True)
    renumbered = groups.copy()
    renumbered[grouped] = np.argsort(np.argsort(first))[inverse]
    return renumbered
