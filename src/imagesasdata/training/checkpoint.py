"""Checkpoints of training, written a few times a minute, so that a killed run can resume."""

from __future__ import annotations

import hashlib
import json
import os
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from imagesasdata.errors import ArgumentError, CacheError
from imagesasdata.files.atomic import put_aside
from imagesasdata.training.arrays import DamagedFileError, read_arrays, write_arrays
from imagesasdata.training.course import Course

_FORMAT = "imagesasdata checkpoint 2"
# Least seconds between two checkpoints within an epoch, and the largest share of time for writing.
_PAUSE, _SHARE = 20.0, 0.1


class Checkpoint:
    """One file in a folder, replaced whole after each epoch and every 20 seconds within one.

    Parameters
    ----------
    folder
        Created when it does not exist.
    name
        Tells apart the fits of one call.
    settings
        All that training depends on: a checkpoint with other settings is refused.

    Raises
    ------
    CacheError
        When the folder cannot be written.
    """

    def __init__(
        self, folder: str | os.PathLike[str], name: str, settings: Mapping[str, Any]
    ) -> None:
        self._file = Path(folder).expanduser() / f"{name}.safetensors"
        text = json.dumps(dict(settings), sort_keys=True, default=str)
        self._settings = hashlib.sha256(text.encode()).hexdigest()
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CacheError(
                f"The checkpoint folder {os.fspath(folder)!r} cannot be made: {error.strerror}.",
                "give a folder of your own.",
            ) from error

        # What was read for `rate`, until `restore` takes it.
        self._known: tuple[dict[str, np.ndarray], dict[str, Any]] | None = None
        self._written, self._took = time.monotonic(), 0.0

    def is_due(self) -> bool:
        """Whether it is time to write again within an epoch."""
        return time.monotonic() - self._written >= max(_PAUSE, self._took / _SHARE)

    def restore(self, course: Course) -> None:
        """Restore a course from its checkpoint; without a checkpoint it is unchanged.

        Raises
        ------
        ArgumentError
            When the checkpoint belongs to another fit.
        """
        known, self._known = self._read(), None
        if known is None:
            return
        arrays, about = known
        if about["settings"] != self._settings:
            raise ArgumentError(
                f"The checkpoint {str(self._file)!r} is of a fit with other pictures or settings.",
                "give another checkpoint= folder, or remove this one to start afresh.",
            )
        course.trained = _like(course.trained, arrays, "trained")
        course.best = _like(course.best, arrays, "best")
        leaves, tree = jax.tree.flatten(course.state)
        restored = [_as(leaf, arrays[f"state/{index}"]) for index, leaf in enumerate(leaves)]
        course.state = jax.tree.unflatten(tree, restored)
        course.history = list(about["history"])
        course.best_epoch = int(about["best_epoch"])
        now = course.now
        now.steps, now.loss, now.weight = about["steps"], about["loss"], about["weight"]
        now.outputs = [arrays["outputs"]] if now.steps else []

    def rate(self) -> float:
        """The learning rate found by an earlier run; 0 when there is none."""
        known = self._read()
        return 0.0 if known is None else float(known[1].get("learning_rate", 0.0))

    def keep(self, course: Course, learning_rate: float) -> None:
        """Write a course's state."""
        began = time.monotonic()
        arrays: dict[str, Any] = {f"trained/{name}": one for name, one in course.trained.items()}
        arrays |= {f"best/{name}": value for name, value in course.best.items()}
        leaves = jax.tree.leaves(course.state)
        arrays |= {f"state/{index}": leaf for index, leaf in enumerate(leaves)}
        about = {
            "settings": self._settings,
            "history": course.history,
            "best_epoch": course.best_epoch,
            "learning_rate": learning_rate,
            "steps": course.now.steps,
            "loss": course.now.loss,
            "weight": course.now.weight,
        }
        if course.now.outputs:
            arrays["outputs"] = np.concatenate(course.now.outputs)
        host = {name: np.asarray(jax.device_get(value)) for name, value in arrays.items()}
        write_arrays(self._file, _FORMAT, host, about)
        self._written = time.monotonic()
        self._took = self._written - began

    def _read(self) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
        """The checkpoint; ``None`` if there is none. A damaged one is put aside with a warning."""
        if self._known is not None or not self._file.is_file():
            return self._known
        try:
            self._known = read_arrays(self._file, _FORMAT)
        except DamagedFileError as error:
            aside = put_aside(self._file)
            warnings.warn(
                f"{error.message} It is now {aside.name!r}, and training starts afresh.",
                stacklevel=2,
            )
        return self._known


def _like(params: dict[str, Any], arrays: Mapping[str, np.ndarray], part: str) -> dict[str, Any]:
    return {name: _as(value, arrays[f"{part}/{name}"]) for name, value in params.items()}


def _as(leaf: Any, values: np.ndarray) -> Any:
    """Values with a leaf's type and device."""
    return jax.device_put(jnp.asarray(values, leaf.dtype).reshape(leaf.shape), leaf.sharding)
