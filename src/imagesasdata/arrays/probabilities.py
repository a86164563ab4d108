"""Turns a network's outputs into probabilities, in double precision."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

# Beyond this, exp() overflows.
_LARGEST = 700.0


def softmax(logits: Float[np.ndarray, "*n classes"]) -> Float[np.ndarray, "*n classes"]:
    """The probability of each class, if exactly one is true."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def logistic(logits: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """The probability of each label, if any number of them may be true."""
    return 1.0 / (1.0 + np.exp(-np.clip(np.asarray(logits, np.float64), -_LARGEST, _LARGEST)))


def most_probable(chances: Float[np.ndarray, " classes"], top: int) -> Int[np.ndarray, " top"]:
    """The indices of the most probable classes; among ties, the lower index comes first."""
    return np.argsort(-chances, kind="stable")[:top]
