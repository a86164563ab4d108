"""Hashes: short codes that stay nearly the same when a picture is resized or recompressed.

Four codes of 64 bits, written as 16 hexadecimal digits; the more bits of two codes differ (the Hamming
distance), the less alike the pictures. Equal to those of the package ImageHash, so that codes computed
elsewhere compare. All start from the whole upright picture in sRGB, in grey and resized (Lanczos).

- ``hash_average``: 8 x 8 pixels; a bit for each that is brighter than their mean (Krawetz 2011,
  https://www.hackerfactor.com/blog/index.php?/archives/432-Looks-Like-It.html).
- ``hash_difference``: 9 x 8 pixels; a bit for each that is brighter than its left neighbour (Krawetz
  2013, https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html).
- ``hash_perceptual``: 32 x 32 pixels; a bit for each of the 8 x 8 lowest frequencies of their discrete
  cosine transform that is over the median (Zauner 2010, Implementation and Benchmarking of Perceptual
  Image Hash Functions).
- ``hash_wavelet``: the largest power of two not over the shorter side, squared; without its mean, by
  Haar wavelets to 8 x 8; a bit for each that is over the median.

A hash says that two pictures may be copies, not that they are: pictures of plain surfaces, of text and
of night skies share hashes. Turned, mirrored or much cropped copies have other hashes.
"""

from __future__ import annotations

import numpy as np
from PIL import Image
from scipy.fftpack import dct

from imagesasdata.columns import Column

_SIDE = 8
_LOW = np.float64(np.sqrt(0.5))  # both taps of Haar's filter

COLUMNS = tuple(
    Column(f"hash_{name}", "string", f"{name.capitalize()} hash of 64 bits.", unit="hex")
    for name in ("average", "difference", "perceptual", "wavelet")
)


def hashes(image: Image.Image) -> dict[str, str]:
    """The four hashes of a picture.

    Parameters
    ----------
    image
        Mode RGB, upright, at its full size: a picture that was made smaller first has other hashes.

    Returns
    -------
    dict
        From column name to 16 hexadecimal digits.
    """
    grey = image.convert("L")
    values = (_average(grey), _difference(grey), _perceptual(grey), _wavelet(grey))
    return {column.name: _as_hex(bits) for column, bits in zip(COLUMNS, values, strict=True)}


def _small(grey: Image.Image, width: int, height: int) -> np.ndarray:
    return np.asarray(grey.resize((width, height), Image.Resampling.LANCZOS))


def _average(grey: Image.Image) -> np.ndarray:
    pixels = _small(grey, _SIDE, _SIDE)
    return pixels > pixels.mean()


def _difference(grey: Image.Image) -> np.ndarray:
    pixels = _small(grey, _SIDE + 1, _SIDE)
    return pixels[:, 1:] > pixels[:, :-1]


def _perceptual(grey: Image.Image) -> np.ndarray:
    pixels = _small(grey, 4 * _SIDE, 4 * _SIDE)
    low = dct(dct(pixels, axis=0), axis=1)[:_SIDE, :_SIDE]
    return low > np.median(low)


def _wavelet(grey: Image.Image) -> np.ndarray:
    side = max(2 ** int(np.log2(min(grey.size))), _SIDE)
    low = _small(grey, side, side) / 255.0
    # All the way down to one number, which stands for the mean and is taken out, and up again. By
    # subtraction it would come to the same but for rounding, which decides where values are equal.
    details = []
    while low.shape[0] > 1:
        low, *detail = _split(low)
        details.append(detail)
    low = np.zeros_like(low)
    for detail in reversed(details):
        low = _join(low, *detail)
    while low.shape[0] > _SIDE:
        low = _split(low)[0]
    return low > np.median(low)


def _split(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """One level of Haar's transform: the low part, then down, across and diagonal detail."""
    low, high = _halves(values.T)
    (low_low, low_high), (high_low, high_high) = _halves(low.T), _halves(high.T)
    return low_low, high_low, low_high, high_high


def _halves(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    left, right = _LOW * rows[:, 0::2], _LOW * rows[:, 1::2]
    return right + left, left - right


def _join(low: np.ndarray, down: np.ndarray, across: np.ndarray, both: np.ndarray) -> np.ndarray:
    """The inverse of `_split`."""
    return _whole(_whole(low, across).T, _whole(down, both).T).T


def _whole(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    low, high = _LOW * low, _LOW * high
    rows = np.empty((low.shape[0], 2 * low.shape[1]))
    rows[:, 0::2], rows[:, 1::2] = low + high, low - high
    return rows


def _as_hex(bits: np.ndarray) -> str:
    return np.packbits(bits).tobytes().hex()
