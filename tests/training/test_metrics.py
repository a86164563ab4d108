"""The measures of outcomes against scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.training import metrics

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


def test_two_classes_after_each_epoch_as_scikit_learn_has_them() -> None:
    codes, chances = (
        (CODES > 0).astype(np.int32),
        CHANCES[:, :2] / CHANCES[:, :2].sum(1, keepdims=True),
    )
    said = metrics.decide("binary", chances)
    assert metrics.quick("binary", codes, chances) == pytest.approx(
        {
            "accuracy": sk.accuracy_score(codes, said),
            "macro_f1": sk.f1_score(codes, said, average="macro"),
            "precision": sk.precision_score(codes, said),
            "recall": sk.recall_score(codes, said),
        }
    )
    never = metrics.quick("binary", codes, np.array([[1.0, 0.0]] * len(codes)))
    assert np.isnan(never["precision"])
    assert never["recall"] == 0
    assert set(metrics.quick("multiclass", CODES, CHANCES)) == {"accuracy", "macro_f1"}


def test_labels_as_scikit_learn_has_them() -> None:
    coded = (RNG.random((50, 4)) < 0.4).astype(np.float32)
    chances = RNG.random((50, 4))
    said = metrics.decide("multilabel", chances)
    expected = sk.f1_score(coded, said, average=None, zero_division=0)
    np.testing.assert_allclose(metrics.counts_of(coded, said, 4).f1, expected)
    assert metrics.macro_f1(coded, said, 4) == pytest.approx(expected.mean())
    expected = sk.roc_auc_score(coded, chances)
    assert metrics.macro_auc("multilabel", coded, chances) == pytest.approx(expected)


def test_numbers_as_scikit_learn_has_them() -> None:
    values, said = RNG.normal(size=40), RNG.normal(size=(40, 1))
    found = {name: f(values, said) for name, f in metrics.full("numeric").items()}
    assert found["rmse"] ** 2 == pytest.approx(sk.mean_squared_error(values, said))
    assert found["mae"] == pytest.approx(sk.mean_absolute_error(values, said))
    assert found["r_squared"] == pytest.approx(sk.r2_score(values, said))
    assert found["correlation"] == pytest.approx(np.corrcoef(values, said[:, 0])[0, 1])
    quick = metrics.quick("numeric", values, said)
    assert quick == {name: found[name] for name in ("rmse", "r_squared")}


def test_what_calibration_compares() -> None:
    chances = np.array([[0.75, 0.25], [0.125, 0.875]])
    true, said = metrics.true_and_said("binary", np.array([1, 1]), chances)
    assert (true.tolist(), said.tolist()) == ([True, True], [0.25, 0.875])
    true, said = metrics.true_and_said("multiclass", np.array([1, 1]), chances)
    assert (true.tolist(), said.tolist()) == ([False, True], [0.75, 0.875])
    true, said = metrics.true_and_said("multilabel", np.array([[1, 0], [0, 1]]), chances)
    assert (true.tolist(), said.tolist()) == ([True, False, False, True], chances.ravel().tolist())


def test_calibration_by_hand() -> None:
    positive = np.array([0.05, 0.05, 0.95, 0.95])
    chances = np.stack([1 - positive, positive], axis=1)
    codes = np.array([0, 0, 1, 0])
    found = metrics.full("binary")["calibration_error"](codes, chances)
    assert found == pytest.approx(0.25)
