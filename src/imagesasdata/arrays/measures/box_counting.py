"""The fractal dimension of a drawing, by box counting."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import UInt8

_LEAST_SIZES = 3


def fractal_dimension(drawn: UInt8[np.ndarray, "h w"]) -> float | None:
    """The least-squares slope of log N(s) on log(1 / s), where N(s) boxes of side s are not empty.

    Sides are 1, 2, 4, ... up to a quarter of the picture's shorter side. The dimension is 0 for a
    point, 1 for a line and 2 for a filled plane. It is ``None`` when nothing is drawn, and for a
    picture under 16 pixels wide or high, which has fewer than three box sizes.
    """
    quarter = min(drawn.shape) // 4
    sizes = quarter.bit_length()
    if sizes < _LEAST_SIZES or not drawn.any():
        return None
    counts = [cv2.countNonZero(drawn)]
    for _ in range(1, sizes):
        drawn = _halve(drawn)
        counts.append(cv2.countNonZero(drawn))
    step = np.arange(sizes) - (sizes - 1) / 2
    slope = float(step @ np.log2(counts) / (step @ step))
    return min(max(0.0, -slope), 2.0)


def _halve(drawn: UInt8[np.ndarray, "h w"]) -> UInt8[np.ndarray, "half_h half_w"]:
    """Each block of 2 x 2 pixels as one pixel, drawn if any of them is."""
    height, width = drawn.shape
    even = cv2.copyMakeBorder(drawn, 0, height % 2, 0, width % 2, cv2.BORDER_CONSTANT, value=0)
    rows = cv2.max(even[::2], even[1::2])
    return np.maximum(rows[:, ::2], rows[:, 1::2])
