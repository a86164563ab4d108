"""The nearest of some named vectors, by cosine distance."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from imagesasdata.arrays.neighbors.distances import of_pairs


class Match(NamedTuple):
    """A name, the distance of its nearest vector, and how much further any other name is."""

    name: str
    distance: float
    margin: float | None


class Gallery:
    """Named vectors; several may have the same name."""

    def __init__(self, names: Sequence[str], vectors: Float[np.ndarray, "n d"]) -> None:
        self._names = np.array(names)
        self._vectors = vectors
        digest = hashlib.sha256("\0".join(names).encode("utf-8"))
        digest.update(np.ascontiguousarray(vectors).tobytes())
        self.fingerprint = digest.hexdigest()

    def match(self, vector: Float[np.ndarray, " d"], k: int) -> Match:
        """The name that most of the ``k`` nearest vectors have; ties go to the nearest."""
        rows = np.arange(len(self._vectors))
        distances = of_pairs(vector[None], self._vectors, np.zeros_like(rows), rows, "cosine")
        order = np.argsort(distances, kind="stable")
        votes = Counter(self._names[order[:k]].tolist())
        # Counter keeps the order of first votes, so the nearest comes first among ties.
        name = max(votes, key=lambda one: votes[one])
        own = self._names == name
        nearest = float(distances[own].min())
        margin = None if own.all() else float(distances[~own].min()) - nearest
        return Match(name, nearest, margin)
