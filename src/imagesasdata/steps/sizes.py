"""A step that resizes a picture."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from imagesasdata.checks import check_choice
from imagesasdata.errors import ArgumentError
from imagesasdata.steps.step import Step, check_room, side

ResizeMethod = Literal["bicubic", "bilinear", "nearest", "area", "lanczos"]

_PILLOW = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "nearest": Image.Resampling.NEAREST,
    "area": Image.Resampling.BOX,
    "lanczos": Image.Resampling.LANCZOS,
}
_HINT = "for example resize(256), resize(256, 192) or resize(short_side=256)."


@dataclass(frozen=True, repr=False)
class Resize(Step):
    """See `resize`; sides that were not given are ``None``."""

    width: int | None = None
    height: int | None = None
    _: KW_ONLY
    short_side: int | None = None
    long_side: int | None = None
    method: ResizeMethod = "bicubic"

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "new_h new_w 3"]:
        width, height = self.size(rgb.shape[1], rgb.shape[0])
        check_room(self, rgb, width, height)
        return np.asarray(Image.fromarray(rgb).resize((width, height), _PILLOW[self.method]))

    def size(self, width: int, height: int) -> tuple[int, int]:
        """The new width and height for a picture's width and height."""
        if self.width and self.height:
            return self.width, self.height
        if self.width:
            scale = self.width / width
        elif self.height:
            scale = self.height / height
        elif self.short_side:
            scale = self.short_side / min(width, height)
        else:
            scale = (self.long_side or 1) / max(width, height)
        return max(1, round(width * scale)), max(1, round(height * scale))


def resize(
    width: int | None = None,
    height: int | None = None,
    *,
    short_side: int | None = None,
    long_side: int | None = None,
    method: ResizeMethod = "bicubic",
) -> Resize:
    """Resize a picture.

    With one side given, the other follows, so that nothing is stretched; with both width and height,
    the picture is stretched to that size. Smaller pictures are enlarged.

    Parameters
    ----------
    width, height
        The new sides in pixels, 1 to 65,535.
    short_side, long_side
        Instead of these: the new shorter or longer side in pixels.
    method
        The interpolation, as in Pillow: ``"bicubic"`` (smooth and sharp, and what most networks were
        trained with), ``"bilinear"``, ``"lanczos"``, ``"area"`` (the mean of the pixels covered, for
        measuring) or ``"nearest"`` (no new colors, for label maps).

    Returns
    -------
    Step

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        For sides that contradict each other, and for an invalid side or method.

    References
    ----------
    Keys, R. (1981). Cubic convolution interpolation for digital image processing.
    doi:10.1109/TASSP.1981.1163711.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import steps
    >>> photo = np.zeros((300, 400, 3), np.uint8)
    >>> steps.resize(200)(photo).shape
    (150, 200, 3)
    >>> steps.resize(short_side=30)(photo).shape
    (30, 40, 3)
    """
    given = {"width": width, "height": height, "short_side": short_side, "long_side": long_side}
    named = tuple(name for name, value in given.items() if value is not None)
    if not named:
        raise ArgumentError("resize needs a size.", _HINT)
    if len(named) > 1 and named != ("width", "height"):
        raise ArgumentError(
            f"resize got {' and '.join(named)}, which contradict each other.", _HINT
        )
    checked = {name: side(name, given[name], hint=_HINT) for name in named}
    return Resize(**checked, method=check_choice("method", method, get_args(ResizeMethod)))
