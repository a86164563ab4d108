"""The checked settings of a fit."""

from __future__ import annotations

import numbers
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from imagesasdata.checks import check_amount, check_count, check_share, check_whole
from imagesasdata.errors import ArgumentError, ArgumentTypeError, UnknownNameError
from imagesasdata.training.optimizer import (
    STEP_EPOCHS,
    STEP_GAMMA,
    OptimizerName,
    Schedule,
    check_optimizer,
)
from imagesasdata.training.outcome import Outcome
from imagesasdata.training.weights import ClassWeight

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
    step_size: int | None = None
    gamma: float | None = None
    l1: float
    l2: float
    label_smoothing: float
    class_weight: ClassWeight
    early_stopping: int | None
    target_accuracy: float | None = None
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
        self._check_stairs()
        if self.target_accuracy is not None:
            check_share("target_accuracy", self.target_accuracy)
            check_amount("target_accuracy", self.target_accuracy, over_zero=True, example=0.95)
        if self.learning_rate == AUTO:
            return
        rate = self.learning_rate
        if isinstance(rate, (str, bool)) or not isinstance(rate, numbers.Real) or not rate > 0:
            raise ArgumentError(
                f"learning_rate must be a number over 0, got {rate!r}.",
                'learning_rate="auto" looks for one; else for example learning_rate=0.001.',
            )

    def _check_stairs(self) -> None:
        """Raise unless the settings of the learning rate's fall belong to its schedule."""
        check_count("step_size", self.step_size, example=STEP_EPOCHS)
        if self.gamma is not None:
            check_share("gamma", self.gamma)
            check_amount("gamma", self.gamma, over_zero=True, example=STEP_GAMMA)
        if self.schedule != "step":
            for name in ("step_size", "gamma"):
                if getattr(self, name) is not None:
                    raise ArgumentError(
                        f'{name} is only for schedule="step", got {getattr(self, name)!r}.',
                        f'leave {name} out, or write schedule="step".',
                    )
        elif not isinstance(self.optimizer, str):
            raise ArgumentError(
                'schedule="step" is for optimizer="sgd" or "adamw"; an optax transform has a learning '
                "rate of its own.",
                'write optimizer="sgd", or give the transform optax.exponential_decay as its rate.',
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


def check_target(accuracy: float | None, outcome: Outcome) -> None:
    """Raise if an accuracy is wanted of an outcome that has none."""
    if accuracy is not None and outcome.kind == "numeric":
        raise ArgumentError(
            f"target_accuracy is for classes; the outcome {outcome.name!r} is numeric.",
            "leave it out; early_stopping= watches the loss.",
        )
