"""Measures by class and over all, with their intervals, by hand and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from imagesasdata.arrays.stats.intervals import wilson
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
    np.testing.assert_allclose(found.by_class["recall"].value, [3 / 4, 3 / 4])
    np.testing.assert_allclose(found.by_class["precision"].value, [3 / 4, 3 / 4])
    assert found.n_truth.tolist() == [2, 3]
    for name in ("precision", "recall", "f1"):
        value, low, high = found.by_class[name]
        assert (low < value).all(), name
        assert (value < high).all(), name


def test_recall_where_rows_were_sampled_by_prediction() -> None:
    """3 of 300 rows predicted 0 are of class 1, each standing for 30; and 60 of 80 predicted 1."""
    said = np.repeat([0, 1], [300, 80])
    told = np.concatenate([np.arange(300) < 3, np.arange(80) < 60]).astype(int)
    weights = np.where(said == 1, 1.0, 30.0)
    found = measure(rows(told.tolist(), said.tolist(), {}, weights=weights), rounds=20, seed=0)
    recall, low, high = (part[1] for part in found.by_class["recall"])
    assert recall == pytest.approx(60 / (60 + 90))
    none, some = (
        stats.beta.rvs(*shape, size=40_000, random_state=one)
        for one, shape in enumerate([(3.5, 297.5), (60.5, 20.5)])
    )
    ends = np.quantile(80 * some / (80 * some + 9000 * none), [0.025, 0.975])
    np.testing.assert_allclose([low, high], ends, atol=0.02)
    # Rows predicted to be of the class are one stratum: Jeffreys' own interval.
    _, low, high = (part[1] for part in found.by_class["precision"])
    np.testing.assert_allclose([low, high], stats.beta.ppf([0.025, 0.975], 60.5, 20.5), atol=0.01)


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
        assert (low <= value + 1e-12).all()
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
