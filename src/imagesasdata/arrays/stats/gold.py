"""Rows with gold values among all rows: their values, and how much each counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from imagesasdata.arrays.stats.dsl import Variables

Rows = Float[np.ndarray, " rows"]
# Weights whose range is below this are the same.
_SAME = 1e-12


class Weighted(NamedTuple):
    """Weights and sampling probabilities of all rows, and the weights of gold rows alone.

    ``gold_weights`` are weights over sampling probabilities with a mean of one; ``even`` says that
    they are all the same.
    """

    weights: Rows
    sample_prob: Rows
    gold_weights: Float[np.ndarray, " gold_rows"]
    even: bool


def weighted(
    is_gold: Bool[np.ndarray, " rows"], weights: Rows | None, sample_prob: Rows | None
) -> Weighted:
    """How much rows count; without sampling probabilities gold rows are a simple random sample."""
    rows = len(is_gold)
    each = np.ones(rows) if weights is None else weights
    chance = np.full(rows, is_gold.mean()) if sample_prob is None else sample_prob
    gold = each[is_gold] / chance[is_gold]
    gold /= gold.mean()
    return Weighted(each, chance, gold, bool(np.ptp(gold) < _SAME))


def with_gold(
    predicted: Variables, gold: Variables, is_gold: Bool[np.ndarray, " rows"]
) -> Variables:
    """The variables of all rows, with gold values where there are any."""
    found = Variables(predicted.design.copy(), predicted.outcome.copy())
    found.design[is_gold], found.outcome[is_gold] = gold.design, gold.outcome
    return found
