"""Absorbed fixed effects equal a regression with a term for each level."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.stats.absorb import (
    check_within,
    level_leverage,
    levels_lost,
    not_nested,
    project,
    within,
    within_moments,
)
from imagesasdata.arrays.stats.dsl import Variables, dsl
from imagesasdata.arrays.stats.fits import fit
from imagesasdata.errors import ArgumentError

RANDOM = np.random.default_rng(0)
ROWS = 300
ONE, TWO = RANDOM.integers(0, 12, ROWS), RANDOM.integers(0, 5, ROWS)
LEVELS = np.eye(12)[ONE]
BOTH = np.column_stack([LEVELS, np.eye(5)[TWO][:, 1:]])
X = RANDOM.normal(size=(ROWS, 2)) + LEVELS @ RANDOM.normal(size=(12, 2))
Y = X @ [0.3, -0.2] + LEVELS @ RANDOM.normal(size=12) + 0.5 * TWO + RANDOM.normal(size=ROWS)
WEIGHTS = RANDOM.uniform(0.5, 2.0, ROWS)


@pytest.mark.parametrize("factors", [[ONE], [ONE, TWO]], ids=["one", "two"])
def test_a_projection_is_that_on_the_terms_of_the_levels(factors: list[np.ndarray]) -> None:
    terms = LEVELS if len(factors) == 1 else BOTH
    root = np.sqrt(WEIGHTS)[:, None]
    expected = terms @ np.linalg.lstsq(terms * root, X * root, rcond=None)[0]
    np.testing.assert_allclose(project(X, factors, WEIGHTS), expected, atol=1e-9)


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
def test_one_factor_equals_a_term_for_each_level(kind: str) -> None:
    inside = within(Variables(X, Y), [ONE], WEIGHTS).variables
    got = fit(
        *inside,
        "ols",
        vcov=kind,  # type: ignore[arg-type]
        weights=WEIGHTS,
        levels=levels_lost([ONE]),
        level_leverage=level_leverage(ONE, WEIGHTS),
    )
    whole = np.column_stack([X, LEVELS])
    want = fit(whole, Y, "ols", vcov=kind, weights=WEIGHTS)  # type: ignore[arg-type]
    np.testing.assert_allclose(got.estimate, want.estimate[:2], atol=1e-10)
    np.testing.assert_allclose(got.covariance, want.covariance[:2, :2], atol=1e-12)
    assert got.df is not None
    assert want.df is not None
    assert got.df.tolist() == want.df[:2].tolist()


def test_two_factors_equal_a_term_for_each_level() -> None:
    ones = np.ones(ROWS)
    inside = within(Variables(X, Y), [ONE, TWO], ones).variables
    got = fit(*inside, "ols", vcov="HC1", levels=levels_lost([ONE, TWO]))
    want = fit(np.column_stack([X, BOTH]), Y, "ols", vcov="HC1")
    np.testing.assert_allclose(got.estimate, want.estimate[:2], atol=1e-9)
    np.testing.assert_allclose(got.covariance, want.covariance[:2, :2], atol=1e-10)


@pytest.mark.parametrize("predicted", ["outcome", "explanation"])
@pytest.mark.parametrize("factors", [[ONE], [ONE, TWO]], ids=["one", "two"])
def test_predicted_variables_equal_a_term_for_each_level(
    predicted: str, factors: list[np.ndarray]
) -> None:
    """With fewer gold rows than levels, which the moments of the levels do not need."""
    random = np.random.default_rng(1)
    coded = np.zeros(ROWS, bool)
    coded[random.choice(ROWS, 15, replace=False)] = True
    chance = np.full(15, 15 / ROWS)
    wrong = Variables(X.copy(), Y.copy())
    (wrong.outcome if predicted == "outcome" else wrong.design[:, 0])[:] += random.normal(size=ROWS)
    gold = Variables(X[coded], Y[coded])
    moved, moved_gold, _ = within_moments(wrong, gold, coded, chance, factors, WEIGHTS)
    got = dsl(moved, moved_gold, coded, chance, "ols", weights=WEIGHTS)
    terms = LEVELS if len(factors) == 1 else BOTH
    want = dsl(
        Variables(np.column_stack([wrong.design, terms]), wrong.outcome),
        Variables(np.column_stack([X, terms])[coded], Y[coded]),
        coded,
        chance,
        "ols",
        weights=WEIGHTS,
    )
    np.testing.assert_allclose(got.estimate, want.estimate[:2], atol=1e-7)
    np.testing.assert_allclose(got.covariance, want.covariance[:2, :2], rtol=1e-6)


def test_levels_within_clusters_cost_nothing() -> None:
    assert not_nested([ONE, TWO], ONE // 3) == [TWO] or len(not_nested([ONE, TWO], ONE // 3)) == 1
    assert levels_lost([ONE]) == 12
    assert levels_lost([ONE, TWO]) == 16
    got = fit(X, Y, "ols", clusters=ONE, level_leverage=np.zeros(ROWS))
    assert got.df is None  # CR1, with the number of clusters less one


def test_terms_that_do_not_vary_within_levels() -> None:
    fixed = np.column_stack([X[:, 0], ONE * 2.0 + 1.0])
    inside = fixed - project(fixed, [ONE], np.ones(ROWS))
    with pytest.raises(
        ArgumentError, match="^'size' does not vary within the levels of 'outlet', so"
    ):
        check_within(fixed, inside, ["x", "size"], ["outlet"])
    with pytest.raises(ArgumentError, match="no term besides the fixed effects"):
        check_within(fixed[:, :0], inside[:, :0], [], ["outlet"])
