"""How a model was made: for its file, and to tell checkpoints apart."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from imagesasdata.augmentations import Augmentation
from imagesasdata.files.decode import Exactness
from imagesasdata.files.sources import PathLike
from imagesasdata.steps.step import Step
from imagesasdata.training.checkpoint import Checkpoint
from imagesasdata.training.deal import Dealt
from imagesasdata.training.fit import Coded
from imagesasdata.training.outcome import identifier
from imagesasdata.training.recipe import Recipe


def provenance(
    recipe: Recipe,
    split: Sequence[float] | str,
    group: str | None,
    weights: str | None,
    folds: int,
    stratify: bool,
    steps: Sequence[Augmentation | Step],
    decode: Exactness,
) -> dict[str, Any]:
    """All settings by name, as plain values."""
    chosen = {
        name: value if isinstance(value, (str, int, float, tuple, type(None))) else repr(value)
        for name, value in vars(recipe).items()
    }
    if not isinstance(recipe.optimizer, str):
        # Its repr contains memory addresses, which differ between runs.
        chosen["optimizer"] = "an optax transform"
    return {
        **chosen,
        "split": split if isinstance(split, str) else list(split),
        "group": group,
        "row_weights": weights,
        "folds": folds or None,
        "stratify": stratify,
        "augment": [repr(step) for step in steps],
        "decode": decode,
        "imagesasdata": importlib.metadata.version("imagesasdata"),
        "jax": importlib.metadata.version("jax"),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
    }


def folder_of(folder: PathLike, outcome: str, outcomes: int) -> PathLike:
    """Where the checkpoints of an outcome are: of several, each has a folder of its own."""
    return folder if outcomes == 1 else Path(folder) / identifier(outcome)


def identity(coded: Coded, hashes: Sequence[Sequence[str]]) -> str:
    """A text that identifies the coded pictures and is the same in every run."""
    weights = None if coded.weights is None else coded.weights.tolist()
    return repr((coded.outcome, hashes, coded.values.tolist(), weights))


def checkpoints(
    folder: PathLike | None,
    fingerprint: str,
    choices: Mapping[str, Any],
    data: str,
    dealt: Dealt,
) -> Callable[[int], Checkpoint | None]:
    """A function that returns the checkpoint of each fit; ``None`` without a folder."""
    settings = {
        **{name: value for name, value in choices.items() if name != "date"},
        "model": fingerprint,
        "data": data,
    }

    def checkpoint(turn: int) -> Checkpoint | None:
        if folder is None:
            return None
        rows = [part.tolist() for part in dealt.turns[turn]]
        return Checkpoint(folder, f"fit-{turn}", {**settings, "rows": rows})

    return checkpoint
