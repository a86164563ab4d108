"""The Haar wavelet transform (Haar 1910, Mathematische Annalen 69, 331-371) as the wavelet hash needs it.

One level replaces neighbors x, y by their approximation s x + s y and their detail s x - s y with
s = sqrt(1/2), down the columns and then along the rows; the next level takes the approximations. The
operations and their order are those of PyWavelets, so that the values are equal to the last bit (but
for machines, such as ARM, on which PyWavelets is compiled to fuse a product and a sum into one step).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64, UInt8

_S = np.sqrt(0.5)
_Details = tuple[np.ndarray, np.ndarray, np.ndarray]


def low_frequencies(
    pixels: UInt8[np.ndarray, "side side"], size: int
) -> Float64[np.ndarray, "{size} {size}"]:
    """Approximations of a gray picture (0 to 1) at ``size`` x ``size``, once its mean is taken out.

    The mean is taken out by a transform down to one value, which is set to 0, and the way back. Both
    sides are powers of 2. It goes by bands of rows, which do not meet before the last levels, so
    that a large picture takes little memory.
    """
    bands = np.split(pixels, size)
    low = np.concatenate([_approximation(band / 255.0, size) for band in bands])
    low = _with_approximation(low, np.zeros((1, 1)))
    parts = zip(bands, np.split(low, size), strict=True)
    return np.concatenate(
        [_approximation(_with_approximation(band / 255.0, row), size) for band, row in parts]
    )


def _approximation(values: np.ndarray, width: int) -> np.ndarray:
    while values.shape[1] > width:
        rows = values[::2] * _S + values[1::2] * _S
        values = rows[:, ::2] * _S + rows[:, 1::2] * _S
    return values


def _with_approximation(values: np.ndarray, low: np.ndarray) -> np.ndarray:
    """The values with the approximation at the size of ``low`` replaced by it, rebuilt level by level."""
    if values.shape == low.shape:
        return low
    approximation, details = _down(values)
    return _up(_with_approximation(approximation, low), details)


def _down(values: np.ndarray) -> tuple[np.ndarray, _Details]:
    sums, differences = _pair(values[::2], values[1::2])
    low, vertical = _pair(sums[:, ::2], sums[:, 1::2])
    horizontal, diagonal = _pair(differences[:, ::2], differences[:, 1::2])
    return low, (vertical, horizontal, diagonal)


def _up(low: np.ndarray, details: _Details) -> np.ndarray:
    vertical, horizontal, diagonal = details
    height, width = low.shape
    sums, differences = np.empty((2, height, 2 * width))
    sums[:, ::2], sums[:, 1::2] = _pair(low, vertical)
    differences[:, ::2], differences[:, 1::2] = _pair(horizontal, diagonal)
    values = np.empty((2 * height, 2 * width))
    values[::2], values[1::2] = _pair(sums, differences)
    return values


def _pair(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One step, which undoes itself."""
    first, second = first * _S, second * _S
    return first + second, first - second
