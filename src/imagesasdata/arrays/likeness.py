"""How well a picture fits texts, by the cosines of their vectors, as in CLIP."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from imagesasdata.arrays.neighbors.distances import unit
from imagesasdata.arrays.probabilities import softmax


def directions(vectors: Float[np.ndarray, "texts size"], scale: float) -> np.ndarray:
    """The texts' vectors, scaled to length ``scale``, for `fit_of`."""
    return scale * unit(vectors.astype(np.float64))


def fit_of(
    texts: Float[np.ndarray, "texts size"], picture: Float[np.ndarray, " size"]
) -> Float[np.ndarray, " texts"]:
    """The logits of a picture for each text: their cosine, times the length of the texts' vectors."""
    return texts @ unit(picture.astype(np.float64))


def toward_first(logits: Float[np.ndarray, " texts"], scales: int) -> Float[np.ndarray, " scales"]:
    """For each scale, from 0 to 1, how much nearer a picture is to the first of two opposites.

    All scales have the same number of pairs of texts; the result is the mean over the pairs.
    """
    return softmax(logits.reshape(scales, -1, 2))[..., 0].mean(axis=-1)
