"""Measures by class and over all, with their intervals, by hand and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from imagesasdata.arrays.stats.intervals import effective, wilson
from imagesasdata.arrays.stats.validation import OF_PROB, RIGHT, Rows, measure, of_two


def rows(
    truth: list[int], predicted: list[int], probs: dict[int, np.ndarray], **given: object
) -> Rows:
    weights = given.get("weights", np.ones(len(truth)))
    return Rows(
        truth=np.array(truth),
        predicted=np.array(predicted),
        weights=np.asarray(weights, float),
        classes=max(*truth, *predicted) + 1,
        probs=probs,
    )


def test_a_few_rows_by_hand() -> None:
    # Four of class 0, one of them called 1; three of class 1, one of them called 0; class 2 is only said.
    found = measure(rows([0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1, 0, 2], {}), rounds=20, seed=0)
    assert found.n_truth.tolist() == [4, 4, 0]
    assert found.n_predicted.tolist() == [4, 3, 1]
    assert found.confusion.tolist() == [[3, 1, 0], [1, 2, 1], [0, 0, 0]]
    np.testing.assert_allclose(found.by_class["precision"].value, [3 / 4, 2 / 3, 0])
    np.testing.assert_allclose(found.by_class["recall"].value, [3 / 4, 2 / 4, np.nan])
    np.testing.assert_allclose(found.by_class["f1"].value, [6 / 8, 4 / 7, 0])
    low, high = wilson(np.array([3 / 4, 2 / 3, 0]), [4, 3, 1])
    np.testing.assert_allclose(found.by_class["precision"].low, low)
    np.testing.assert_allclose(found.by_class["precision"].high, high)
    assert np.isnan(found.by_class["recall"].low[2])
    assert found.overall["accuracy"] == (5 / 8, *wilson(5 / 8, 8))
    assert found.overall["f1"].value == pytest.approx((6 / 8 + 4 / 7 + 0) / 3)
    # Without probabilities none of their measures is defined.
    assert set(found.overall) == {"accuracy", "f1"}
    assert all(np.isnan(found.by_class[name]).all() for name in OF_PROB)
    assert found.bins == {}


def test_rows_weigh_as_they_should() -> None:
    weights = [3.0, 1, 1, 1, 2]
    found = measure(rows([0, 0, 1, 1, 1], [0, 1, 1, 0, 1], {}, weights=weights), rounds=20, seed=0)
    assert found.overall["accuracy"].value == pytest.approx((3 + 1 + 2) / 8)
    assert found.overall["accuracy"][1:] == wilson(6 / 8, effective(np.array(weights)))
    np.testing.assert_allclose(found.by_class["recall"].value, [3 / 4, 3 / 4])
    np.testing.assert_allclose(found.by_class["precision"].value, [3 / 4, 3 / 4])
    low, high = wilson(3 / 4, effective(np.array([3.0, 1])))
    assert found.by_class["recall"].low[0] == low
    assert found.by_class["recall"].high[0] == high
    assert found.n_truth.tolist() == [2, 3]


def test_rows_are_drawn_among_those_of_the_same_weight() -> None:
    # Each row is alone with its weight, so that every sample is the whole.
    found = measure(
        rows([0, 0, 1, 1, 1], [0, 1, 1, 0, 1], {}, weights=[1.0, 2, 3, 4, 5]), rounds=5, seed=0
    )
    for estimate in (found.overall["f1"], found.by_class["f1"]):
        np.testing.assert_allclose(estimate.low, estimate.value)
        np.testing.assert_allclose(estimate.high, estimate.value)


def test_each_probability_has_its_place() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, 3, 200)
    predicted = np.where(random.random(200) < 0.2, 0, truth)
    probs = {2: random.random(200), 0: np.where(truth == 0, 0.9, 0.2)}
    found = measure(rows(truth.tolist(), predicted.tolist(), probs), rounds=50, seed=1)
    auc = [
        metrics.roc_auc_score(truth == one, probs[one]) if one in probs else np.nan
        for one in range(3)
    ]
    np.testing.assert_allclose(found.by_class["auc"].value, auc)
    brier = [
        np.mean((probs[one] - (truth == one)) ** 2) if one in probs else np.nan for one in range(3)
    ]
    np.testing.assert_allclose(found.by_class["brier"].value, brier)
    assert found.overall["auc"].value == pytest.approx(np.nanmean(auc))
    assert found.overall["brier"].value == pytest.approx(np.nanmean(brier))
    for name in ("f1", *OF_PROB):
        value, low, high = (part[[0, 2]] for part in found.by_class[name])
        assert (low <= value + 1e-12).all() or name == "calibration_error"
        assert (low <= high).all()
    assert list(found.bins) == [2, 0]
    assert found.bins[0].weight.sum() == 200


def test_the_event_that_a_prediction_is_right() -> None:
    prob = np.array([0.9, 0.8, 0.6, 0.7])
    given = rows([0, 1, 2, 0], [0, 1, 1, 0], {RIGHT: prob})
    assert given.event(RIGHT).tolist() == [True, True, False, True]
    assert given.event(1).tolist() == [False, True, False, False]
    found = measure(given, rounds=20, seed=0)
    assert found.overall["auc"].value == 1.0
    assert found.overall["brier"].value == pytest.approx((0.01 + 0.04 + 0.36 + 0.09) / 4)
    # It is the probability of no class.
    assert np.isnan(found.by_class["auc"].value).all()


def test_two_classes_mirror_each_other() -> None:
    prob = np.array([0.1, 0.6, 0.8])
    both = of_two(prob)
    np.testing.assert_allclose(both[0], [0.9, 0.4, 0.2])
    found = measure(rows([0, 1, 1], [0, 1, 1], both), rounds=5, seed=0)
    np.testing.assert_allclose(found.by_class["brier"].value[0], found.by_class["brier"].value[1])


def test_the_same_seed_gives_the_same_intervals() -> None:
    random = np.random.default_rng(0)
    truth, prob = random.integers(0, 2, 60).tolist(), random.random(60)
    one, same, other = (
        measure(rows(truth, truth[::-1], {1: prob}), rounds=20, seed=seed).overall["auc"]
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one.value == other.value
    assert one.low != other.low
