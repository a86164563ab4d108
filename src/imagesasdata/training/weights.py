"""How much each row counts in training: by its class, and as the user says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from imagesasdata.arrays.stats.checks import check_weights
from imagesasdata.checks import check_amount
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.tables.codes import SAMPLE_PROB, numbers, python_value
from imagesasdata.tables.table import Table
from imagesasdata.training.outcome import Outcome

ClassWeight = Literal["balanced"] | Mapping[Any, float] | None


def check_class_weight(class_weight: ClassWeight, outcome: Outcome) -> None:
    """Raise unless ``class_weight`` fits the outcome."""
    if class_weight is None:
        return
    if outcome.kind in {"numeric", "multilabel"}:
        raise ArgumentError(
            f"class_weight is for classes; the outcome {outcome.name!r} is {outcome.kind}.",
            "leave it out.",
        )
    if class_weight == "balanced":
        return
    if not isinstance(class_weight, Mapping):
        raise ArgumentTypeError(
            f'class_weight must be "balanced" or a dict, got {class_weight!r}.',
            f"for example class_weight={{{outcome.levels[1]!r}: 2.0}}.",
        )
    for level, weight in class_weight.items():
        if python_value(level) not in outcome.levels:
            raise ArgumentError(
                f"class_weight names {level!r}, which is no class of {outcome.name!r}.",
                f"its classes: {', '.join(map(repr, outcome.levels))}.",
            )
        check_amount(f"class_weight[{level!r}]", weight)
        if weight == 0:
            raise ArgumentError(
                f"class_weight[{level!r}] is 0, so that nothing would be learned of this class.",
                "leave out its rows.",
            )


def given_weights(table: Table, name: str) -> np.ndarray:
    """The weights in a column, with a mean of one.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When it holds probabilities of being drawn, or a weight is missing, no number or not above 0.
    """
    known = table.known(name, "weights")
    if name == SAMPLE_PROB:
        raise ArgumentError(
            f"{name!r} holds the probabilities of being drawn, and weights= takes weights.",
            f'write coded["weight"] = 1 / coded["{name}"], and give weights="weight".',
        )
    values = numbers(table.cells(known), name)
    missing = np.flatnonzero(np.isnan(values))
    if len(missing):
        raise ArgumentError(
            f"The weights {name!r} are missing in {len(missing):,} rows, the first of them row "
            f"{missing[0]}.",
            "give these rows a weight, such as 1, or leave them out.",
        )
    if len(values):
        check_weights(values, name)
    return values / values.mean() if len(values) else values


def row_weights(
    class_weight: ClassWeight,
    outcome: Outcome,
    codes: np.ndarray,
    train: np.ndarray,
    given: np.ndarray | None = None,
) -> np.ndarray:
    """The weight of each row: the one given, times that of its class.

    ``"balanced"`` gives each class the same sum of weights in the training rows.
    """
    own = np.ones(len(codes)) if given is None else given
    if class_weight is None:
        return own.astype(np.float32)
    if class_weight == "balanced":
        levels = len(outcome.levels)
        sums = np.bincount(codes[train], own[train], minlength=levels)
        each = own[train].sum() / (levels * np.where(sums > 0, sums, 1.0))
    else:
        said = {python_value(level): float(weight) for level, weight in dict(class_weight).items()}
        each = np.array([said.get(level, 1.0) for level in outcome.levels])
    return (own * each[codes]).astype(np.float32)
