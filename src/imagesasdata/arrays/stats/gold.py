"""Rows with gold values among all rows: their weights, and their values in place of predictions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from imagesasdata.arrays.stats.dsl import Variables

Rows = Float[np.ndarray, " rows"]
# Weights with a range below this count as equal.
_SAME = 1e-12


class Weighted(NamedTuple):
    """Weights of all rows; sampling probabilities and weights of gold rows.

    ``gold_weights`` are weights divided by sampling probabilities, scaled to a mean of one; ``even``
    says whether they are all equal.
    """

    weights: Rows
    sample_prob: Float[np.ndarray, " gold_rows"]
    gold_weights: Float[np.ndarray, " gold_rows"]
    even: bool


def each_row(weights: Rows | None, rows: int) -> Rows:
    """The weights of rows, which are ones if none are given."""
    return np.ones(rows) if weights is None else weights


def weighted(
    is_gold: Bool[np.ndarray, " rows"],
    weights: Rows | None,
    sample_prob: Float[np.ndarray, " gold_rows"] | None,
) -> Weighted:
    """The weights of rows; without sampling probabilities gold rows are a simple random sample."""
    rows, count = len(is_gold), int(is_gold.sum())
    each = each_row(weights, rows)
    chance = np.full(count, count / rows) if sample_prob is None else sample_prob
    gold = each[is_gold] / chance
    gold /= gold.mean()
    return Weighted(each, chance, gold, bool(np.ptp(gold) < _SAME))


def with_gold(
    predicted: Variables, gold: Variables, is_gold: Bool[np.ndarray, " rows"]
) -> Variables:
    """The variables of all rows, with gold values instead of predictions in gold rows."""
    result = Variables(predicted.design.copy(), predicted.outcome.copy())
    result.design[is_gold], result.outcome[is_gold] = gold.design, gold.outcome
    return result
