"""Steps that crop or pad a picture around its center, without scaling it."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np
from jaxtyping import UInt8

from imagesasdata.steps.named_color import Color, color_of, rgb_of
from imagesasdata.steps.step import Step, check_room, side


@dataclass(frozen=True, repr=False)
class CenterCrop(Step):
    """See `center_crop`."""

    width: int
    height: int

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "part_h part_w 3"]:
        height, width = rgb.shape[:2]
        x, y = max(0, width - self.width) // 2, max(0, height - self.height) // 2
        return rgb[y : y + self.height, x : x + self.width]


def center_crop(width: int, height: int | None = None) -> CenterCrop:
    """Cut out the middle of a picture.

    A side that is already shorter stays as it is; `pad` makes it longer. If the number of removed
    pixels is odd, the right or lower edge loses one more.

    Parameters
    ----------
    width, height
        Sides of the result in pixels, 1 to 65,535; without a height, a square.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid side.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> steps.center_crop(224)(np.zeros((300, 400, 3), np.uint8)).shape
    (224, 224, 3)
    """
    return CenterCrop(*_sides("center_crop", width, height))


@dataclass(frozen=True, repr=False)
class Pad(Step):
    """See `pad`."""

    width: int
    height: int
    _: KW_ONLY
    color: Color = "white"

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "new_h new_w 3"]:
        height, width = rgb.shape[:2]
        new_width, new_height = max(width, self.width), max(height, self.height)
        check_room(self, rgb, new_width, new_height)
        new = np.full((new_height, new_width, 3), rgb_of(self.color), np.uint8)
        x, y = (new_width - width) // 2, (new_height - height) // 2
        new[y : y + height, x : x + width] = rgb
        return new


def pad(width: int, height: int | None = None, *, color: Color = "white") -> Pad:
    """Put a picture into the middle of a larger canvas.

    A side that is already longer stays as it is. `center_crop` to the original size restores the
    picture.

    Parameters
    ----------
    width, height
        Sides of the canvas in pixels, 1 to 65,535; without a height, a square.
    color
        The canvas color: a name, a code such as ``"#ff8800"`` or (red, green, blue); white by
        default, like paper.

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid side or color.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> square = [steps.resize(long_side=256), steps.pad(256)]
    """
    return Pad(*_sides("pad", width, height), color=color_of(color))


def _sides(name: str, width: object, height: object) -> tuple[int, int]:
    hint = f"for example {name}(224) or {name}(320, 240)."
    height = width if height is None else height
    return side("width", width, hint=hint), side("height", height, hint=hint)
