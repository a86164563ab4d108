"""The checked settings of a fit."""

from __future__ import annotations

import numbers
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from imagesasdata.checks import check_amount, check_count, check_share, check_whole
from imagesasdata.errors import ArgumentError, ArgumentTypeError, UnknownNameError
from imagesasdata.tables.codes import python_value
from imagesasdata.training.optimizer import OptimizerName, Schedule, check_optimizer
from imagesasdata.training.outcome import Outcome

ClassWeight = Literal["balanced"] | Mapping[Any, float] | None
AUTO = "auto"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The user's settings for training.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        When a value cannot be used; the message says what to write instead.
    """

    train: str
    head: tuple[int, ...]
    dropout: float
    epochs: int
    batch_size: int
    learning_rate: float | str
    optimizer: OptimizerName | Any
    schedule: Schedule
    l1: float
    l2: float
    label_smoothing: float
    class_weight: ClassWeight
    early_stopping: int | None
    seed: int

    def __post_init__(self) -> None:
        if not isinstance(self.head, Sequence) or isinstance(self.head, str):
            raise ArgumentTypeError(
                f"head must be numbers of nodes, got {self.head!r}.",
                "head=(256,) for one hidden layer of 256 nodes, head=() for none.",
            )
        for nodes in self.head:
            check_count("a hidden layer of head", nodes)
        object.__setattr__(self, "head", tuple(self.head))
        check_share("dropout", self.dropout, under_one=True)
        check_share("label_smoothing", self.label_smoothing, under_one=True)
        check_count("epochs", self.epochs)
        check_count("batch_size", self.batch_size)
        check_count("early_stopping", self.early_stopping)
        check_amount("l1", self.l1, example=0.0001)
        check_amount("l2", self.l2, example=0.0001)
        check_whole("seed", self.seed, most=2**31 - 1)
        check_optimizer(self.optimizer, self.schedule)
        if self.learning_rate == AUTO:
            return
        rate = self.learning_rate
        if isinstance(rate, (str, bool)) or not isinstance(rate, numbers.Real) or not rate > 0:
            raise ArgumentError(
                f"learning_rate must be a number over 0, got {rate!r}.",
                'learning_rate="auto" looks for one; else for example learning_rate=0.001.',
            )

    def stages(self, count: int) -> int:
        """How many of a network's ``count`` stages are trained."""
        last = re.fullmatch(r"last:(\d+)", self.train)
        if self.train in {"head", "all"}:
            return 0 if self.train == "head" else count
        if last is None:
            raise UnknownNameError(
                f"Unknown train {self.train!r}.",
                '"head" trains the added layers alone, "last:2" the last two stages, too, '
                '"all" the whole network.',
            )
        if not 1 <= int(last[1]) <= count:
            raise ArgumentError(
                f"train={self.train!r} asks for {last[1]} stages, but the model has {count}.",
                f'give "last:1" to "last:{count}".',
            )
        return int(last[1])


def check_weights(class_weight: ClassWeight, outcome: Outcome) -> None:
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


def row_weights(
    class_weight: ClassWeight, outcome: Outcome, codes: np.ndarray, train: np.ndarray
) -> np.ndarray:
    """The weight of each row; ``"balanced"`` gives each class equal weight in the training rows."""
    if class_weight is None:
        return np.ones(len(codes), np.float32)
    if class_weight == "balanced":
        counts = np.bincount(codes[train], minlength=len(outcome.levels))
        each = len(train) / (len(outcome.levels) * np.maximum(counts, 1))
    else:
        given = {python_value(level): float(weight) for level, weight in dict(class_weight).items()}
        each = np.array([given.get(level, 1.0) for level in outcome.levels])
    return each[codes].astype(np.float32)
