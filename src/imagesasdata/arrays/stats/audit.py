"""Error rates by group, their intervals, and tests of each group against all others."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from scipy import stats

Adjust = Literal["holm", "bh", "none"]


class Rate(NamedTuple):
    """For each group, the rate and the (effective) number of rows that it is computed from."""

    value: Float[np.ndarray, " groups"]
    rows: Float[np.ndarray, " groups"]


def rate(
    hits: np.ndarray,
    among: np.ndarray,
    group: Int[np.ndarray, " rows"],
    groups: int,
    weights: Float[np.ndarray, " rows"],
) -> Rate:
    """The weighted share of ``hits`` among the rows where ``among`` is true, by group."""
    inside = np.where(among, weights, 0.0)
    whole = np.bincount(group, inside, groups)
    squares = np.bincount(group, inside**2, groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.bincount(group, inside * hits, groups) / whole
        rows = np.where(whole > 0.0, whole**2 / squares, 0.0)
    return Rate(np.where(whole > 0.0, value, np.nan), rows)


def against_others(found: Rate) -> Float[np.ndarray, " groups"]:
    """The two-sided p value of each group's rate against all other groups (Fisher's exact test).

    Weighted rows count as their effective number, rounded.
    """
    known = ~np.isnan(found.value)
    rows = np.where(known, np.round(found.rows), 0.0)
    hits = np.where(known, np.round(np.nan_to_num(found.value) * rows), 0.0)
    result = np.full(len(rows), np.nan)
    for group in np.flatnonzero(known & (rows > 0)):
        others, their = rows.sum() - rows[group], hits.sum() - hits[group]
        if others > 0:
            table = [[hits[group], rows[group] - hits[group]], [their, others - their]]
            test: Any = stats.fisher_exact(np.asarray(table, np.int64))
            result[group] = test.pvalue
    return result


def adjust(p: Float[np.ndarray, " tests"], how: Adjust) -> Float[np.ndarray, " tests"]:
    """P values adjusted for multiple testing; NaN values are not counted.

    ``"holm"`` controls the probability of any false finding; ``"bh"`` (Benjamini and Hochberg)
    controls the share of false findings among all findings.
    """
    result = p.copy()
    known = np.flatnonzero(~np.isnan(p))
    if how == "none" or not len(known):
        return result
    if how == "bh":
        result[known] = stats.false_discovery_control(p[known])
        return result
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    result[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return result
