"""The probabilities of classes in the columns of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from imagesasdata.arrays.stats.validation import RIGHT, of_two
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.tables.codes import number_or_text, numbers
from imagesasdata.tables.table import Table


def probabilities(
    table: Table, prob: Any, labels: list[Any], rows: list[int]
) -> dict[int, np.ndarray]:
    """The probabilities of some rows, by the number of their class, or of being right (`RIGHT`).

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError
        When ``prob`` names no class or column, or values are no probabilities.
    """
    if prob is None:
        return {}
    if isinstance(prob, str):
        values = _numbers(table, prob, rows)
        return of_two(values) if len(labels) == 2 else {RIGHT: values}
    if not isinstance(prob, Mapping):
        raise ArgumentTypeError(
            f"prob must be a column or a mapping from class to column, got {prob!r}.",
            'for example prob={"protest": "label_prob_protest"}.',
        )
    found = {}
    for label, column in prob.items():
        if number_or_text(label) not in labels:
            raise ArgumentError(
                f"prob names the class {label!r}, which is neither true nor predicted in any row.",
                f"the classes are: {', '.join(map(repr, labels))}.",
            )
        found[labels.index(number_or_text(label))] = _numbers(table, column, rows)
    return found


def _numbers(table: Table, column: str, rows: list[int]) -> np.ndarray:
    cells = table.cells(table.known(column, "prob"))
    values = numbers([cells[row] for row in rows], column)
    if not ((values >= 0.0) & (values <= 1.0)).all():
        raise ArgumentError(
            f"The probabilities in {column!r} must be from 0 to 1, and none may be missing in the rows "
            "that are used.",
            "give a column of probabilities, or leave prob= out.",
        )
    return values
