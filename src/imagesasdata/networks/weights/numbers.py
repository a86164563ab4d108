"""What the readers of all formats share: checks of shapes, and number types that NumPy lacks."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from imagesasdata.errors import WeightsError

_MOST_AXES = 32
# NumPy cannot handle larger shapes, even if a length of zero makes the product zero.
_LARGEST = 1 << 48


def check_shape(shape: object, available: int) -> tuple[int, ...]:
    """A shape as a tuple, after a check that it has at most ``available`` elements.

    Raises
    ------
    WeightsError
        When it does not consist of whole numbers from 0, or has more elements.
    """
    if (
        not isinstance(shape, Sequence)
        or len(shape) > _MOST_AXES
        or not all(type(length) is int and length >= 0 for length in shape)
        or math.prod(length for length in shape if length) > _LARGEST > math.prod(shape)
    ):
        raise WeightsError("has a tensor of impossible shape.")
    if math.prod(shape) > available:
        raise WeightsError("has a tensor with more elements than values.")
    return tuple(shape)


def widen(bits: np.ndarray) -> np.ndarray:
    """Convert bfloat16, given as 16 bits, to float32, whose upper half it is."""
    return (bits.astype(np.uint32) << 16).view(np.float32)
