"""Haralick's properties of the gray-level co-occurrence matrix."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

LEVELS = 32
PROPERTIES = ("contrast", "homogeneity", "energy", "correlation")
_DIRECTIONS = ((0, 1), (1, 1), (1, 0), (1, -1))  # (down, across) of a pixel's neighbor

_LEVEL = np.arange(LEVELS, dtype=np.float64)
_SQUARED_STEP = (_LEVEL[:, None] - _LEVEL) ** 2


def co_occurrence(gray: UInt8[np.ndarray, "h w"]) -> dict[str, float | None]:
    """Each property as the mean over the directions that have it; ``None`` if none has it.

    Neighbors are one pixel apart in four directions; the matrix has 32 gray levels and is symmetric.
    A direction has no properties if no pixel has a neighbor there, and no correlation if its pixels
    are all alike.
    """
    by_direction = [
        _properties(shares) for step in _DIRECTIONS if (shares := _shares(gray, *step)) is not None
    ]
    values: dict[str, float | None] = {}
    for index, name in enumerate(PROPERTIES):
        known = [value for properties in by_direction if (value := properties[index]) is not None]
        values[name] = float(np.mean(known)) if known else None
    return values


def _shares(
    gray: UInt8[np.ndarray, "h w"], down: int, across: int
) -> Float64[np.ndarray, "levels levels"] | None:
    """The share of each pair of levels among neighbors, in a direction and its opposite."""
    height, width = gray.shape
    if height <= down or width <= abs(across):
        return None
    left, right = max(0, -across), width - max(0, across)
    first = gray[: height - down, left:right]
    second = gray[down:, left + across : right + across]
    pairs = cv2.calcHist([first, second], [0, 1], None, [LEVELS] * 2, [0, 256] * 2)
    both = pairs.astype(np.float64) + pairs.T
    return both / both.sum()


def _properties(
    shares: Float64[np.ndarray, "levels levels"],
) -> tuple[float, float, float, float | None]:
    of_level = shares.sum(axis=1)
    away = _LEVEL - of_level @ _LEVEL
    variance = float(of_level @ away**2)
    alike = np.count_nonzero(of_level) == 1
    return (
        float((shares * _SQUARED_STEP).sum()),
        float((shares / (1.0 + _SQUARED_STEP)).sum()),
        float(np.sqrt((shares**2).sum())),
        None if alike else float(away @ shares @ away) / variance,
    )
