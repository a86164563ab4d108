"""Simulated studies: the naive intervals miss the truth, the corrected ones hold it and are narrower.

`benchmarks/studies.py` runs 1,000 of each; here are 50, whose coverage has a standard error of 3
points, or in a soak 200, with one of 1.5.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.arrays.stats.studies import Study, predicted_covariate, predicted_outcome, summarize


@pytest.mark.parametrize(
    "studies", [pytest.param(50, marks=pytest.mark.slow), pytest.param(200, marks=pytest.mark.soak)]
)
@pytest.mark.parametrize(
    ("make", "family", "term"),
    [
        (predicted_outcome, "ols", 2),
        (predicted_outcome, "logit", 2),
        (predicted_covariate, "ols", 1),
        (predicted_covariate, "logit", 1),
    ],
)
def test_corrected_intervals_hold_the_truth_and_are_narrower_than_gold(
    make: Callable[[int, str], Study], family: str, term: int, studies: int
) -> None:
    found = summarize([make(seed, family) for seed in range(studies)])
    off = 3 * np.sqrt(0.95 * 0.05 / studies)
    assert found["naive"].coverage[term] < 0.6
    for method in set(found) - {"naive"}:
        low, high = found[method].coverage.min(), found[method].coverage.max()
        assert 0.95 - off <= low <= high <= 0.95 + off, method
        assert (found[method].width <= found["gold"].width).all(), method
        chance = 3 * found[method].width[term] / 3.92 / np.sqrt(studies)
        assert abs(found[method].bias[term]) < abs(found["naive"].bias[term]) / 5 + chance, method
