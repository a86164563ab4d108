"""Local binary patterns: which of a pixel's neighbors are at least as bright as it is."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

PATTERNS = 10

# The four diagonal neighbors lie between pixels, on the circle of radius 1: 0.70711 away along each
# axis. Weights are whole multiples of 1e-5, so that all sums are exact and ties stay ties.
_AWAY, _HERE = 70711, 29289
_WHOLE = float((_AWAY + _HERE) ** 2)


def _uniform_patterns() -> UInt8[np.ndarray, " neighbors"]:
    """For each set of bright neighbors, their number if they are adjacent, else 9."""
    bits = np.arange(256)[:, None] >> np.arange(8) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(axis=1)
    return np.where(changes <= 2, bits.sum(axis=1), PATTERNS - 1).astype(np.uint8)


_PATTERN = _uniform_patterns()


def pattern_shares(gray: UInt8[np.ndarray, "h w"]) -> Float64[np.ndarray, " patterns"]:
    """Share of pixels with each uniform pattern of 8 neighbors at radius 1.

    Patterns 0 to 8 are the number of bright neighbors, if these are adjacent on the circle; 9 stands
    for all other patterns. Beyond its edge, the picture counts as black.
    """
    framed = cv2.copyMakeBorder(gray, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    up, down = framed[:-2, 1:-1], framed[2:, 1:-1]
    left, right = framed[1:-1, :-2], framed[1:-1, 2:]
    exact = framed.astype(np.float64)
    to_left = cv2.addWeighted(exact[:, 1:-1], _HERE, exact[:, :-2], _AWAY, 0.0)
    to_right = cv2.addWeighted(exact[:, 1:-1], _HERE, exact[:, 2:], _AWAY, 0.0)
    center = exact[1:-1, 1:-1] * _WHOLE
    up_left, down_left = (
        _between(to_left, row, center) for row in (slice(None, -2), slice(2, None))
    )
    up_right, down_right = (
        _between(to_right, row, center) for row in (slice(None, -2), slice(2, None))
    )
    around = (
        cv2.compare(right, gray, cv2.CMP_GE),
        up_right,
        cv2.compare(up, gray, cv2.CMP_GE),
        up_left,
        cv2.compare(left, gray, cv2.CMP_GE),
        down_left,
        cv2.compare(down, gray, cv2.CMP_GE),
        down_right,
    )
    neighbors = np.zeros_like(gray)
    for number, bright in enumerate(around):
        neighbors |= np.bitwise_and(bright, 1 << number)
    counts = cv2.calcHist([neighbors], [0], None, [256], [0, 256]).ravel()
    return np.bincount(_PATTERN, counts, minlength=PATTERNS) / gray.size


def _between(
    beside: Float64[np.ndarray, "rows w"], row: slice, center: Float64[np.ndarray, "h w"]
) -> UInt8[np.ndarray, "h w"]:
    """255 where the value interpolated between two rows is at least the center's, else 0."""
    value = cv2.addWeighted(beside[1:-1], _HERE, beside[row], _AWAY, 0.0)
    return cv2.compare(value, center, cv2.CMP_GE)
