"""Rows whose picture a model was trained on: whether their predictions may be compared with codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from imagesasdata.arrays.stats.diagnosis import is_too_good
from imagesasdata.arrays.stats.folds import variance_factor
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.tables.codes import python_value
from imagesasdata.tables.table import Table

_KINDS = ("_pred", "_prob")
_MARK = "_trained"
# Columns by which a table of `FittedModel.tested` is known; the last has the number of the fit.
_TESTED = ("row", "sha256", "fold")
_TRUE, _FALSE = {True, "true"}, {False, "false"}


def trained_column(table: Table, prediction: str) -> str | None:
    """The column that marks the rows of training, as `FittedModel.augment` names it.

    ``y_pred``, ``y_prob`` and ``y_prob_<class>`` go with ``y_trained``, if the table has it.
    """
    for kind in _KINDS:
        start = prediction.rfind(kind)
        while start > 0:
            name = prediction[:start] + _MARK
            ends = prediction[start + len(kind) :]
            if (not ends or ends.startswith("_")) and name in table.names:
                return name
            start = prediction.rfind(kind, 0, start)
    return None


def rows_of_training(
    table: Table, prediction: str, truth: str, *, every: bool = False
) -> list[int]:
    """The rows with truth and an out-of-fold prediction of a picture that the model was trained on.

    Parameters
    ----------
    every
        Whether each row of training that has a truth must have such a prediction.

    Raises
    ------
    ArgumentError
        When it is not known whether the model was trained on a row; with ``every`` also when a row
        of training has no out-of-fold prediction.
    ArgumentTypeError
        When the column that marks rows of training is not of truth values.
    """
    name = trained_column(table, prediction)
    if name is None:
        return []
    marks = [_truth_value(cell, name) for cell in table.cells(name)]
    told, said = (table.cells(table.known(column)) for column in (truth, prediction))
    coded = [row for row, cell in enumerate(told) if cell is not None]
    unknown = [row for row in coded if marks[row] is None and said[row] is not None]
    if unknown:
        raise ArgumentError(
            f"It is not known whether the model of {prediction!r} was trained on {len(unknown):,} of the "
            f"rows with {truth!r}, such as row {unknown[0]}: {name!r} is empty there.",
            f"fit the model again; or write False into {name!r} where it was surely not trained on "
            "the picture.",
        )
    seen = [row for row in coded if marks[row]]
    without = [row for row in seen if said[row] is None]
    if every and without:
        raise ArgumentError(
            f"The model of {prediction!r} was trained on {len(without):,} of the rows with {truth!r}, "
            f"such as row {without[0]}, and has no out-of-fold predictions for them; the other coded "
            "rows are not the sample that was drawn.",
            "cross-validate, so that every coded row has one: fine_tune(..., folds=5), and augment "
            "again.",
        )
    return [row for row in seen if said[row] is not None]


def is_marked(table: Table, prediction: str) -> bool:
    """Whether a table says of which rows' pictures the model was trained."""
    return trained_column(table, prediction) is not None or set(_TESTED) <= set(table.names)


def note_of_fit(measure: str, value: float, prediction: str, where: str) -> str:
    """What to say of predictions that agree with the truth as those of rows of training do."""
    return (
        f"The {measure} of {prediction!r} is {value:.3f} in {where}. If its model was trained on them, "
        "the estimates are wrong: use out-of-fold predictions, such as those of fine_tune(..., folds=5) "
        "and augment."
    )


def notes_of_fit(
    table: Table, prediction: str, predicted: np.ndarray, true: np.ndarray
) -> list[str]:
    """A note if classes agree so well and nothing says whether the model was trained on the rows."""
    accuracy = float((predicted == true).mean())
    if is_marked(table, prediction) or not is_too_good(accuracy, true):
        return []
    return [note_of_fit("accuracy", accuracy, prediction, "the rows with a truth")]


def share_of_folds(table: Table, rows: Sequence[int], trained: Sequence[int]) -> float:
    """Of rows with a truth, the share whose predictions are those of a cross-validation.

    Those are rows of training, or all rows of `FittedModel.tested` if it has several folds.
    """
    if set(_TESTED) <= set(table.names):
        cells = table.cells(_TESTED[-1])
        return 1.0 if len({cells[row] for row in rows}) > 1 else 0.0
    return len(trained) / len(rows)


def notes_of_folds(share: float) -> list[str]:
    """What to say of intervals that are wider for a ``share`` of rows with predictions of folds."""
    if share == 0.0:
        return []
    return [
        f"{share:.0%} of coded rows have predictions of a cross-validation, whose fits share rows: "
        f"intervals are {variance_factor(share) ** 0.5:.2g} times wider than for one model, rather too "
        "wide than too narrow."
    ]


def _truth_value(cell: Any, name: str) -> bool | None:
    value = python_value(cell)
    value = value.lower() if isinstance(value, str) else value
    if value is None or value in _TRUE:
        return None if value is None else True
    if value in _FALSE:
        return False
    raise ArgumentTypeError(
        f"The column {name!r} says which rows a model was trained on, and holds {cell!r}.",
        "rename it if it is another column; else write True or False.",
    )
