"""One fit: trains weights on some rows and predicts others with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from flax import nnx

from imagesasdata.options import EARLY_STOPPING, EPOCHS
from imagesasdata.training.batches import Embedded, Inputs
from imagesasdata.training.checkpoint import Checkpoint
from imagesasdata.training.course import Course, Row
from imagesasdata.training.head import Head, base_logits
from imagesasdata.training.loop import Plan, predict, run_epochs
from imagesasdata.training.loss import chances
from imagesasdata.training.network import as_arrays, put, split_module
from imagesasdata.training.optimizer import build_optimizer, rates
from imagesasdata.training.outcome import Outcome
from imagesasdata.training.range_test import find_rate
from imagesasdata.training.recipe import AUTO, Recipe
from imagesasdata.training.trainer import Objective, Trainer
from imagesasdata.training.weights import row_weights

# Pictures of a batch that one CPU core processes together.
PART = 2
# How the head is fitted before more of the network is trained; the user's settings are for the latter.
_BEFORE: dict[str, Any] = {
    "optimizer": "adamw",
    "learning_rate": AUTO,
    "schedule": "cosine",
    "step_size": None,
    "gamma": None,
    "epochs": EPOCHS,
    "early_stopping": EARLY_STOPPING,
    "target_accuracy": None,
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Coded:
    """The coded pictures: their outcome, its values, their embeddings and weights, row by row."""

    outcome: Outcome
    values: np.ndarray
    embeddings: np.ndarray
    weights: np.ndarray | None = None


class Network(NamedTuple):
    """What training beyond the head needs.

    ``build`` makes the network around a head, ``inputs`` are the pictures, ``learns`` says which
    parameters are trained, and ``example`` is the shape of one input.
    """

    build: Callable[[Head], Any]
    inputs: Inputs
    learns: Callable[[str], bool]
    example: Any


@dataclass(frozen=True, eq=False, kw_only=True)
class Machine:
    """The devices and the number of CPU cores that training uses."""

    devices: Sequence[Any]
    cores: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Fitted:
    """A fit: the trained weights by name, the head, and the training history."""

    outcome: Outcome
    head: Head
    trained: dict[str, np.ndarray]
    learning_rate: float
    history: list[Row]
    best_epoch: int
    outputs: Callable[[np.ndarray], np.ndarray]

    def chances(self, rows: np.ndarray) -> np.ndarray:
        """Probabilities or values of some rows."""
        return chances(self.outcome, self.outputs(rows))


def fit(
    coded: Coded,
    train: np.ndarray,
    validation: np.ndarray,
    recipe: Recipe,
    machine: Machine,
    *,
    pictures: Network | None = None,
    checkpoint: Checkpoint | None = None,
    report: Callable[[Row], None] = lambda row: None,
) -> Fitted:
    """Fit the head to embeddings, and with ``pictures`` then train more of the network.

    The larger fit begins with the fitted head: a random head would distort the pretrained features
    before it has learned anything (Kumar et al. 2022).
    """
    outcome = _scaled(coded.outcome, coded.values[train])
    codes = _codes(outcome, coded.values)
    weights = row_weights(recipe.class_weight, outcome, codes, train, coded.weights)
    head = _untrained(coded, outcome, train, codes, weights, recipe)
    job = _Job(
        coded=coded,
        head=head,
        objective=Objective(
            outcome=outcome,
            codes=codes,
            weights=weights,
            smoothing=recipe.label_smoothing,
            l1=recipe.l1,
            l2=recipe.l2,
        ),
        train=train,
        validation=validation,
        machine=machine,
    )
    vectors = Embedded(coded.embeddings.astype(np.float32))
    if pictures is None:
        alone = job.run(head, lambda name: True, vectors, recipe, None, checkpoint, report)
        put(head, alone.trained)
        return alone
    before = replace(recipe, **_BEFORE)
    put(head, job.run(head, lambda name: True, vectors, before, None).trained)
    module = pictures.build(head)
    larger = job.run(
        module, pictures.learns, pictures.inputs, recipe, pictures.example, checkpoint, report
    )
    put(module, larger.trained)
    return larger


def _untrained(
    coded: Coded,
    outcome: Outcome,
    train: np.ndarray,
    codes: np.ndarray,
    weights: np.ndarray,
    recipe: Recipe,
) -> Head:
    """A new head, which at first predicts the class shares of the training rows."""
    head = Head(
        coded.embeddings.shape[1],
        outcome.outputs,
        hidden=recipe.head,
        dropout=recipe.dropout,
        ordered=outcome.kind == "ordered",
        rngs=nnx.Rngs(recipe.seed),
    )
    head.standardize(coded.embeddings[train])
    head.output.start(base_logits(outcome, codes[train], weights[train]))
    return head


@dataclass(frozen=True, eq=False, kw_only=True)
class _Job:
    """What the fit of the head and the larger fit share."""

    coded: Coded
    head: Head
    objective: Objective
    train: np.ndarray
    validation: np.ndarray
    machine: Machine

    def run(
        self,
        module: Any,
        learns: Callable[[str], bool],
        inputs: Inputs,
        recipe: Recipe,
        example: Any | None,
        checkpoint: Checkpoint | None = None,
        report: Callable[[Row], None] = lambda row: None,
    ) -> Fitted:
        """Train a module; ``example`` is the shape of one picture, if its inputs are pictures."""
        picture = example is not None
        trainer = Trainer(
            split_module(module, learns, example),
            self.objective,
            self.machine.devices,
            self.machine.cores,
            PART if picture else None,
            recipe.seed,
        )
        course, rate = _train(
            trainer,
            recipe,
            inputs,
            self.train,
            self.validation,
            values=lambda chosen: self.coded.values[chosen],
            picture=picture,
            checkpoint=checkpoint,
            report=report,
        )
        best = course.best
        size = trainer.size(recipe.batch_size)
        return Fitted(
            outcome=self.objective.outcome,
            head=self.head,
            trained=as_arrays(best),
            learning_rate=rate,
            history=course.history,
            best_epoch=course.best_epoch,
            outputs=lambda chosen: predict(trainer, best, inputs, chosen, size),
        )


def _train(
    trainer: Trainer,
    recipe: Recipe,
    inputs: Inputs,
    train: np.ndarray,
    validation: np.ndarray,
    *,
    values: Callable[[np.ndarray], np.ndarray],
    picture: bool,
    checkpoint: Checkpoint | None,
    report: Callable[[Row], None],
) -> tuple[Course, float]:
    named = isinstance(recipe.optimizer, str)
    rate = float("nan")
    if named and recipe.learning_rate == AUTO:
        rate = checkpoint.rate() if checkpoint is not None else 0.0
        rate = rate or find_rate(
            trainer,
            recipe.optimizer,
            inputs,
            train,
            batch_size=recipe.batch_size,
            seed=recipe.seed,
            picture=picture,
        )
    elif named:
        rate = float(recipe.learning_rate)
    size = trainer.size(min(recipe.batch_size, len(train)))
    schedule = rates(
        recipe.schedule,
        rate,
        epochs=recipe.epochs,
        steps=-(-len(train) // size),
        step_size=recipe.step_size,
        gamma=recipe.gamma,
    )
    course = run_epochs(
        trainer,
        build_optimizer(recipe.optimizer, schedule, l2=recipe.l2),
        schedule if named else lambda step: float("nan"),
        inputs,
        train,
        validation,
        Plan(
            epochs=recipe.epochs,
            batch_size=recipe.batch_size,
            early_stopping=recipe.early_stopping,
            target_accuracy=recipe.target_accuracy,
            seed=recipe.seed,
        ),
        values=values,
        checkpoint=checkpoint,
        learning_rate=rate,
        report=report,
    )
    return course, rate


def _scaled(outcome: Outcome, values: np.ndarray) -> Outcome:
    """A numeric outcome with the mean and standard deviation of the training rows only."""
    if outcome.kind != "numeric":
        return outcome
    spread = float(values.std(dtype=np.float64)) or 1.0
    return replace(outcome, center=float(values.mean(dtype=np.float64)), scale=spread)


def _codes(outcome: Outcome, values: np.ndarray) -> np.ndarray:
    if outcome.kind != "numeric":
        return values
    return ((values - outcome.center) / outcome.scale).astype(np.float32)
