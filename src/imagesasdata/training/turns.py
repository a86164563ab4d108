"""Runs the fits of a split one after another, and evaluates them on their test rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from imagesasdata.training.checkpoint import Checkpoint
from imagesasdata.training.course import Row
from imagesasdata.training.deal import Dealt
from imagesasdata.training.evaluation import Evaluation
from imagesasdata.training.fit import Coded, Fitted, Machine, Network, fit
from imagesasdata.training.recipe import Recipe


def fit_turns(
    coded: Coded,
    dealt: Dealt,
    recipe: Recipe,
    machine: Machine,
    *,
    pictures: Network | None,
    checkpoint: Callable[[int], Checkpoint | None],
    report: Callable[[Row], None],
) -> list[Fitted]:
    """A fit for each turn; the last is the model. ``report`` is called after each epoch."""
    return [
        fit(
            coded,
            turn.train,
            turn.validation,
            recipe,
            machine,
            pictures=pictures,
            checkpoint=checkpoint(number),
            report=report,
        )
        for number, turn in enumerate(dealt.turns)
    ]


def evaluate(
    coded: Coded,
    dealt: Dealt,
    fits: Sequence[Fitted],
    groups: np.ndarray,
    numbers: np.ndarray,
    digests: np.ndarray,
    seed: int,
) -> Evaluation:
    """The predictions of each fit for its test rows.

    ``numbers`` are the coded rows' numbers in the table, ``digests`` the sha256 of their pictures.
    """
    pairs = [(turn, one) for turn, one in zip(dealt.turns, fits, strict=True) if len(turn.test)]
    rows = np.concatenate([turn.test for turn, _ in pairs])
    chances = np.concatenate([one.chances(turn.test) for turn, one in pairs])
    folds = np.repeat(np.arange(len(pairs)), [len(turn.test) for turn, _ in pairs])
    order = np.argsort(rows)
    rows = rows[order]
    return Evaluation(
        outcome=coded.outcome,
        values=coded.values[rows],
        chances=chances[order],
        groups=groups[rows],
        rows=numbers[rows],
        seed=seed,
        digests=digests[rows],
        folds=folds[order],
    )
