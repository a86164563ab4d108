"""What makes a regression impossible, and what the errors say of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from imagesasdata.arrays.stats.checks import (
    check_finite,
    check_outcome,
    check_sample_prob,
    check_weights,
)
from imagesasdata.arrays.stats.fits import fit, fit_terms
from imagesasdata.arrays.stats.sandwich import renumbered
from imagesasdata.errors import ArgumentError

# The first and the last row of four are used, and one more; the first and the last are gold.
USED, GOLD = np.array([True, False, True, True]), np.array([True, False, True])


def test_what_is_let_through() -> None:
    check_finite(np.ones((2, 2)), ["a", "b"])
    check_outcome(np.array([0.0, 1.0]), "logit", "y ~ x")
    check_outcome(np.array([-5.0, 9.0]), "ols", "y ~ x")
    check_outcome(np.array([0.0, 9.0]), "poisson", "y ~ x")
    check_weights(np.array([0.1, 5.0]), "w")
    # Rows without a gold value need no probability.
    check_sample_prob(np.array([1.0, np.nan, 0.2]), GOLD, USED, "p")


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (
            lambda: check_finite(np.array([[1, 2], [3, np.inf], [np.nan, np.nan]]), ["a", "b"]),
            "'a' is not a finite number in some rows (the first: row 2 of those used).",
        ),
        (
            lambda: check_finite(np.array([[1, 2], [3, np.inf]]), ["a", "b"]),
            "'b' is not a finite number in some rows (the first: row 1 of those used).",
        ),
        (
            lambda: check_outcome(np.array([0.0, 1.5]), "logit", "y ~ x"),
            "A logit needs an outcome between 0 and 1; that of 'y ~ x' goes from 0 to 1.5.",
        ),
        (
            lambda: check_outcome(np.array([-1.0, 5.0]), "poisson", "y ~ x"),
            "A Poisson regression needs an outcome from 0 up; that of 'y ~ x' goes down to -1.",
        ),
        (
            lambda: check_weights(np.array([2.0, 0.0]), "w"),
            "The weights 'w' must be above 0; the smallest is 0.",
        ),
        (
            lambda: check_weights(np.array([2.0, np.inf]), "w"),
            "The weights 'w' must be above 0; the smallest is 2.",
        ),
        (
            lambda: check_sample_prob(np.array([1.0, 0.5, np.nan]), GOLD, USED, "p"),
            "The sampling probability 'p' is missing in 1 gold rows (the first: row 3).",
        ),
        (
            lambda: check_sample_prob(np.array([1.0, 5.0, 0.0]), GOLD, USED, "p"),
            "The sampling probability 'p' must be above 0 and at most 1 in gold rows; row 3 has 0.",
        ),
    ],
)
def test_what_is_refused(check: Callable[[], None], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        check()
    assert caught.value.message == message
    assert caught.value.hint


def test_a_fit_says_which_term_is_to_blame() -> None:
    x = np.array([-2.0, -1, 1, 2])
    design = np.column_stack([np.ones(4), x])
    with pytest.raises(
        ArgumentError, match="Perfect separation in the gold rows: 'x' predicts the"
    ):
        fit_terms(design, (x > 0).astype(float), "logit", ["Intercept", "x"], "gold rows")
    outcome = np.array([1.0, 0, 3, 2])
    found = fit_terms(design, outcome, "ols", ["Intercept", "x"], "rows", vcov="HC1")
    expected = fit(design, outcome, "ols", vcov="HC1")
    np.testing.assert_array_equal(found.covariance, expected.covariance)


def test_clusters_become_numbers() -> None:
    assert renumbered(np.array([7, 3, 7, 9])).tolist() == [1, 0, 1, 2]
    assert renumbered(np.array(["b", "a", "b"], object)).tolist() == [1, 0, 1]
