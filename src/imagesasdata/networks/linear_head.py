"""A linear predictor on embeddings, read from a user's file."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imagesasdata.arrays.neighbors.distances import unit
from imagesasdata.errors import ArgumentError, WeightsError
from imagesasdata.networks.weights.npz import read_npz

_HINT = 'np.savez("head.npz", weight=weight, bias=bias), with a weight for each dimension.'


@dataclass(frozen=True, eq=False)
class LinearHead:
    """``weight`` · embedding + ``bias``; ``normalize`` scales the embedding to length 1 first."""

    weight: np.ndarray
    bias: float
    normalize: bool
    fingerprint: str

    def __call__(self, embedding: np.ndarray) -> float:
        """The prediction for one picture."""
        vector = embedding.astype(np.float64)
        if self.normalize:
            vector = unit(vector)
        return float(vector @ self.weight + self.bias)


def read_head(file: str | os.PathLike[str], size: int) -> LinearHead:
    """Read a head for embeddings of ``size`` dimensions.

    The file is an ``.npz`` with ``weight`` (a number for each dimension), ``bias`` and, if the head
    was fitted to embeddings of length 1, ``normalize`` = 1. No code in it is run.

    Raises
    ------
    ArgumentError
        When there is no such file, or its weights are for other embeddings.
    WeightsError
        When it is another kind of file.
    """
    name = os.fspath(file)
    if not Path(name).is_file():
        raise ArgumentError(f"There is no file {name!r}.", f"write one: {_HINT}")
    data = Path(name).read_bytes()
    try:
        arrays = read_npz(name)
        weight = np.asarray(arrays["weight"], np.float64).ravel()
        bias = float(np.asarray(arrays["bias"], np.float64).reshape(()))
        normalize = bool(arrays.get("normalize", False))
    except (WeightsError, ValueError, KeyError, TypeError) as error:
        why = error.message if isinstance(error, WeightsError) else str(error)
        why = f"it has no {why}" if isinstance(error, KeyError) else why.removeprefix(f"{name}: ")
        raise WeightsError(
            f"{name} is not a linear head: {why.rstrip('.')}.", f"write one: {_HINT}"
        ) from error
    if len(weight) != size:
        raise ArgumentError(
            f"{name} has {len(weight):,} weights, but the model's embeddings have {size:,} dimensions.",
            "name the model that the head was fitted to with model=.",
        )
    if not (np.isfinite(weight).all() and np.isfinite(bias)):
        raise WeightsError(f"{name} holds numbers that are not finite.")
    return LinearHead(weight, bias, normalize, hashlib.sha256(data).hexdigest())
