"""How well a picture fits texts, by the directions of their vectors, as CLIP has it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from imagesasdata.arrays.neighbors.distances import unit
from imagesasdata.arrays.probabilities import softmax


def directions(vectors: Float[np.ndarray, "texts size"], scale: float) -> np.ndarray:
    """What `fit_of` takes: the texts' vectors at length ``scale``."""
    return scale * unit(vectors.astype(np.float64))


def fit_of(
    texts: Float[np.ndarray, "texts size"], picture: Float[np.ndarray, " size"]
) -> Float[np.ndarray, " texts"]:
    """The cosine of a picture and each text, times the texts' length: logits."""
    return texts @ unit(picture.astype(np.float64))


def toward_first(logits: Float[np.ndarray, " texts"], scales: int) -> Float[np.ndarray, " scales"]:
    """From 0 to 1, how much nearer a picture is to the first of two opposites, by scale.

    Each scale has the same number of pairs of texts; it is the mean of the pairs' probabilities.
    """
    return softmax(logits.reshape(scales, -1, 2))[..., 0].mean(axis=-1)
