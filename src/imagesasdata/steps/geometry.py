"""Steps that rotate and mirror."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from imagesasdata.checks import check_choice, check_flag, number
from imagesasdata.steps.named_color import Color, color_of, rgb_of
from imagesasdata.steps.step import Step, check_room

RotateMethod = Literal["bicubic", "bilinear", "nearest"]
Direction = Literal["left-right", "top-bottom"]

_PILLOW = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "nearest": Image.Resampling.NEAREST,
}


@dataclass(frozen=True, repr=False)
class Rotate(Step):
    """See `rotate`."""

    degrees: float
    _: KW_ONLY
    expand: bool = True
    color: Color = "white"
    method: RotateMethod = "bicubic"

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "new_h new_w 3"]:
        if self.expand:
            height, width = rgb.shape[:2]
            cos, sin = (abs(f(math.radians(self.degrees))) for f in (math.cos, math.sin))
            check_room(self, rgb, width * cos + height * sin, width * sin + height * cos)
        turned = Image.fromarray(rgb).rotate(
            self.degrees, _PILLOW[self.method], self.expand, fillcolor=rgb_of(self.color)
        )
        return np.asarray(turned)


def rotate(
    degrees: float,
    *,
    expand: bool = True,
    color: Color = "white",
    method: RotateMethod = "bicubic",
) -> Rotate:
    """Rotate a picture about its center, counter-clockwise.

    With ``expand=True``, rotations by 90, 180 and 270 degrees only move pixels and lose nothing.

    Parameters
    ----------
    degrees
        The angle, -360 to 360; below 0 clockwise.
    expand
        Whether the result grows so that the whole picture fits in, which is the default. Otherwise it
        keeps its size and its corners are cut off.
    color
        What fills the corners: a name, a code such as ``"#ff8800"`` or (red, green, blue); white by
        default, like paper.
    method
        The interpolation: ``"bicubic"`` (the smoothest), ``"bilinear"`` or ``"nearest"`` (no new
        colors).

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        For an invalid angle, color or method.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> steps.rotate(90)(np.zeros((300, 400, 3), np.uint8)).shape
    (400, 300, 3)
    """
    return Rotate(
        number("degrees", degrees, -360, 360, hint="for example rotate(90)."),
        expand=check_flag("expand", expand),
        color=color_of(color),
        method=check_choice("method", method, get_args(RotateMethod)),
    )


@dataclass(frozen=True, repr=False)
class Flip(Step):
    """See `flip`."""

    direction: Direction = "left-right"

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        return rgb[:, ::-1] if self.direction == "left-right" else rgb[::-1]


def flip(direction: Direction = "left-right") -> Flip:
    """Mirror a picture.

    Parameters
    ----------
    direction
        ``"left-right"``, as in a mirror, or ``"top-bottom"``, as in water.

    Returns
    -------
    Step

    Raises
    ------
    UnknownNameError
        For an unknown direction.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> steps.flip()(np.array([[[1, 1, 1], [2, 2, 2]]], np.uint8))[0, :, 0].tolist()
    [2, 1]
    """
    return Flip(check_choice("direction", direction, get_args(Direction)))
