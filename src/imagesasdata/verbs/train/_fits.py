"""What `fine_tune` does between its checks and its result, for each outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import NamedTuple

import numpy as np

from imagesasdata.augmentations import Augmentation
from imagesasdata.errors import ArgumentError, tell
from imagesasdata.files.decode import Exactness
from imagesasdata.files.references import Pictures
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.registry import Model
from imagesasdata.networks.zoo.trainable import Trainable, check_trainable
from imagesasdata.progress import Progress
from imagesasdata.steps.step import Step
from imagesasdata.tables.table import Table
from imagesasdata.training.checkpoint import Checkpoint
from imagesasdata.training.course import Row
from imagesasdata.training.deal import Dealt
from imagesasdata.training.fit import Coded, Fitted, Machine, Network
from imagesasdata.training.loop import watched
from imagesasdata.training.pictures import picture_source
from imagesasdata.training.recipe import Recipe
from imagesasdata.training.trained_on import as_bytes
from imagesasdata.training.turns import fit_turns
from imagesasdata.verbs.train._described import Described


def trainable(model: str, recipe: Recipe) -> Trainable | None:
    """The network to train, or ``None`` if only the head is trained."""
    if recipe.train == "head":
        return None
    network = check_trainable(registry.network(model), model)
    recipe.stages(len(network.stages))
    registry.as_model(model, network)
    return network


class Readable(NamedTuple):
    """The rows whose picture can be read: their numbers, paths, embeddings and hashes.

    ``digests`` are the sha256 of the files, ``hashes`` tell near copies.
    """

    rows: np.ndarray
    paths: list[str]
    embeddings: np.ndarray
    digests: np.ndarray
    hashes: list[list[str]]


def readable(seen: Described, table: Table) -> Readable:
    """The rows of a table whose picture can be read."""
    rows = [row for row, why in enumerate(seen.errors) if why is None]
    if not rows:
        first = next(why for why in seen.errors if why is not None)
        raise ArgumentError(
            f"None of the {len(table):,} pictures can be read; the first: {first}.",
            "paths are relative to the working folder.",
        )
    paths = table.paths()
    return Readable(
        np.array(rows, np.int64),
        [paths[row] or "" for row in rows],
        seen.embeddings[rows],
        as_bytes([seen.sha256[row] for row in rows]),
        [[kind[row] for row in rows] for kind in seen.hashes],
    )


def source(
    stack: ExitStack,
    paths: Sequence[str],
    base: Model,
    steps: Sequence[Augmentation | Step],
    decode: Exactness,
    max_pixels: int,
    seed: int,
) -> Callable[[int, int | None], np.ndarray]:
    """The source of pictures for training; its files stay open until the stack closes."""
    files = stack.enter_context(Pictures(max_pixels))
    return picture_source(
        paths,
        files,
        base.card.preprocess,
        steps,
        exactness=decode,
        max_pixels=max_pixels,
        seed=seed,
    )


def fit_all(
    coded: Coded,
    dealt: Dealt,
    recipe: Recipe,
    machine: Machine,
    pictures: Network | None,
    checkpoint: Callable[[int], Checkpoint | None],
    progress: bool | None,
) -> list[Fitted]:
    """The fits of a split, the last of which is the model, with a bar for their epochs."""
    total = recipe.epochs * len(dealt.turns)
    what = f"fine_tune ({dealt.folds} folds and the model)" if dealt.folds else "fine_tune"
    with Progress(total, what, show=progress, unit="epochs") as bar:
        return fit_turns(
            coded,
            dealt,
            recipe,
            machine,
            pictures=pictures,
            checkpoint=checkpoint,
            report=lambda row: bar.step(failed=False),
        )


def tell_unreached(outcome: str, history: Sequence[Row], wanted: float | None) -> None:
    """Warn if the accuracy that was wanted was not reached."""
    if wanted is None or watched(history[-1]) >= wanted:
        return
    best = max(history, key=watched)
    part = "validation" if "validation_loss" in best else "training"
    tell(
        f"The accuracy of {wanted:g} was not reached: for {outcome!r} the highest on the {part} rows is "
        f"{watched(best):.3f}, in epoch {best['epoch']:.0f} of {len(history)}.",
        "fit.history() has each epoch; more epochs=, early_stopping=None or more codes may help.",
    )
