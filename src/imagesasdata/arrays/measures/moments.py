"""Mean and standard deviation of the channels of a picture that comes in strips.

Strips are small enough to stay in the processor's cache with all that is computed from them. Whole
pictures in floating point do not, and allocating memory again and again costs more time than the
arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import cv2
import numpy as np

_STRIP_PIXELS = 32768


def strips(pixels: np.ndarray) -> Iterator[np.ndarray]:
    """The picture's rows, some at a time, from the top."""
    rows = max(1, _STRIP_PIXELS // pixels.shape[1])
    for top in range(0, pixels.shape[0], rows):
        yield pixels[top : top + rows]


def mean_and_sd(parts: Iterable[np.ndarray]) -> tuple[list[float], list[float]]:
    """Mean and (population) standard deviation of each channel, of at most four.

    Parameters
    ----------
    parts
        The strips of one picture.

    Returns
    -------
    tuple
        A mean for each channel, and a deviation for each.

    Notes
    -----
    Sums of squares are taken about the mean of each part, then joined (Chan et al. 1983,
    doi:10.1080/00031305.1983.10483115). In a single pass a constant picture would be left with a
    deviation of some 1e-6; so it has 0.
    """
    count, mean, squares = 0, np.zeros(1), np.zeros(1)
    for part in parts:
        # OpenCV takes a column of four numbers for a scalar; a row it does not. Any, as its stubs
        # know no scalars.
        part = part.reshape(1, part.shape[0] * part.shape[1], -1)
        center: Any = tuple(float(np.float32(value)) for value in cv2.mean(part))
        off, deviation = cv2.meanStdDev(cv2.subtract(part, center, dtype=cv2.CV_32F))
        more = part.shape[1]
        step = off[:, 0] + center[: len(off)] - mean
        share = more / (count + more)
        squares = squares + more * deviation[:, 0] ** 2 + step**2 * count * share
        mean = mean + step * share
        count += more
    return mean.tolist(), np.sqrt(squares / count).tolist()
