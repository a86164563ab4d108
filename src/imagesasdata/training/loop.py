"""Epochs: train, evaluate on the validation rows, keep the best weights, stop in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import jax
import numpy as np

from imagesasdata.training.batches import Inputs, shuffled
from imagesasdata.training.checkpoint import Checkpoint
from imagesasdata.training.course import Course, Epoch, Row
from imagesasdata.training.loss import Params, chances
from imagesasdata.training.metrics import quick
from imagesasdata.training.optimizer import Optimizer
from imagesasdata.training.trainer import Trainer


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Number of epochs, batch size and order."""

    epochs: int
    batch_size: int
    early_stopping: int | None
    seed: int
    target_accuracy: float | None = None

    def is_over(self, course: Course) -> bool:
        """Whether there is no further epoch."""
        return (
            len(course.history) >= self.epochs
            or (self.early_stopping is not None and course.waited() >= self.early_stopping)
            or (bool(course.history) and self.is_reached(course.history[-1]))
        )

    def is_reached(self, row: Row) -> bool:
        """Whether an epoch has the accuracy that was wanted."""
        return self.target_accuracy is not None and watched(row) >= self.target_accuracy


def run_epochs(
    trainer: Trainer,
    optimizer: Optimizer,
    rate: Callable[[int], float],
    inputs: Inputs,
    train: np.ndarray,
    validation: np.ndarray,
    plan: Plan,
    *,
    values: Callable[[np.ndarray], np.ndarray],
    checkpoint: Checkpoint | None = None,
    learning_rate: float = 0.0,
    report: Callable[[Row], None] = lambda row: None,
) -> Course:
    """Train for the planned epochs and return the course, with the best weights.

    Without validation rows, the last weights count as the best; so do those of an epoch with the
    accuracy that was wanted, after which training ends.

    Parameters
    ----------
    rate
        The learning rate at a step, for the record.
    train, validation
        Row numbers.
    values
        Maps row numbers to codes in the outcome's own unit, for the measures.
    checkpoint
        Saves the course after each epoch, and within long ones; training resumes from an existing
        checkpoint.
    learning_rate
        The schedule's initial rate, saved in the checkpoint.
    report
        Called with each epoch's row of the history.
    """
    trained = trainer.start()
    course = Course(trained, optimizer.transform.init(trained), trained)
    if checkpoint is not None:
        checkpoint.restore(course)
    update = trainer.update(optimizer)
    size = trainer.size(min(plan.batch_size, len(train)))
    steps = -(-len(train) // size)
    while not plan.is_over(course):
        began = time.perf_counter()
        epoch = len(course.history) + 1
        order = shuffled(train, plan.seed, epoch)
        for batch in inputs.batches(order[course.now.steps * size :], size, epoch):
            gradients, sums = trainer.gradients(course.trained, batch, epoch)
            course.trained, course.state = update(
                course.trained, course.state, gradients, sums.weight
            )
            course.now.add(sums, batch)
            if checkpoint is not None and checkpoint.is_due():
                checkpoint.keep(course, learning_rate)
        outputs = np.concatenate(course.now.outputs)
        row: Row = {"epoch": epoch, "learning_rate": float(rate(epoch * steps - 1))}
        row["train_loss"] = course.now.loss / course.now.weight
        course.now = Epoch()
        row["penalty"] = trainer.penalty(course.trained)
        row |= _named("train", trainer, outputs, values(order))
        row |= _validation(trainer, course.trained, inputs, validation, size, values)
        lowest = min(
            (past.get("validation_loss", np.inf) for past in course.history), default=np.inf
        )
        # With the accuracy that was wanted, these are the weights that were wanted.
        better = row.get("validation_loss", -np.inf) < lowest or plan.is_reached(row)
        row["seconds"] = time.perf_counter() - began
        course.history.append(row)
        if better:
            course.best, course.best_epoch = course.trained, epoch
        if checkpoint is not None:
            checkpoint.keep(course, learning_rate)
        report(row)
    jax.block_until_ready(course.best)
    return course


def watched(row: Row) -> float:
    """The accuracy of an epoch that may end the training: on the validation rows, if there are any."""
    part = "validation" if "validation_loss" in row else "train"
    return row[f"{part}_accuracy"]


def predict(
    trainer: Trainer, trained: Params, inputs: Inputs, rows: np.ndarray, size: int
) -> np.ndarray:
    """Outputs of some rows, in order, in evaluation mode."""
    found = [
        trainer.outputs(trained, batch)[batch.rows >= 0]
        for batch in inputs.batches(rows, size, None)
    ]
    return np.concatenate(found)


def _validation(
    trainer: Trainer,
    trained: Params,
    inputs: Inputs,
    rows: np.ndarray,
    size: int,
    values: Callable[[np.ndarray], np.ndarray],
) -> Row:
    if not len(rows):
        return {}
    outputs = predict(trainer, trained, inputs, rows, size)
    loss = trainer.losses(outputs, rows)
    return {"validation_loss": loss, **_named("validation", trainer, outputs, values(rows))}


def _named(part: str, trainer: Trainer, outputs: np.ndarray, values: np.ndarray) -> Row:
    outcome = trainer.objective.outcome
    found = quick(outcome.kind, values, chances(outcome, outputs))
    return {f"{part}_{name}": value for name, value in found.items()}
