"""Steps that change brightness and contrast."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8

from imagesasdata.checks import number
from imagesasdata.steps.step import Step, to_bytes

_VALUES = np.arange(256, dtype=np.float64)


@dataclass(frozen=True, repr=False)
class Brightness(Step):
    """See `brightness`."""

    factor: float

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        return cv2.LUT(rgb, to_bytes(_VALUES * self.factor))


def brightness(factor: float) -> Brightness:
    """Make a picture lighter or darker: each value times ``factor``, clipped at white.

    The values are the stored ones (sRGB), which are not proportional to light: a factor of 1.2 is
    about 1.5 times the light.

    Parameters
    ----------
    factor
        0 (black) to 100; 1 changes nothing.

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
    >>> steps.brightness(1.5)(np.array([[[0, 100, 200]]], np.uint8)).tolist()
    [[[0, 150, 255]]]
    """
    return Brightness(number("factor", factor, 0, 100, hint="for example brightness(1.2)."))


@dataclass(frozen=True, repr=False)
class Contrast(Step):
    """See `contrast`."""

    factor: float

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        mean = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).mean(dtype=np.float64)
        return cv2.LUT(rgb, to_bytes(mean + self.factor * (_VALUES - mean)))


def contrast(factor: float) -> Contrast:
    """Make contrast stronger or weaker.

    Each value becomes mean + ``factor`` x (value - mean), clipped at black and white, with the mean
    of the picture's gray values (as in `grayscale`).

    Parameters
    ----------
    factor
        0 (uniform gray) to 100; 1 changes nothing.

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
    >>> two = np.array([[[100] * 3, [200] * 3]], np.uint8)
    >>> steps.contrast(0.5)(two)[0, :, 0].tolist()
    [125, 175]
    """
    return Contrast(number("factor", factor, 0, 100, hint="for example contrast(1.2)."))
