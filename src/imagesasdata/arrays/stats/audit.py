"""Error rates by group, with intervals, gaps, ratios, and tests of each group against all others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import stats

from imagesasdata.arrays.stats.intervals import wilson
from imagesasdata.arrays.stats.stratified import ends, even, same_share, table_draws

Adjust = Literal["holm", "bh", "none"]


class Event(NamedTuple):
    """The rows that a rate counts: ``hits`` is its numerator, ``among`` its denominator.

    ``cell`` is what is known of a row before it is coded (0 or 1), ``outcome`` what coding finds out (0
    or 1). ``counts`` has for each pair of them (cell, outcome) whether it is in ``hits``, in ``among``.
    """

    hits: Bool[np.ndarray, " rows"]
    among: Bool[np.ndarray, " rows"]
    cell: Int[np.ndarray, " rows"]
    outcome: Int[np.ndarray, " rows"]
    counts: Int[np.ndarray, "2 2 2"]


class Rate(NamedTuple):
    """For each group, the rate and the (effective) number of rows that it is computed from."""

    value: Float[np.ndarray, " groups"]
    rows: Float[np.ndarray, " groups"]


class ByGroup(NamedTuple):
    """A rate in each group: number of rows, rate, interval, and comparison with the other groups.

    ``gap`` is the rate minus the lowest rate, ``ratio`` the rate divided by the lowest. All but ``rows``
    are NaN for groups that are too small; ``ratio`` is also NaN where the lowest rate is 0.
    """

    rows: Int[np.ndarray, " groups"]
    value: Float[np.ndarray, " groups"]
    low: Float[np.ndarray, " groups"]
    high: Float[np.ndarray, " groups"]
    gap: Float[np.ndarray, " groups"]
    ratio: Float[np.ndarray, " groups"]
    p: Float[np.ndarray, " groups"]


class Widest(NamedTuple):
    """The groups with the lowest and highest rate, the difference, and lowest divided by highest."""

    lowest: int | None
    highest: int | None
    difference: float
    ratio: float


def events(
    truth: Int[np.ndarray, " rows"], predicted: Int[np.ndarray, " rows"], positive: int | None
) -> dict[str, Event]:
    """The error rate and, with a positive class, the false positive, false negative and positive rate."""
    every, wrong = np.ones(len(truth), bool), truth != predicted
    known = np.zeros(len(truth), np.int64)
    whole = np.ones((2, 2), np.int64)
    rates = {
        "error_rate": Event(
            wrong, every, known, wrong.astype(np.int64), np.stack([[[0, 1], [0, 1]], whole])
        )
    }
    if positive is not None:
        is_one, said_one = truth == positive, predicted == positive
        codes = said_one.astype(np.int64), is_one.astype(np.int64)
        for name, hits, among, counts in (
            ("false_positive_rate", said_one, ~is_one, [[[0, 0], [1, 0]], [[1, 0], [1, 0]]]),
            ("false_negative_rate", ~said_one, is_one, [[[0, 1], [0, 0]], [[0, 1], [0, 1]]]),
            ("positive_rate", said_one, every, [[[0, 0], [1, 1]], whole]),
        ):
            rates[name] = Event(hits, among, *codes, np.array(counts))
    return rates


def by_group(
    event: Event,
    group: Int[np.ndarray, " rows"],
    groups: int,
    weights: Float[np.ndarray, " rows"],
    *,
    least_rows: int,
) -> ByGroup:
    """A rate in each group; groups with fewer than ``least_rows`` rows of any kind are too small."""
    found = rate(event.hits, event.among, group, groups, weights)
    large = np.bincount(group, minlength=groups) >= least_rows
    value = np.where(large, found.value, np.nan)
    known = ~np.isnan(value)
    if even(weights):
        low, high = wilson(value, np.where(known, found.rows, 0.0))
        p = against_others(Rate(value, found.rows))
    else:
        low, high = ends(_drawn(event, group, groups, weights), value)
        p = _weighted_tests(event, group, groups, weights, known)
    lowest = value[known].min() if known.any() else np.nan
    return ByGroup(
        np.bincount(group[event.among], minlength=groups),
        value,
        low,
        high,
        value - lowest,
        value / lowest if lowest > 0.0 else np.full(groups, np.nan),
        p,
    )


def _drawn(
    event: Event,
    group: Int[np.ndarray, " rows"],
    groups: int,
    weights: Float[np.ndarray, " rows"],
) -> Float[np.ndarray, "draws groups"]:
    """Draws of a rate in each group of a sample with unequal probabilities."""
    cell = group * 2 + event.cell
    tables = table_draws(cell, event.outcome, (groups * 2, 2), weights, seed=0)
    tables = tables.reshape(len(tables), groups, 2, 2)
    hits, among = ((tables * counts).sum(axis=(2, 3)) for counts in event.counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return hits / among


def _weighted_tests(
    event: Event,
    group: Int[np.ndarray, " rows"],
    groups: int,
    weights: Float[np.ndarray, " rows"],
    known: Bool[np.ndarray, " groups"],
) -> Float[np.ndarray, " groups"]:
    """The two-sided p value of each group's rate against all other groups with an estimate."""
    result = np.full(groups, np.nan)
    used = known[group]
    part = Event(
        event.hits[used],
        event.among[used],
        event.cell[used],
        event.outcome[used],
        event.counts,
    )
    tested = np.flatnonzero(known) if known.sum() > 1 else []
    # Of two groups, each against the other is one test.
    for one in tested[:1] if len(tested) == 2 else tested:
        drawn = _drawn(part, (group[used] == one).astype(np.int64), 2, weights[used])
        result[tested if len(tested) == 2 else one] = same_share(drawn[:, 1], drawn[:, 0])
    return result


def widest(value: Float[np.ndarray, " groups"]) -> Widest:
    """The widest gap between the rates of groups; of groups with equal rates the first is taken."""
    if np.isnan(value).all():
        return Widest(None, None, float("nan"), float("nan"))
    lowest, highest = int(np.nanargmin(value)), int(np.nanargmax(value))
    low, high = float(value[lowest]), float(value[highest])
    return Widest(lowest, highest, high - low, low / high if high > 0.0 else float("nan"))


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
    """The two-sided p value of each group's rate against all other groups (Fisher's exact test)."""
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


def adjusted(
    p: Sequence[float], grouping: Sequence[str], measure: Sequence[str], how: Adjust
) -> list[float]:
    """P values of rows adjusted for all tests made.

    Where a grouping has two groups, each against the other is one test and counts once.
    """
    p_value, result = np.asarray(p, float), np.full(len(p), np.nan)
    keys = np.array([f"{one}\0{other}" for one, other in zip(grouping, measure, strict=True)])
    twin = np.arange(len(p_value))
    for key in np.unique(keys):
        known = np.flatnonzero((keys == key) & ~np.isnan(p_value))
        if len(known) == 2:
            twin[known[1]] = known[0]
    once = np.flatnonzero(twin == np.arange(len(p_value)))
    result[once] = adjust(p_value[once], how)
    return result[twin].tolist()


def adjust(
    p: Sequence[float] | Float[np.ndarray, " tests"], how: Adjust
) -> Float[np.ndarray, " tests"]:
    """P values adjusted for multiple testing; NaN values are not counted.

    ``"holm"`` controls the probability of any false finding; ``"bh"`` (Benjamini and Hochberg)
    controls the share of false findings among all findings.
    """
    p = np.asarray(p, float)
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
