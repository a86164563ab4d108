"""Shared by the readers of all formats: checks of shapes, and numbers that numpy lacks."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from imagesasdata.errors import WeightsError

_MOST_AXES = 32
# More than numpy can count, even where a length of zero makes the product zero.
_LARGEST = 1 << 48


def check_shape(shape: object, available: int) -> tuple[int, ...]:
    """A shape as a tuple, checked to have at most ``most`` elements.

    Raises
    ------
    WeightsError
        When it is not made of whole numbers from 0, or has more elements.
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
    """Bfloat16 numbers, given as their 16 bits, as float32: they are its upper half."""
    return (bits.astype(np.uint32) << 16).view(np.float32)
