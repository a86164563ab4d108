"""Optimizers by name, and learning rate schedules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, get_args

import jax
import optax

from imagesasdata.checks import check_choice
from imagesasdata.errors import ArgumentTypeError
from imagesasdata.training.loss import Params, is_kernel

OptimizerName = Literal["sgd", "adamw"]
Schedule = Literal["cosine", "constant", "step"]

# Of the schedule "step", unless told otherwise.
STEP_EPOCHS, STEP_GAMMA = 7, 0.1

_MOMENTUM = 0.9


class Optimizer(NamedTuple):
    """An optax transform, and whether it applies ``l2`` itself.

    ``decoupled`` means that the weights are shrunk separately from the gradient (AdamW), so the loss
    must not contain the penalty as well.
    """

    transform: optax.GradientTransformation
    decoupled: bool


def check_optimizer(optimizer: object, schedule: object) -> None:
    """Raise for an unknown optimizer or schedule."""
    if isinstance(optimizer, str):
        check_choice("optimizer", optimizer, get_args(OptimizerName))
    elif not isinstance(optimizer, optax.GradientTransformation):
        raise ArgumentTypeError(
            f"optimizer must be a name or an optax transform, got {type(optimizer).__name__}.",
            'for example optimizer="adamw", or optimizer=optax.lion(1e-4).',
        )
    check_choice("schedule", schedule, get_args(Schedule))


def build_optimizer(
    optimizer: OptimizerName | optax.GradientTransformation,
    learning_rate: Callable[[Any], Any] | float,
    *,
    l2: float,
) -> Optimizer:
    """The optimizer with a name; a user's transform is used unchanged."""
    if isinstance(optimizer, optax.GradientTransformation):
        return Optimizer(optimizer, decoupled=False)
    if optimizer == "sgd":
        return Optimizer(optax.sgd(learning_rate, momentum=_MOMENTUM), False)
    # The gradient of l2 * w^2 is 2 * l2 * w.
    transform = optax.adamw(learning_rate, weight_decay=2 * l2, mask=_kernels)
    return Optimizer(transform, decoupled=True)


def rates(
    schedule: Schedule,
    learning_rate: float,
    *,
    epochs: int,
    steps: int,
    step_size: int | None = None,
    gamma: float | None = None,
) -> Callable[[Any], Any]:
    """The learning rate at each step: constant, falling in stairs, or by a cosine to a hundredth.

    Parameters
    ----------
    steps
        Steps of an epoch.
    step_size, gamma
        Of stairs: after how many epochs, and by which factor (PyTorch's ``StepLR``).
    """
    if schedule == "constant":
        return optax.constant_schedule(learning_rate)
    if schedule == "step":
        stair = (step_size or STEP_EPOCHS) * max(steps, 1)
        factor = STEP_GAMMA if gamma is None else gamma
        # Whole numbers: a rounded quotient could be a stair too low.
        return lambda step: learning_rate * factor ** (step // stair)
    return optax.cosine_decay_schedule(learning_rate, max(epochs * steps, 1), alpha=0.01)


def _kernels(params: Params) -> dict[str, bool]:
    return {name: is_kernel(name) for name in jax.tree.map(lambda _: True, params)}
