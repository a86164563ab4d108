"""Agreement between coders: alpha, Cohen's and Fleiss' kappa, percent agreement, AC1.

All but Cohen's kappa use a table of counts: a row for each item, a column for each value, and in each
cell the number of coders who gave the item that value.

- Percent agreement: the share of pairs of coders that agree, averaged over items with at least two
  codes.
- Cohen's kappa is for two coders; with more, it is the mean over pairs of coders (Light).
- Fleiss' kappa requires that all items were coded equally often.
- Gwet's AC1 takes chance agreement to be that of coders who guess on some items alone; if nearly all
  items have one value, it stays high where alpha and the kappas are low.

What an order or a distance of values adds is in `ordered.py`.

In all of them, items can have weights. Intervals are from a Bayesian bootstrap over items (Rubin 1981),
to which half an item is added on which coders gave the two most common values (the same one, if they
agree on none). Without it, coders who happen to agree on all of 30 items would seem to agree on all there
are. For percent agreement of 0 and of 1, this is near the interval of Jeffreys.

Rubin, D. B. (1981). The Bayesian Bootstrap. doi:10.1214/aos/1176345338. Krippendorff, K. (2011).
Computing Krippendorff's alpha-reliability. Fleiss, J. L. (1971). Measuring
nominal scale agreement among many raters. doi:10.1037/h0031619. Cohen, J. (1960). A coefficient of
agreement for nominal scales. doi:10.1177/001316446002000104. Gwet, K. L. (2008). Computing inter-rater
reliability and its variance in the presence of high agreement. doi:10.1348/000711006X126600.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from imagesasdata.arrays.stats.classification import mean_known
from imagesasdata.arrays.stats.ordered import intraclass, weighted_kappa
from imagesasdata.arrays.stats.stratified import strata

Level = Literal["nominal", "ordinal", "interval"]
Codes = Int[np.ndarray, "coders items"]
MISSING = -1
_TINY = 1e-12
# A weight for each item; without weights, all count the same.
Weights = Float[np.ndarray, " items"] | None
# The measures of `estimate` at each level, in this order.
_NOMINAL = ("krippendorff_alpha", "cohen_kappa", "fleiss_kappa", "percent_agreement", "gwet_ac1")
_ORDINAL = (*_NOMINAL, "weighted_kappa_linear", "weighted_kappa_quadratic")
MEASURES: dict[Level, tuple[str, ...]] = {
    "nominal": _NOMINAL,
    "ordinal": _ORDINAL,
    "interval": (*_ORDINAL, "icc_single", "icc_average"),
}


_PERCENT = _NOMINAL.index("percent_agreement")


class Estimates(NamedTuple):
    """Each of a level's `MEASURES`, and the ends of its 95% interval."""

    value: Float[np.ndarray, " measures"]
    low: Float[np.ndarray, " measures"]
    high: Float[np.ndarray, " measures"]


def in_table(
    coder: Int[np.ndarray, " rows"],
    item: Int[np.ndarray, " rows"],
    code: Int[np.ndarray, " rows"],
    shape: tuple[int, int],
) -> Codes:
    """A table of codes from one row per code; cells without a code are `MISSING`."""
    codes = np.full(shape, MISSING)
    codes[coder, item] = code
    return codes


def positions(values: Sequence[Any], level: Level) -> Float[np.ndarray, " values"]:
    """The numbers that codes stand for: the values themselves, or their ranks on a nominal scale."""
    return np.arange(len(values), dtype=float) if level == "nominal" else np.array(values, float)


def estimate(
    codes: Codes,
    domain: Float[np.ndarray, " values"],
    level: Level,
    *,
    rounds: int,
    seed: int,
    weights: Weights = None,
) -> Estimates:
    """All measures of a table of codes, with intervals over items.

    ``domain`` is the number that each code stands for.
    """

    def measure(
        codes: np.ndarray, domain: np.ndarray, each: np.ndarray | None
    ) -> Float[np.ndarray, " measures"]:
        values = len(domain)
        table = counts(codes, values)
        got = [
            alpha(table, domain, level, each),
            cohen(codes, values, each),
            fleiss(table, each),
            percent(table, each),
            ac1(table, each),
        ]
        if level != "nominal":
            scale = np.arange(float(values)) if level == "ordinal" else domain
            got += [weighted_kappa(codes, scale, exponent, each) for exponent in (1, 2)]
        if level == "interval":
            got += intraclass(codes, domain, each)
        return np.array(got)

    found = measure(codes, domain, weights)
    # Where all coders gave one value, they might have given another one.
    two = domain if len(domain) > 1 else np.append(domain, domain + 1.0)
    each = np.ones(codes.shape[1]) if weights is None else weights
    stratum = strata(each)
    none_agree = bool(found[_PERCENT] == 0.0)
    more, more_weight = _half_items(codes, len(two), each, stratum, agree=none_agree)
    both = np.column_stack([codes, more])
    part = np.append(stratum, np.arange(more.shape[1]))
    shape = np.append(np.ones(codes.shape[1]), np.full(more.shape[1], 0.5))
    base = np.append(each, more_weight)
    random = np.random.default_rng(seed)
    drawn = np.empty((rounds, len(found)))
    for number in range(rounds):
        share = random.standard_gamma(shape) * base
        # The items of a stratum together keep their weight.
        share *= (np.bincount(stratum, each) / np.bincount(part, share))[part]
        drawn[number] = measure(both, two, share)
    some = np.isfinite(drawn).sum(axis=0) * 2 >= rounds
    some &= np.isfinite(found)
    low, high = np.full((2, len(found)), np.nan)
    if some.any():
        low[some], high[some] = np.nanquantile(drawn[:, some], [0.025, 0.975], axis=0)
    return Estimates(found, np.minimum(low, found), np.maximum(high, found))


def _half_items(
    codes: Codes, values: int, weights: np.ndarray, stratum: np.ndarray, *, agree: bool
) -> tuple[np.ndarray, np.ndarray]:
    """For each stratum, an item on which coders gave the two most common values, and its weight.

    With ``agree``, coders gave it the same one of these.
    """
    times = counts(codes, values).sum(axis=0)
    common = np.argsort(-times, kind="stable")[:2]
    parts = int(stratum.max()) + 1
    coder = np.zeros(len(codes), np.int64) if agree else np.arange(len(codes))
    given = common[np.add.outer(coder, np.arange(parts)) % len(common)]
    return given, np.bincount(stratum, weights) / np.bincount(stratum)


def one_against_rest(codes: Codes, value: int) -> Codes:
    """The codes as 1 for a value and 0 for all others."""
    return np.where(codes == MISSING, MISSING, (codes == value).astype(codes.dtype))


def estimate_one(
    codes: Codes, value: int, *, rounds: int, seed: int, weights: Weights = None
) -> Estimates:
    """All measures for one value against all other values."""
    single = one_against_rest(codes, value)
    return estimate(single, np.arange(2.0), "nominal", rounds=rounds, seed=seed, weights=weights)


def coded_twice(codes: Codes) -> int:
    """The number of items that at least two coders have coded."""
    return int(((codes != MISSING).sum(axis=0) > 1).sum())


def counts(codes: Codes, values: int) -> Float[np.ndarray, "items values"]:
    """The number of coders who gave each item each value; codes are numbers from 0, or `MISSING`."""
    return np.stack([(codes == value).sum(axis=0) for value in range(values)], axis=1).astype(float)


def alpha(
    table: Float[np.ndarray, "items values"],
    domain: Float[np.ndarray, " values"],
    level: Level,
    weights: Weights = None,
) -> float:
    """Krippendorff's alpha; NaN if all codes are the same or no item has two."""
    several = table.sum(axis=1) > 1
    paired, each = table[several], _each(table, weights)[several]
    if (paired.sum(axis=0) > 0).sum() < 2:
        return float("nan")
    each = each * (len(each) / each.sum())
    # Coincidences: how often two coders of an item gave these two values, weighted by its codes.
    shares = paired / (paired.sum(axis=1, keepdims=True) - 1.0) * each[:, None]
    together = paired.T @ shares - np.diag(shares.sum(axis=0))
    times = together.sum(axis=0)
    distance = _distance(times, domain, level)
    by_chance = (np.outer(times, times) * distance).sum() / (times.sum() - 1.0)
    return float(1.0 - (together * distance).sum() / by_chance)


def _each(table: np.ndarray, weights: Weights) -> np.ndarray:
    return np.ones(len(table)) if weights is None else weights


def _distance(
    times: Float[np.ndarray, " values"], domain: Float[np.ndarray, " values"], level: Level
) -> Float[np.ndarray, "values values"]:
    """The squared distance between each pair of values; ``times`` says how often each was given."""
    if level == "nominal":
        return 1.0 - np.eye(len(times))
    # On an ordinal scale: the number of codes between two values, plus half of those of the values.
    position = np.cumsum(times) - times / 2.0 if level == "ordinal" else domain
    return np.subtract.outer(position, position) ** 2


def percent(table: Float[np.ndarray, "items values"], weights: Weights = None) -> float:
    """Percent agreement, as a share."""
    share, each = agreeing(table), _each(table, weights)
    known = ~np.isnan(share)
    return float(np.average(share[known], weights=each[known])) if known.any() else float("nan")


def agreeing(table: Float[np.ndarray, "items values"]) -> Float[np.ndarray, " items"]:
    """The share of pairs of coders that agree on each item; NaN if fewer than two coded it."""
    times = table.sum(axis=1)
    shares = np.full(len(table), np.nan)
    same = (table * (table - 1.0)).sum(axis=1)
    return np.divide(same, times * (times - 1.0), out=shares, where=times > 1)


def disputed(table: Float[np.ndarray, "items values"]) -> Int[np.ndarray, " disputed"]:
    """The items on which coders disagree, those with the lowest agreement first."""
    share = agreeing(table)
    rows = np.flatnonzero(share < 1.0)
    return rows[np.argsort(share[rows], kind="stable")]


def fleiss(table: Float[np.ndarray, "items values"], weights: Weights = None) -> float:
    """Fleiss' kappa; NaN if items were not coded equally often."""
    times, each = table.sum(axis=1), _each(table, weights)
    if not len(times) or np.ptp(times) > 0.0 or times[0] < 2.0:
        return float("nan")
    given = each @ table
    return _beyond(percent(table, each), ((given / given.sum()) ** 2).sum())


def ac1(table: Float[np.ndarray, "items values"], weights: Weights = None) -> float:
    """Gwet's AC1; NaN if there is but one value."""
    some, each = table.sum(axis=1) > 0.0, _each(table, weights)
    if table.shape[1] < 2 or not some.any():
        return float("nan")
    share = table[some] / table[some].sum(axis=1, keepdims=True)
    given = np.average(share, axis=0, weights=each[some])
    chance = (given * (1.0 - given)).sum() / (table.shape[1] - 1)
    return _beyond(percent(table, each), chance)


def _beyond(same: float, chance: float) -> float:
    """Agreement beyond chance; NaN if chance alone gives all of it."""
    return float((same - chance) / (1.0 - chance)) if chance < 1.0 - _TINY else float("nan")


def cohen(codes: Codes, values: int, weights: Weights = None) -> float:
    """Cohen's kappa: the mean over pairs of coders with items in common."""
    kappas = [
        _two(codes[one], codes[other], values, weights)
        for one, other in combinations(range(len(codes)), 2)
    ]
    return mean_known(np.array(kappas))


def _two(one: np.ndarray, other: np.ndarray, values: int, weights: Weights) -> float:
    both = (one != MISSING) & (other != MISSING)
    if not both.any():
        return float("nan")
    each = np.ones(both.sum()) if weights is None else weights[both]
    whole = each.sum()
    same = (each * (one[both] == other[both])).sum() / whole
    chance = (
        np.bincount(one[both], each, values) @ np.bincount(other[both], each, values)
    ) / whole**2
    return _beyond(same, chance)
