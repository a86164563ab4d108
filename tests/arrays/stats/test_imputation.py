"""Multiple imputation: posteriors in closed form, Rubin's rules by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from imagesasdata.arrays.stats.fits import Fit
from imagesasdata.arrays.stats.imputation import (
    combined,
    drawn_classes,
    independent,
    said_columns,
    standard_features,
    worth,
)
from imagesasdata.arrays.stats.jeffreys import posterior_draws

LEVELS = (0.025, 0.25, 0.5, 0.75, 0.975)


@pytest.mark.parametrize(("hits", "rows"), [(0, 40), (1, 200), (6, 300), (50, 100)])
def test_draws_of_a_share_are_jeffreys_posterior(hits: int, rows: int) -> None:
    # Jeffreys' prior of a share is a beta of 1/2 and 1/2, on whatever scale it is written.
    random = np.random.default_rng(0)
    is_class = np.arange(rows) < hits
    beta = posterior_draws(np.ones((rows, 1)), is_class, np.ones(rows), 20_000, random)
    expected = stats.beta(hits + 0.5, rows - hits + 0.5)
    reached = expected.cdf(np.quantile(expit(beta[:, 0]), LEVELS))
    np.testing.assert_allclose(reached, LEVELS, atol=0.03)


def test_draws_of_two_groups_are_two_posteriors() -> None:
    # With a share for each of two groups, Jeffreys' prior is the product of theirs.
    random = np.random.default_rng(1)
    group = np.repeat([0.0, 1.0], [250, 50])
    is_class = np.isin(np.arange(300), [3, 260, 270, 280, 290])
    design = np.column_stack([np.ones(300), group])
    beta = posterior_draws(design, is_class, np.ones(300), 20_000, random)
    for linear, (hits, rows) in ((beta[:, 0], (1, 250)), (beta.sum(axis=1), (4, 50))):
        expected = stats.beta(hits + 0.5, rows - hits + 0.5)
        reached = expected.cdf(np.quantile(expit(linear), LEVELS))
        np.testing.assert_allclose(reached, LEVELS, atol=0.04)


def test_weights_count_as_rows() -> None:
    heavy = posterior_draws(
        np.ones((2, 1)), np.array([True, False]), np.array([5.0, 95.0]), 20_000, _random()
    )
    expected = stats.beta(5.5, 95.5)
    reached = expected.cdf(np.quantile(expit(heavy[:, 0]), LEVELS))
    np.testing.assert_allclose(reached, LEVELS, atol=0.03)


def test_rubins_rules_by_hand() -> None:
    fits = [
        Fit(np.array([one]), np.array([[variance]]), df=np.array([20.0]))
        for one, variance in ((1.0, 0.4), (2.0, 0.5), (3.0, 0.6))
    ]
    found = combined(fits)
    # Within 0.5, between 1, so that the total is 0.5 + 4/3.
    assert found.estimate[0] == 2.0
    assert found.covariance[0, 0] == pytest.approx(0.5 + 4.0 / 3.0)
    share = (4.0 / 3.0) / (0.5 + 4.0 / 3.0)
    of_draws = 2.0 / share**2
    of_rows = 21.0 / 23.0 * 20.0 * (1.0 - share)
    assert found.df is not None
    assert found.df[0] == pytest.approx(1.0 / (1.0 / of_draws + 1.0 / of_rows))


def test_three_classes_are_drawn_with_their_shares() -> None:
    random = _random()
    rows = 6000
    said = random.integers(0, 2, rows)
    shares = np.array([[0.2, 0.5, 0.3], [0.05, 0.15, 0.8]])
    place = (random.random((rows, 1)) > shares.cumsum(axis=1)[said]).sum(axis=1)
    is_gold = np.arange(rows) < 3000
    features = np.column_stack([np.ones(rows), said]).astype(float)
    drawn = drawn_classes(features, [], is_gold, place[is_gold], np.ones(3000), 40, random)
    assert (drawn[:, is_gold] == place[is_gold]).all()
    for one in (0, 1):
        some = drawn[:, ~is_gold & (said == one)]
        coded = np.bincount(place[is_gold & (said == one)], minlength=3)
        expected = coded / coded.sum()
        got = np.bincount(some.ravel(), minlength=3) / some.size
        np.testing.assert_allclose(got, expected, atol=0.01)


def test_a_class_that_was_drawn_before_explains_the_next() -> None:
    random = _random()
    rows = 4000
    first = random.integers(0, 2, rows)
    second = np.where(random.random(rows) < 0.9, first, 1 - first)
    is_gold, ones = np.arange(rows) < 1000, np.ones((rows, 1))
    earlier = np.tile(first, (5, 1))
    drawn = drawn_classes(ones, [(earlier, 2)], is_gold, second[is_gold], np.ones(1000), 5, random)
    agree = (second[is_gold] == first[is_gold]).mean()
    assert (drawn == earlier)[:, ~is_gold].mean() == pytest.approx(agree, abs=0.02)


def test_columns_of_what_was_predicted() -> None:
    words = np.array(["a", "c", "b", "a"], object)
    np.testing.assert_array_equal(said_columns(words), [[0, 0], [0, 1], [1, 0], [0, 0]])
    np.testing.assert_array_equal(said_columns(np.array([0.0, 1.0, 1.0])), [[0], [1], [1]])
    chance = np.linspace(0.0, 1.0, 21)
    odds = said_columns(chance)[:, 0]
    assert odds[10] == 0.0
    assert odds[15] == pytest.approx(np.log(3.0))
    assert np.isfinite(odds).all()
    np.testing.assert_array_equal(said_columns(chance + 3.0)[:, 0], chance + 3.0)


def test_products_come_in_with_enough_rows() -> None:
    random = _random()
    said, others = random.normal(size=(500, 1)), random.normal(size=(500, 2))
    is_gold = np.ones(500, bool)
    few, many = (np.arange(500) < count for count in (59, 60))
    assert standard_features(said, others, is_gold, few.astype(int)).shape[1] == 4
    assert standard_features(said, others, is_gold, many.astype(int)).shape[1] == 6


def test_what_gold_rows_are_worth() -> None:
    said = np.array([0.0, 0.0, 1.0, 1.0])
    by_prediction = np.array([0.1, 0.1, 0.5, 0.5])
    np.testing.assert_array_equal(worth(by_prediction, [said]), np.ones(4))
    np.testing.assert_array_equal(worth(np.full(4, 0.2), [np.arange(4.0)]), np.ones(4))
    otherwise = np.array([0.1, 0.5, 0.1, 0.5])
    found = worth(otherwise, [said])
    # Inverses of 10 and 2: Kish's effective number is 24 squared over 208.
    assert found.sum() == pytest.approx(24.0**2 / 208.0)
    assert found[0] / found[1] == pytest.approx(5.0)


def test_columns_that_follow_from_others_are_left_out() -> None:
    one = np.arange(5.0)
    columns = np.column_stack([np.ones(5), one, 2.0 * one + 3.0, np.zeros(5), one**2])
    assert independent(columns).tolist() == [0, 1, 4]


def _random() -> np.random.Generator:
    return np.random.default_rng(2)
