"""Measures against scikit-learn's, intervals against published and simulated ones."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.training import metrics
from imagesasdata.training.intervals import bootstrap, wilson

RNG = np.random.default_rng(0)
CODES = RNG.integers(0, 3, 90).astype(np.int32)
CHANCES = RNG.dirichlet([1, 1, 1], 90)
sk = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")


def test_classes_as_scikit_learn_has_them() -> None:
    predicted = metrics.decide("multiclass", CHANCES)
    assert metrics.accuracy(CODES, predicted) == sk.accuracy_score(CODES, predicted)
    ours = metrics.macro_f1(CODES, predicted, 3)
    assert ours == pytest.approx(sk.f1_score(CODES, predicted, average="macro"))
    expected = sk.roc_auc_score(CODES, CHANCES, multi_class="ovr")
    assert metrics.macro_auc("multiclass", CODES, CHANCES) == pytest.approx(expected)


def test_the_area_under_the_curve_with_ties() -> None:
    scores = RNG.integers(0, 4, 90) / 4
    ours = metrics.auc(CODES == 1, scores)
    assert ours == pytest.approx(sk.roc_auc_score(CODES == 1, scores))
    assert np.isnan(metrics.auc(np.ones(3), np.arange(3)))


def test_labels_as_scikit_learn_has_them() -> None:
    coded = (RNG.random((50, 4)) < 0.4).astype(np.float32)
    chances = RNG.random((50, 4))
    said = metrics.decide("multilabel", chances)
    expected = sk.f1_score(coded, said, average=None, zero_division=0)
    np.testing.assert_allclose(metrics.f1_scores(coded, said, 4), expected)
    expected = sk.roc_auc_score(coded, chances)
    assert metrics.macro_auc("multilabel", coded, chances) == pytest.approx(expected)


def test_numbers_as_scikit_learn_has_them() -> None:
    values, said = RNG.normal(size=40), RNG.normal(size=40)
    assert metrics.rmse(values, said) ** 2 == pytest.approx(sk.mean_squared_error(values, said))
    assert metrics.r_squared(values, said) == pytest.approx(sk.r2_score(values, said))
    assert metrics.correlation(values, said) == pytest.approx(np.corrcoef(values, said)[0, 1])
    assert np.isnan(metrics.r_squared(np.ones(3), np.zeros(3)))


def test_calibration_by_hand() -> None:
    positive = np.array([0.05, 0.05, 0.95, 0.95])
    chances = np.stack([1 - positive, positive], axis=1)
    codes = np.array([0, 0, 1, 0])
    found = metrics.calibration("binary", codes, chances)
    assert found == [(pytest.approx(0.05), 0.0, 2), (pytest.approx(0.95), 0.5, 2)]
    assert metrics.calibration_error("binary", codes, chances) == pytest.approx(0.25)


def test_wilson_as_published() -> None:
    # Newcombe (1998), table I, method 3.
    assert wilson(81, 263) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))
    assert wilson(0, 20) == (0.0, pytest.approx(0.1611, abs=1e-4))
    assert np.isnan(wilson(0, 0)).all()


def test_the_bootstrap_covers_a_mean() -> None:
    values = np.random.default_rng(1).normal(3, 1, 400)
    found = bootstrap({"mean": lambda rows: values[rows].mean()}, np.arange(400), seed=1)
    half = 1.96 * values.std() / 20
    low, high = found["mean"]
    assert low == pytest.approx(values.mean() - half, abs=0.02)
    assert high == pytest.approx(values.mean() + half, abs=0.02)


def test_the_bootstrap_draws_whole_groups() -> None:
    groups = np.repeat(np.arange(20), 20)
    values = np.random.default_rng(1).normal(size=20)[groups]
    mean = {"mean": lambda rows: values[rows].mean()}
    whole, single = bootstrap(mean, groups, seed=1), bootstrap(mean, np.arange(400), seed=1)
    ratio = np.diff(whole["mean"])[0] / np.diff(single["mean"])[0]
    assert ratio == pytest.approx(np.sqrt(20), rel=0.2)


def test_a_figure_that_is_mostly_undefined_has_no_interval() -> None:
    found = bootstrap({"nothing": lambda rows: float("nan")}, np.arange(5), seed=1)
    assert np.isnan(found["nothing"]).all()
    assert np.isnan(bootstrap({"one": lambda rows: 1.0}, np.arange(1), seed=1)["one"]).all()
