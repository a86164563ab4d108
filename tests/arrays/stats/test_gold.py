"""Rows with gold values among all rows, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.stats.dsl import Variables, median_of
from imagesasdata.arrays.stats.fits import Fit
from imagesasdata.arrays.stats.gold import weighted, with_gold
from imagesasdata.arrays.stats.ppi import parted, ppi
from imagesasdata.errors import ArgumentError

SOME = np.array([True, False, True, False])


def test_gold_rows_count_by_weight_and_chance() -> None:
    found = weighted(SOME, np.array([1.0, 9, 3, 9]), np.array([0.5, 0.25]))
    np.testing.assert_allclose(found.gold_weights, np.array([2, 12]) / 7)
    assert not found.even
    # Of a simple random sample all have the share that is gold.
    found = weighted(SOME, None, None)
    assert found.weights.tolist() == [1, 1, 1, 1]
    assert found.sample_prob.tolist() == [0.5, 0.5]
    assert found.gold_weights.tolist() == [1, 1]
    assert found.even


def test_gold_values_stand_in_for_predictions() -> None:
    predicted = Variables(np.arange(8.0).reshape(4, 2), np.arange(4.0))
    gold = Variables(np.full((2, 2), -1.0), np.array([10.0, 20.0]))
    found = with_gold(predicted, gold, SOME)
    assert found.outcome.tolist() == [10, 1, 20, 3]
    assert found.design.tolist() == [[-1, -1], [2, 3], [-1, -1], [6, 7]]
    assert predicted.outcome.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("chance", [[0.5, 0.25], [0.3, 0.3]])
def test_the_rows_of_ppi(chance: list[float]) -> None:
    design = np.arange(8.0).reshape(4, 2)
    weights = np.array([1.0, 2, 3, 4])
    one, rest = parted(
        Variables(design, np.array([0.1, 0.2, 0.3, 0.4])),
        Variables(design[SOME], np.array([1.0, 0.0])),
        SOME,
        weights,
        np.array(chance),
        np.array([5, 6, 7, 8]),
    )
    assert one.outcome.tolist() == [1, 0]
    assert one.predicted.tolist() == [0.1, 0.3]
    assert one.weights.tolist() == [1 / chance[0], 3 / chance[1]]
    assert one.clusters is not None
    assert one.clusters.tolist() == [5, 7]
    # With unequal probabilities the rest cannot stand for all, so all rows are used.
    used = [1, 3] if chance[0] == chance[1] else [0, 1, 2, 3]
    np.testing.assert_array_equal(rest.design, design[used])
    np.testing.assert_array_equal(rest.weights, weights[used])
    assert (rest.is_gold is None) == (len(used) == 2)


def test_ppi_is_the_stratified_estimate_when_a_stratum_is_coded_in_full() -> None:
    random = np.random.default_rng(0)
    stratum = np.arange(600) < 100
    predicted = stratum * 1.0
    outcome = (random.random(600) < np.where(stratum, 0.8, 0.1)) * 1.0
    coded = stratum | (random.random(600) < 0.3)
    chance = np.where(stratum, 1.0, (coded & ~stratum).sum() / 500)[coded]
    ones = np.ones((600, 1))
    parts = parted(
        Variables(ones, predicted),
        Variables(ones[coded], outcome[coded]),
        coded,
        np.ones(600),
        chance,
    )
    found = ppi(*parts, "ols")
    expected = (100 * outcome[:100].mean() + 500 * outcome[100:][coded[100:]].mean()) / 600
    assert found.estimate[0] == pytest.approx(expected, abs=1e-12)
    # The closed form, of a population of such strata.
    rest = outcome[100:][coded[100:]]
    between = (outcome[:100].mean() - expected) ** 2 / 6 + (rest.mean() - expected) ** 2 * 5 / 6
    within = outcome[:100].var() / 6 + rest.var() * 5 / 6
    by_sample = (5 / 6) ** 2 * rest.var() * (1 / len(rest) - 1 / 500)
    variance = (between + within) / 600 + by_sample
    assert found.covariance[0, 0] == pytest.approx(variance, rel=0.01)


def test_every_row_with_a_gold_value_leaves_nothing_to_predict() -> None:
    all_rows = Variables(np.ones((2, 1)), np.ones(2))
    with pytest.raises(ArgumentError, match="Every row has a gold value"):
        parted(all_rows, all_rows, np.ones(2, bool), np.ones(2), np.ones(2))


def test_the_median_of_fits_by_hand() -> None:
    fits = [
        Fit(np.array([estimate, 0.0]), np.diag([error**2, 1.0]))
        for estimate, error in ((1.0, 0.1), (1.3, 0.1), (2.0, 0.2))
    ]
    found = median_of(fits)
    assert found.estimate.tolist() == [1.3, 0.0]
    # 0.1 + (1 - 1.3), 0.1, 0.2 + (2 - 1.3), each squared: the median is 0.1^2 + 0.3^2.
    np.testing.assert_allclose(np.diag(found.covariance), [0.1**2 + 0.3**2, 1.0])
    assert median_of(fits[:1]) is fits[0]
