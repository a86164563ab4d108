"""Mean and standard deviation of a picture's channels, computed in strips.

Strips, and what is computed from them, fit into the processor's cache. Whole pictures in floating
point do not, and allocating memory for them takes more time than the arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import cv2
import numpy as np

_STRIP_PIXELS = 32768


def strips(pixels: np.ndarray) -> Iterator[np.ndarray]:
    """The picture in strips of rows, from the top."""
    rows = max(1, _STRIP_PIXELS // pixels.shape[1])
    for top in range(0, pixels.shape[0], rows):
        yield pixels[top : top + rows]


def mean_and_sd(parts: Iterable[np.ndarray]) -> tuple[list[float], list[float]]:
    """Mean and (population) standard deviation of each of at most four channels.

    Parameters
    ----------
    parts
        The strips of one picture.

    Returns
    -------
    tuple
        The means, and the standard deviations, by channel.

    Notes
    -----
    Sums of squares are taken around the mean of each part, then combined (Chan et al. 1983,
    doi:10.1080/00031305.1983.10483115). So a constant picture has a deviation of 0; in a single pass,
    rounding would leave about 1e-6.
    """
    count, mean, squares = 0, np.zeros(1), np.zeros(1)
    for part in parts:
        # A row, because OpenCV would take a column of four numbers for a scalar. `Any`, because its
        # stubs lack scalars.
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
