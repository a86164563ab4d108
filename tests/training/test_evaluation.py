"""What an evaluation says of single rows, by hand."""

from __future__ import annotations

import numpy as np

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
