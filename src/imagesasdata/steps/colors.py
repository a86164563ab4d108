"""Steps that change colors: grayscale, saturation, hue, color space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np
from jaxtyping import UInt8

from imagesasdata.checks import check_choice, number
from imagesasdata.steps.step import Step, three

Space = Literal["hsv", "hls", "lab", "luv", "ycrcb"]

_OPENCV = {
    "hsv": cv2.COLOR_RGB2HSV_FULL,
    "hls": cv2.COLOR_RGB2HLS_FULL,
    "lab": cv2.COLOR_RGB2LAB,
    "luv": cv2.COLOR_RGB2LUV,
    "ycrcb": cv2.COLOR_RGB2YCrCb,
}


@dataclass(frozen=True, repr=False)
class Grayscale(Step):
    """See `grayscale`."""

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        return three(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))


def grayscale() -> Grayscale:
    """Turn a picture gray.

    Each pixel becomes 0.299 R + 0.587 G + 0.114 B (luma, ITU-R BT.601), in all three channels, so
    that any step can follow.

    Returns
    -------
    Step

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> steps.grayscale()(np.array([[[255, 0, 0]]], np.uint8)).tolist()
    [[[76, 76, 76]]]
    """
    return Grayscale()


@dataclass(frozen=True, repr=False)
class Saturation(Step):
    """See `saturation`."""

    factor: float

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        gray = three(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
        return cv2.addWeighted(rgb, self.factor, gray, 1.0 - self.factor, 0.0)


def saturation(factor: float) -> Saturation:
    """Make colors stronger or paler.

    Each pixel becomes gray + ``factor`` x (pixel - gray), with gray as in `grayscale`.

    Parameters
    ----------
    factor
        0 (gray) to 100; 1 changes nothing, above 1 the colors are stronger.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid factor.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> steps.saturation(0.5)(np.array([[[255, 0, 0]]], np.uint8)).tolist()
    [[[166, 38, 38]]]
    """
    return Saturation(number("factor", factor, 0, 100, hint="for example saturation(1.2)."))


@dataclass(frozen=True, repr=False)
class Hue(Step):
    """See `hue`."""

    degrees: float

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        # In floating point, because 8-bit hues would change colors even at angle 0.
        hsv = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0] + self.degrees) % 360
        return np.rint(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 255).astype(np.uint8)


def hue(degrees: float) -> Hue:
    """Rotate all hues on the color circle; grays stay gray.

    Parameters
    ----------
    degrees
        -360 to 360, in the HSV color circle: 120 makes red green, green blue and blue red.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid angle.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> steps.hue(120)(np.array([[[255, 0, 0]]], np.uint8)).tolist()
    [[[0, 255, 0]]]
    """
    return Hue(number("degrees", degrees, -360, 360, hint="for example hue(30)."))


@dataclass(frozen=True, repr=False)
class ColorSpace(Step):
    """See `color_space`."""

    space: Space

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        return cv2.cvtColor(rgb, _OPENCV[self.space])


def color_space(space: Space) -> ColorSpace:
    """Convert the three channels to another color space.

    The result is no longer a picture in red, green and blue: shown as one, its colors are wrong.

    Parameters
    ----------
    space
        Each channel as a byte, 0 to 255, rounded:

        - ``"hsv"``: hue x 256 / 360 degrees, saturation x 255, value x 255.
        - ``"hls"``: hue x 256 / 360 degrees, lightness x 255, saturation x 255.
        - ``"lab"``: L* x 255 / 100, a* + 128, b* + 128 (CIELAB, white D65).
        - ``"luv"``: L* x 255 / 100, (u* + 134) x 255 / 354, (v* + 140) x 255 / 262 (CIELUV).
        - ``"ycrcb"``: Y (as in `grayscale`), 0.713 (R - Y) + 128, 0.564 (B - Y) + 128.

    Returns
    -------
    Step

    Raises
    ------
    UnknownNameError
        For another space.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> green = np.array([[[0, 255, 0]]], np.uint8)
    >>> steps.color_space("hsv")(green).tolist()
    [[[85, 255, 255]]]
    """
    return ColorSpace(check_choice("color space", space, get_args(Space)))
