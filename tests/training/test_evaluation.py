"""What an evaluation says of single rows, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from imagesasdata.arrays.stats.folds import overlap, widened
from imagesasdata.arrays.stats.intervals import wilson
from imagesasdata.training.evaluation import Evaluation
from imagesasdata.training.outcome import Outcome, OutcomeKind


def evaluated(kind: OutcomeKind, levels: tuple[object, ...], values, chances) -> Evaluation:
    rows = np.arange(len(values))
    return Evaluation(
        outcome=Outcome("y", kind, levels),
        values=np.asarray(values),
        chances=np.asarray(chances, float),
        groups=rows,
        rows=rows,
        seed=0,
    )


def test_errors_of_numbers() -> None:
    found = evaluated("numeric", (), [1.0, 2.0, 3.0], [[1.5], [2.0], [0.0]])
    assert found.residuals.tolist() == [-0.5, 0, 3]
    # The second is right.
    assert found.worst(9).tolist() == [2, 0]


def test_the_probability_of_what_was_coded() -> None:
    chances = [[0.2, 0.3, 0.5], [0.6, 0.3, 0.1], [0.1, 0.2, 0.7]]
    found = evaluated("multiclass", ("a", "b", "c"), [2, 1, 0], chances)
    assert found.coded_chances.tolist() == [0.5, 0.3, 0.1]
    assert found.worst(9).tolist() == [2, 1]
    assert found.worst(1).tolist() == [2]


def test_folds_widen_intervals() -> None:
    codes, chances = np.tile([0, 1], 20), np.tile([[0.9, 0.1], [0.4, 0.6]], (20, 1))
    chances[:8] = chances[:8, ::-1]
    alone = evaluated("binary", ("a", "b"), codes, chances)
    folds = replace(alone, folds=np.arange(40) % 5)
    assert (alone.n_folds, folds.n_folds) == (1, 5)
    one, five = alone.figures(), folds.figures()
    assert one["accuracy"] == five["accuracy"] == 0.8
    # 1 + 5 / 4 times the variance: one and a half times as far from the figure.
    low, high = wilson(0.8, 40)
    wide = 0.8 - 1.5 * (0.8 - low), 0.8 + 1.5 * (high - 0.8)
    np.testing.assert_allclose((five["accuracy_low"], five["accuracy_high"]), wide)
    for name in ("auc", "macro_f1", "calibration_error"):
        lower = max(one[name] - 1.5 * (one[name] - one[f"{name}_low"]), 0.0)
        assert five[f"{name}_low"] == min(lower, one[f"{name}_low"])
        assert one[f"{name}_high"] <= five[f"{name}_high"] <= 1
    assert folds.per_class()["recall_low"][0] < alone.per_class()["recall_low"][0]


def test_a_wider_interval_stays_within_the_measure() -> None:
    assert overlap(5) == 2.25
    assert widened(0.5, 0.25, 0.75, 2.25, (0.0, 1.0)) == (0.125, 0.875)
    assert widened(0.875, 0.625, 0.9375, 4.0, (0.0, 1.0)) == (0.375, 1.0)
    assert widened(0.5, 0.25, 0.75, 1.0, (0.0, 1.0)) == (0.25, 0.75)
