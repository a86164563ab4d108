"""A step: an operation on the pixels of one picture, written as the call that makes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from imagesasdata.checks import whole
from imagesasdata.errors import ArgumentTypeError, ImageError
from imagesasdata.files.decode import MAX_PIXELS
from imagesasdata.steps.named import Named

# The longest side that a JPEG can have.
MAX_SIDE = 65_535


@dataclass(frozen=True, repr=False)
class Step(Named):
    """An operation on one picture, which is called on its pixels and returns new pixels.

    Steps with the same arguments are equal and have the same hash; ``repr`` is the call that makes
    the step. A step keeps no state between pictures, so it may run in several threads at once.
    """

    def __call__(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "new_h new_w 3"]:
        """Apply the step.

        Parameters
        ----------
        rgb
            Pixels in sRGB, uint8, (height, width, 3), with at least one pixel. They are not changed.

        Returns
        -------
        numpy.ndarray
            uint8, (height, width, 3), of the step's output size; always a new array.

        Raises
        ------
        ArgumentTypeError
            When ``rgb`` is not such an array.
        ImageError
            When the step cannot be applied to this picture, such as a crop that lies outside it.
        """
        _check_pixels(self, rgb)
        new = np.ascontiguousarray(self._apply(np.ascontiguousarray(rgb)))
        own = new.flags.writeable and not np.may_share_memory(new, rgb)
        return new if own else new.copy()

    def _apply(self, rgb: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "new_h new_w 3"]:
        """The operation on checked, contiguous pixels."""
        raise NotImplementedError


def side(name: str, value: object, *, hint: str) -> int:
    """``value`` as the length of a picture's side in pixels."""
    return whole(name, value, 1, MAX_SIDE, hint=hint)


def check_room(step: Step, rgb: np.ndarray, width: float, height: float) -> None:
    """Raise when a step's result would be too large for memory."""
    limit = max(MAX_PIXELS, rgb.shape[0] * rgb.shape[1])
    if width * height > limit:
        raise ImageError(
            f"picture of {rgb.shape[1]} x {rgb.shape[0]} pixels would have {width:.0f} x {height:.0f} "
            f"after {step!r}, over the limit of {limit:,} pixels"
        )


def three(gray: UInt8[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w 3"]:
    """Gray values as a picture with three equal channels."""
    return np.repeat(gray[..., None], 3, axis=2)


def to_bytes(values: np.ndarray) -> np.ndarray:
    """Numbers rounded and clipped to 0 ... 255."""
    return np.rint(values).clip(0, 255).astype(np.uint8)


def _check_pixels(step: Step, rgb: object) -> None:
    if isinstance(rgb, np.ndarray) and rgb.dtype == np.uint8 and rgb.ndim == 3:
        height, width, channels = rgb.shape
        if height and width and channels == 3:
            return
    if isinstance(rgb, np.ndarray):
        came = f"{rgb.dtype} of shape {rgb.shape}"
    else:
        came = f"a {type(rgb).__name__}"
    raise ArgumentTypeError(
        f"{step!r} takes pixels as uint8 of shape (height, width, 3), got {came}.",
        'for a file, np.asarray(PIL.Image.open(path).convert("RGB")); '
        "for numbers from 0 to 1, (255 * rgb).astype(np.uint8).",
    )
