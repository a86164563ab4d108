"""Intervals of shares in samples with unequal probabilities, by drawing from Jeffreys posteriors.

Where rows were sampled by their prediction, errors go with weights: of a rare class, the few rows that
were missed have the largest. One effective number of rows (Kish) does not describe that. So within each
stratum (rows of equal weight), the share of rows with each prediction is drawn, and for each prediction
the share of each truth, with half a row added to each of two possible outcomes (Jeffreys). The tables
that are drawn are added up over strata, and give as many values of every measure.

Brown, L. D., Cai, T. T. and DasGupta, A. (2001). Interval Estimation for a Binomial Proportion.
doi:10.1214/ss/1009213286.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from scipy import stats

DRAWS = 4000
# With more distinct weights than this, rows are sorted by weight into `_BINS` parts of equal size.
_MOST_STRATA = 8
_BINS = 5
_MOST_CELLS = 20_000_000
# Weights with a range below this count as equal.
_SAME = 1e-9


def even(weights: Float[np.ndarray, " rows"]) -> bool:
    """Whether all weights are equal."""
    return not len(weights) or float(np.ptp(weights)) <= _SAME * float(weights.max())


def strata(weights: Float[np.ndarray, " rows"]) -> Int[np.ndarray, " rows"]:
    """The stratum of each row: rows of equal weight, or of similar weight if there are many."""
    distinct, place = np.unique(np.round(weights, 9), return_inverse=True)
    if len(distinct) <= _MOST_STRATA:
        return place
    return np.argsort(np.argsort(weights, kind="stable"), kind="stable") * _BINS // len(weights)


def table_draws(
    cell: Int[np.ndarray, " rows"],
    outcome: Int[np.ndarray, " rows"],
    shape: tuple[int, int],
    weights: Float[np.ndarray, " rows"],
    *,
    seed: int,
) -> Float[np.ndarray, "draws cells outcomes"]:
    """Draws of the weight in each cell with each outcome.

    Parameters
    ----------
    cell
        What is known of a row before it is coded (its prediction, its group), as numbers.
    outcome
        What coding finds out, as numbers.
    shape
        The numbers of cells and of outcomes.
    """
    random = np.random.default_rng(seed)
    stratum = strata(weights)
    size = (int(stratum.max()) + 1, *shape)
    place = np.ravel_multi_index((stratum, cell, outcome), size)
    total = np.bincount(place, weights, int(np.prod(size))).reshape(size)
    squares = np.bincount(place, weights**2, int(np.prod(size))).reshape(size)
    whole = total.sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Of rows with equal weights this is their number.
        rows = np.nan_to_num(whole**2 / squares.sum(axis=2))
        counts = np.nan_to_num(total / whole[:, :, None]) * rows[:, :, None]
    draws = int(np.clip(_MOST_CELLS // total.size, 200, DRAWS))
    found = np.zeros((draws, *shape))
    for number in range(size[0]):
        some = np.flatnonzero(rows[number] > 0.0)
        mass = random.standard_gamma(rows[number, some], (draws, len(some)))
        mass *= whole[number].sum() / mass.sum(axis=1, keepdims=True)
        share = random.standard_gamma(
            counts[number, some] + 1.0 / shape[1], (draws, len(some), shape[1])
        )
        share /= np.maximum(share.sum(axis=2, keepdims=True), np.finfo(float).tiny)
        found[:, some] += mass[:, :, None] * share
    return found


def ends(draws: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95% intervals of measures from 0 to 1; of 0 and of 1 they begin and end there.

    ``draws`` has one axis more than ``value``, the first.
    """
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    low, high = np.where(value == 0.0, 0.0, low), np.where(value == 1.0, 1.0, high)
    unknown = np.isnan(value)
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def same_share(one: Float[np.ndarray, " draws"], other: Float[np.ndarray, " draws"]) -> float:
    """The two-sided p value of two shares being equal, from draws of both, on the logit scale."""
    tiny = 1e-12
    one, other = (np.clip(share, tiny, 1.0 - tiny) for share in (one, other))
    gap = np.log(one / (1.0 - one)) - np.log(other / (1.0 - other))
    spread = float(gap.std())
    return float(2.0 * stats.norm.sf(abs(gap.mean()) / spread)) if spread > 0.0 else 1.0
