"""Steps on a rectangle of the picture: cut it out, or cover it."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import UInt8

from imagesasdata.checks import check_choice, number, whole
from imagesasdata.errors import ImageError
from imagesasdata.steps.named_color import Color, color_of, rgb_of
from imagesasdata.steps.step import MAX_SIDE, Step, side

Unit = Literal["pixels", "share"]


@dataclass(frozen=True, repr=False)
class Rectangle(Step):
    """A step that uses a part of the picture."""

    x: float
    y: float
    width: float
    height: float
    _: KW_ONLY
    unit: Unit = "pixels"

    def part(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "part_h part_w 3"]:
        """The part as a view; as a share, it has at least one pixel."""
        x, y, width, height = self.x, self.y, self.width, self.height
        if self.unit == "share":
            tall, wide = rgb.shape[:2]
            x, y = min(x * wide, wide - 1), min(y * tall, tall - 1)
            width, height = max(1, width * wide), max(1, height * tall)
        x, y, width, height = (round(value) for value in (x, y, width, height))
        return rgb[y : y + height, x : x + width]


@dataclass(frozen=True, repr=False)
class Crop(Rectangle):
    """See `crop`."""

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "part_h part_w 3"]:
        part = self.part(rgb)
        if not part.size:
            height, width = rgb.shape[:2]
            raise ImageError(f"{self!r} lies outside this picture of {width} x {height} pixels")
        return part


def crop(x: float, y: float, width: float, height: float, *, unit: Unit = "pixels") -> Crop:
    """Cut a rectangle out of a picture.

    Whatever lies beyond the picture's edge is left out; a rectangle wholly outside the picture is an
    image error.

    Parameters
    ----------
    x, y
        The rectangle's left and upper edge, counted from the picture's upper left corner: pixels from
        0, or a share of the picture's width and height.
    width, height
        The rectangle's sides: pixels from 1, or a share up to 1.
    unit
        ``"pixels"`` for pictures that are all of one size, ``"share"`` (numbers from 0 to 1) for
        pictures of any size.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        For an invalid rectangle or unit.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> photo = np.zeros((300, 400, 3), np.uint8)
    >>> steps.crop(10, 20, 100, 50)(photo).shape
    (50, 100, 3)
    >>> steps.crop(0, 0, 1, 0.5, unit="share")(photo).shape  # the upper half
    (150, 400, 3)
    """
    return Crop(*_rectangle("crop", x, y, width, height, unit), unit=unit)


@dataclass(frozen=True, repr=False)
class Erase(Rectangle):
    """See `erase`."""

    _: KW_ONLY
    color: Color = "black"

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        covered = rgb.copy()
        self.part(covered)[:] = rgb_of(self.color)
        return covered


def erase(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    unit: Unit = "pixels",
    color: Color = "black",
) -> Erase:
    """Cover a rectangle with one color, such as a logo or a date stamp.

    Parameters
    ----------
    x, y
        The rectangle's left and upper edge, counted from the picture's upper left corner: pixels from
        0, or a share of the picture's width and height.
    width, height
        The rectangle's sides: pixels from 1, or a share up to 1.
    unit
        ``"pixels"`` for pictures that are all of one size, ``"share"`` (numbers from 0 to 1) for
        pictures of any size.
    color
        A name, a code such as ``"#ff8800"`` or (red, green, blue); black by default, so that the
        cover is visible.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        For an invalid rectangle, unit or color.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> white = np.full((1, 4, 3), 255, np.uint8)
    >>> steps.erase(0, 0, 0.5, 1, unit="share")(white)[0, :, 0].tolist()
    [0, 0, 255, 255]
    """
    rectangle = _rectangle("erase", x, y, width, height, unit)
    return Erase(*rectangle, unit=unit, color=color_of(color))


def _rectangle(
    name: str, x: object, y: object, width: object, height: object, unit: object
) -> tuple[float, float, float, float]:
    corner, sides = {"x": x, "y": y}, {"width": width, "height": height}
    if check_choice("unit", unit, get_args(Unit)) == "share":
        hint = f'for example {name}(0, 0, 1, 0.5, unit="share") for the upper half.'
        checked = [number(key, value, 0, 1, hint=hint) for key, value in corner.items()]
        checked += [number(key, value, 0.001, 1, hint=hint) for key, value in sides.items()]
    else:
        hint = f'for example {name}(0, 0, 100, 50); shares of the picture need unit="share".'
        checked = [whole(key, value, 0, MAX_SIDE, hint=hint) for key, value in corner.items()]
        checked += [side(key, value, hint=hint) for key, value in sides.items()]
    return checked[0], checked[1], checked[2], checked[3]
