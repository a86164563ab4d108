"""Turns upright pictures into arrays of fixed or bounded size, for models and measures."""

from __future__ import annotations

from io import BytesIO
from typing import Literal

import numpy as np
from PIL import Image

Interpolation = Literal["bicubic", "bilinear"]


def center_square(
    image: Image.Image,
    size: int,
    share: float,
    interpolation: Interpolation = "bicubic",
    *,
    stretch: bool = False,
) -> np.ndarray:
    """The center square of a picture at ``size`` x ``size``.

    Parameters
    ----------
    image
        Mode RGB.
    size
        Side of the result in pixels.
    share
        Side of the square as a share of the picture's shorter side. The result is the same as resizing
        the shorter side to ``size / share`` and cropping the center, but in one step.
    interpolation
        The interpolation.
    stretch
        Take that share of the width and of the height instead, and stretch it to a square.

    Returns
    -------
    numpy.ndarray
        uint8, (size, size, 3).
    """
    width, height = image.size
    wide = high = min(width, height) * share
    if stretch:
        wide, high = width * share, height * share
    left, top = (width - wide) / 2, (height - high) / 2
    box = (left, top, left + wide, top + high)
    method = Image.Resampling[interpolation.upper()]
    return np.asarray(image.resize((size, size), method, box=box))


def letterbox(
    image: Image.Image, size: int, interpolation: Interpolation = "bilinear", margin: int = 0
) -> tuple[np.ndarray, tuple[float, float]]:
    """The whole picture in the upper left corner of a square of one gray, scaled to fit.

    Returns
    -------
    numpy.ndarray
        uint8, (size, size, 3).
    tuple of float
        The scale factors, across and down.
    """
    width, height = image.size
    scale = size / max(width, height)
    new = (max(1, round(width * scale)), max(1, round(height * scale)))
    square = np.full((size, size, 3), margin, np.uint8)
    method = Image.Resampling[interpolation.upper()]
    square[: new[1], : new[0]] = np.asarray(image.resize(new, method))
    return square, (new[0] / width, new[1] / height)


def whole_square(
    image: Image.Image,
    size: int,
    interpolation: Interpolation,
    *,
    stretch: bool,
    margin: int = 0,
) -> tuple[np.ndarray, tuple[float, float]]:
    """The whole picture as a square: stretched, or with a margin of one gray as by `letterbox`.

    Returns
    -------
    numpy.ndarray
        uint8, (size, size, 3).
    tuple of float
        The scale factors, across and down.
    """
    if not stretch:
        return letterbox(image, size, interpolation, margin)
    square = center_square(image, size, 1.0, interpolation, stretch=True)
    return square, (size / image.width, size / image.height)


def whole_shape(
    image: Image.Image, size: int, multiple: int, interpolation: Interpolation
) -> np.ndarray:
    """The whole picture in its own shape, with sides that are multiples of a number.

    Of the two scales at which one side is ``size``, the one that changes the picture less is taken (for
    a large picture its shorter side is then ``size``). A longer side is at most twice ``size``.

    Returns
    -------
    numpy.ndarray
        uint8, (height, width, 3).
    """
    longest = 2 * size / max(image.size)
    scale = min(min((size / side for side in image.size[::-1]), key=lambda s: abs(1 - s)), longest)
    width, height = (
        max(multiple, round(scale * side / multiple) * multiple) for side in image.size
    )
    return np.asarray(image.resize((width, height), Image.Resampling[interpolation.upper()]))


def through_jpeg(pixels: np.ndarray) -> np.ndarray:
    """Pixels with the losses of a JPEG of Pillow's usual quality."""
    with BytesIO() as packed:
        Image.fromarray(pixels).save(packed, format="JPEG")
        return np.asarray(Image.open(packed))


def fit(image: Image.Image, long_side: int) -> np.ndarray:
    """The picture, scaled down if its longer side is over ``long_side`` pixels.

    Each new pixel is the mean of the old pixels that it covers.

    Returns
    -------
    numpy.ndarray
        uint8, (height, width, 3).
    """
    width, height = image.size
    scale = long_side / max(width, height)
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = image.resize(size, Image.Resampling.BOX)
    return np.asarray(image)
