"""Local binary patterns: which of a pixel's neighbors are at least as bright as it is."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

PATTERNS = 10

# The four neighbors on the diagonals lie on the circle of radius 1, between pixels: 0.70711 away
# along each axis, in whole parts of 1e-5 so that every sum below is exact and ties are ties.
_AWAY, _HERE = 70711, 29289
_WHOLE = float((_AWAY + _HERE) ** 2)


def _uniform_patterns() -> UInt8[np.ndarray, " neighbors"]:
    """For each set of bright neighbors their number if they are adjacent, else 9."""
    bits = np.arange(256)[:, None] >> np.arange(8) & 1
    changes = (bits != np.roll(bits, 1, axis=1)).sum(axis=1)
    return np.where(changes <= 2, bits.sum(axis=1), PATTERNS - 1).astype(np.uint8)


_PATTERN = _uniform_patterns()


def pattern_shares(gray: UInt8[np.ndarray, "h w"]) -> Float64[np.ndarray, " patterns"]:
    """Share of pixels with each uniform pattern of 8 neighbors at radius 1.

    Pattern 0 to 8 is the number of bright neighbors when they lie side by side on the circle; 9 is
    for all others. Beyond the picture's edge is black.
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
    for place, bright in enumerate(around):
        neighbors |= np.bitwise_and(bright, 1 << place)
    counts = cv2.calcHist([neighbors], [0], None, [256], [0, 256]).ravel()
    return np.bincount(_PATTERN, counts, minlength=PATTERNS) / gray.size


def _between(
    beside: Float64[np.ndarray, "rows w"], row: slice, center: Float64[np.ndarray, "h w"]
) -> UInt8[np.ndarray, "h w"]:
    """255 where the value between the row of pixels and the next is at least the center's."""
    value = cv2.addWeighted(beside[1:-1], _HERE, beside[row], _AWAY, 0.0)
    return cv2.compare(value, center, cv2.CMP_GE)
