"""Steps that use a pixel's neighbors: blur, sharpen.

At its edges, a picture is continued by reflection.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal, get_args

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from imagesasdata.checks import check_choice, number, whole
from imagesasdata.steps.step import Step, to_bytes

BlurMethod = Literal["gaussian", "box", "median"]

# The largest window of OpenCV's median.
_WIDEST = 127


@dataclass(frozen=True, repr=False)
class Blur(Step):
    """See `blur`."""

    radius: float = 2
    _: KW_ONLY
    method: BlurMethod = "gaussian"

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        if self.method == "gaussian":
            return to_bytes(_gaussian(rgb, self.radius))
        side = 2 * int(self.radius) + 1
        return cv2.blur(rgb, (side, side)) if self.method == "box" else cv2.medianBlur(rgb, side)


def blur(radius: float = 2, *, method: BlurMethod = "gaussian") -> Blur:
    """Smooth a picture.

    Parameters
    ----------
    radius
        In pixels, 0 (changes nothing) to 127: the standard deviation of ``"gaussian"``; for the
        others a whole number, and the square has sides of 2 x ``radius`` + 1. By default 2, as in
        Pillow. The effect depends on the picture's size, so `resize` first.
    method
        ``"gaussian"`` takes the mean of the neighbors, weighted by nearness; ``"box"`` the plain
        mean of a square; ``"median"`` the median of a square, which removes specks and keeps edges
        sharp (it continues the picture by repeating its edge pixels).

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        For an invalid radius or method.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> speck = np.zeros((3, 3, 3), np.uint8)
    >>> speck[1, 1] = 90
    >>> steps.blur(1, method="box")(speck)[1, 1].tolist()
    [10, 10, 10]
    """
    hint = 'for example blur(2) or blur(1, method="median").'
    if check_choice("method", method, get_args(BlurMethod)) == "gaussian":
        return Blur(number("radius", radius, 0, _WIDEST, hint=hint), method=method)
    return Blur(whole("radius", radius, 0, _WIDEST, hint=hint), method=method)


@dataclass(frozen=True, repr=False)
class Sharpen(Step):
    """See `sharpen`."""

    amount: float = 1
    _: KW_ONLY
    radius: float = 2

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        smooth = _gaussian(rgb, self.radius)
        return to_bytes(rgb + np.float32(self.amount) * (rgb - smooth))


def sharpen(amount: float = 1, *, radius: float = 2) -> Sharpen:
    """Make edges stand out (unsharp mask).

    Each value becomes value + ``amount`` x (value - blurred value), clipped at black and white; the
    blur is that of `blur`.

    Parameters
    ----------
    amount
        0 (changes nothing) to 100; by default 1, which adds what the blur removed.
    radius
        Standard deviation of the blur in pixels, 0 to 127; by default 2, as for `blur`.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid amount or radius.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> edge = np.repeat(np.uint8([[50] * 8 + [200] * 8]), 3).reshape(1, 16, 3)
    >>> steps.sharpen(radius=1)(edge)[0, 6:10, 0].tolist()
    [41, 5, 245, 209]
    """
    hint = "for example sharpen(1, radius=2)."
    return Sharpen(
        number("amount", amount, 0, 100, hint=hint),
        radius=number("radius", radius, 0, _WIDEST, hint=hint),
    )


def _gaussian(rgb: UInt8[np.ndarray, "h w 3"], radius: float) -> Float32[np.ndarray, "h w 3"]:
    # For bytes, OpenCV rounds the weights to 1 / 256, too coarse for a wide blur.
    values = rgb.astype(np.float32)
    return cv2.GaussianBlur(values, (0, 0), radius) if radius else values
