"""Shares from probabilities: closed forms, and three classes whose shares are known."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.stats.label_shift import (
    calibrated,
    calibration,
    most_likely,
    shifted_shares,
    to_one,
)


def test_of_two_values_the_shares_are_adjusted_counts() -> None:
    # 80 of 100 and 10 of 100 are predicted, with a prior of a half; 0.31 are in the other group.
    said = np.repeat([1, 0, 1, 0], [80, 20, 10, 90])
    truth = np.repeat([1, 0], 100)
    chances = np.where(said[:, None] == [0, 1], 0.7, 0.3)
    right = calibrated(chances, calibration(chances, truth, np.ones(200)))
    np.testing.assert_allclose(right[said == 1, 1], 80 / 90, atol=2e-3)
    np.testing.assert_allclose(right[said == 0, 1], 20 / 110, atol=2e-3)
    other = np.repeat(right[[0, 199]], [31, 69], axis=0)
    found = most_likely(other, np.array([0.5, 0.5]), np.ones(100), np.array([0.5, 0.5]))
    assert found[1] == pytest.approx((0.31 - 0.1) / (0.8 - 0.1), abs=5e-3)


def test_certain_probabilities_are_counted() -> None:
    chances = np.eye(3)[np.repeat([0, 1, 2], [5, 3, 2])]
    prior = np.array([0.2, 0.3, 0.5])
    found = most_likely(chances, prior, np.ones(10), np.full(3, 1 / 3))
    np.testing.assert_allclose(found, [0.5, 0.3, 0.2], atol=1e-5)


def test_probabilities_are_made_to_add_up() -> None:
    columns = [np.array([0.2, 0.0]), np.array([0.2, 0.0]), np.array([0.4, 0.0])]
    np.testing.assert_allclose(to_one(columns), [[0.25, 0.25, 0.5], [1 / 3] * 3])


def test_weights_count_as_rows() -> None:
    random = np.random.default_rng(0)
    chances = random.dirichlet(np.ones(2), 60)
    truth, times = (random.random(60) < chances[:, 1]) * 1, random.integers(1, 4, 60)
    weighted = calibration(chances, truth, times.astype(float))
    repeated = calibration(chances.repeat(times, axis=0), truth.repeat(times), np.ones(times.sum()))
    np.testing.assert_allclose(weighted, repeated, rtol=0.02, atol=0.02)


def test_three_classes_of_two_groups() -> None:
    random = np.random.default_rng(1)
    shares = np.array([[0.6, 0.3, 0.1], [0.1, 0.2, 0.7]])
    group = np.repeat([0, 1], 800)
    truth = (random.random((1600, 1)) > shares[group].cumsum(axis=1)).sum(axis=1)
    places = 2.0 * np.eye(3)[truth] + random.normal(size=(1600, 3))
    chances = np.exp(1.5 * places) / np.exp(1.5 * places).sum(axis=1, keepdims=True)
    coded = np.arange(0, 800, 3)
    found = shifted_shares(chances, group, chances[coded], truth[coded], np.ones(267), seed=0)
    assert np.abs(found.value - shares).max() < 0.06
    assert ((found.low <= shares) & (shares <= found.high)).mean() >= 5 / 6
    np.testing.assert_allclose(found.value.sum(axis=1), 1.0)
    assert np.abs(chances[group == 1].mean(axis=0) - shares[1]).max() > 0.06
