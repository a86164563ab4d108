"""Predict-then-debias: closed forms of a mean, agreement with ppi, and its bootstrap."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.stats.dsl import Variables
from imagesasdata.arrays.stats.families import FamilyName
from imagesasdata.arrays.stats.fits import fit
from imagesasdata.arrays.stats.ppi import Gold, Rest, ppi
from imagesasdata.arrays.stats.ptd import ptd
from imagesasdata.errors import ArgumentError

ROWS, CODED = 3000, 300


def a_mean(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = (random.random(ROWS) < 0.3) * 1.0
    said = np.where(random.random(ROWS) < 0.1, 1.0 - truth, truth)
    return truth, said, np.arange(ROWS) < CODED


def test_a_mean_is_the_tuned_difference_estimator() -> None:
    truth, said, is_gold = a_mean()
    ones = np.ones((ROWS, 1))
    found = ptd(
        Variables(ones, said),
        Variables(ones[is_gold], truth[is_gold]),
        is_gold,
        np.full(CODED, CODED / ROWS),
        "ols",
    )
    # What each row adds to the mean of the gold rows, and to the difference of the predictions' means.
    own = (truth[is_gold] - truth[is_gold].mean()) / CODED
    among = (said[is_gold] - said[is_gold].mean()) / CODED
    every = (said - said.mean()) / ROWS
    gap = np.concatenate([among - every[is_gold], -every[~is_gold]])
    tuning = own @ gap[:CODED] / (gap @ gap)
    expected = truth[is_gold].mean() - tuning * (said[is_gold].mean() - said.mean())
    assert found.estimate[0] == pytest.approx(expected)
    parts = np.concatenate([own, np.zeros(ROWS - CODED)]) - tuning * gap
    assert np.sqrt(found.covariance[0, 0]) == pytest.approx(np.sqrt(parts @ parts), rel=0.1)


def test_a_predicted_outcome_is_near_ppi() -> None:
    random = np.random.default_rng(1)
    design = np.column_stack([np.ones(ROWS), random.normal(size=(ROWS, 2))])
    truth = design @ [0.2, 0.5, -0.3] + random.normal(size=ROWS)
    said = truth + random.poisson(0.5, ROWS)
    is_gold = np.arange(ROWS) < CODED
    found = ptd(
        Variables(design, said),
        Variables(design[is_gold], truth[is_gold]),
        is_gold,
        np.full(CODED, CODED / ROWS),
        "ols",
    )
    other = ppi(
        Gold(design[is_gold], truth[is_gold], said[is_gold], np.ones(CODED)),
        Rest(design[~is_gold], said[~is_gold], np.ones(ROWS - CODED)),
        "ols",
    )
    error = np.sqrt(np.diag(other.covariance))
    assert (np.abs(found.estimate - other.estimate) < 0.6 * error).all()
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), error, rtol=0.15)


@pytest.mark.parametrize("family", ["ols", "logit", "poisson"])
def test_perfect_predictions_give_the_regression_of_all_rows(family: FamilyName) -> None:
    random = np.random.default_rng(1)
    design = np.column_stack([np.ones(ROWS), random.normal(size=(ROWS, 2))])
    linear = design @ [0.2, 0.5, -0.3]
    truth = {
        "ols": linear + random.normal(size=ROWS),
        "logit": (random.random(ROWS) < 1.0 / (1.0 + np.exp(-linear))) * 1.0,
        "poisson": random.poisson(np.exp(linear)) * 1.0,
    }[family]
    is_gold = np.arange(ROWS) < CODED
    found = ptd(
        Variables(design, truth),
        Variables(design[is_gold], truth[is_gold]),
        is_gold,
        np.full(CODED, CODED / ROWS),
        family,
    )
    whole = fit(design, truth, family)
    error = np.sqrt(np.diag(whole.covariance))
    assert (np.abs(found.estimate - whole.estimate) < 0.3 * error).all()
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), error, rtol=0.12)


def test_useless_predictions_leave_the_gold_rows_alone() -> None:
    truth, _, is_gold = a_mean()
    ones = np.ones((ROWS, 1))
    found = ptd(
        Variables(ones, np.full(ROWS, 0.5)),
        Variables(ones[is_gold], truth[is_gold]),
        is_gold,
        np.full(CODED, CODED / ROWS),
        "ols",
    )
    assert found.estimate[0] == pytest.approx(truth[is_gold].mean())


def test_a_stratum_coded_in_full_has_the_error_of_the_others_alone() -> None:
    # Of all rows, those predicted to be of the class are coded, so that nothing is left to chance there
    # but how many there are.
    truth, said, _ = a_mean()
    random = np.random.default_rng(3)
    is_gold = (said == 1.0) | (random.random(ROWS) < 0.1)
    chance = np.where(said == 1.0, 1.0, is_gold[said == 0.0].mean())[is_gold]
    ones = np.ones((ROWS, 1))
    found = ptd(
        Variables(ones, said),
        Variables(ones[is_gold], truth[is_gold]),
        is_gold,
        chance,
        "ols",
    )
    share, missed = said.mean(), truth[is_gold & (said == 0.0)].mean()
    right, count = truth[said == 1.0].mean(), (is_gold & (said == 0.0)).sum()
    assert found.estimate[0] == pytest.approx(share * right + (1.0 - share) * missed)
    variance = (
        (1.0 - share) ** 2 * missed * (1.0 - missed) / count
        + share**2 * right * (1.0 - right) / (said == 1.0).sum()
        + share * (1.0 - share) * (right - missed) ** 2 / ROWS
    )
    assert np.sqrt(found.covariance[0, 0]) == pytest.approx(np.sqrt(variance), rel=0.1)


def test_rows_of_a_cluster_are_drawn_together() -> None:
    # Each cluster is one row ten times: the error is that of a tenth of the rows.
    truth, said, is_gold = a_mean()
    ones = np.ones((ROWS, 1))
    alone = ptd(
        Variables(ones, said),
        Variables(ones[is_gold], truth[is_gold]),
        is_gold,
        np.full(CODED, CODED / ROWS),
        "ols",
        clusters=np.arange(ROWS),
    )
    ten = [np.repeat(part, 10, axis=0) for part in (ones, said, truth, is_gold)]
    design, says, tells, coded = ten
    found = ptd(
        Variables(design, says),
        Variables(design[coded], tells[coded]),
        coded,
        np.full(10 * CODED, CODED / ROWS),
        "ols",
        clusters=np.repeat(np.arange(ROWS), 10),
    )
    np.testing.assert_allclose(found.estimate, alone.estimate)
    np.testing.assert_allclose(found.covariance, alone.covariance)
    assert found.clusters == ROWS


def test_too_few_rows_of_a_level_are_told() -> None:
    random = np.random.default_rng(4)
    level = np.zeros(ROWS)
    level[[0, *range(CODED, ROWS, 20)]] = 1.0
    design = np.column_stack([np.ones(ROWS), level])
    truth = random.normal(size=ROWS)
    is_gold = np.arange(ROWS) < CODED
    with pytest.raises(
        ArgumentError, match="of 500 bootstrap samples .* has no solution.*\nHint: code more"
    ):
        ptd(
            Variables(design, truth),
            Variables(design[is_gold], truth[is_gold]),
            is_gold,
            np.full(CODED, CODED / ROWS),
            "ols",
        )
