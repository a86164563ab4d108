"""Simulated studies: the naive intervals miss the truth, the corrected ones hold it and are narrower.

`benchmarks/studies.py` runs 1,000 of each; here are 200,
whose coverage has a standard error of 1.5 points.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.arrays.stats.studies import Study, predicted_covariate, predicted_outcome, summarize

STUDIES = 200


@pytest.mark.slow
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
    make: Callable[[int, str], Study], family: str, term: int
) -> None:
    found = summarize([make(seed, family) for seed in range(STUDIES)])
    assert found["naive"].coverage[term] < 0.6
    for method in set(found) - {"naive"}:
        assert 0.90 <= found[method].coverage.min() <= found[method].coverage.max() <= 0.99, method
        assert (found[method].width <= found["gold"].width).all(), method
        assert abs(found[method].bias[term]) < abs(found["naive"].bias[term]) / 5, method
