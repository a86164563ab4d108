"""Makes faces in a picture unrecognizable, in place."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from jaxtyping import Float, UInt8

Method = Literal["gaussian", "pixelate", "fill"]

# How much larger the hidden area is than the box: hair, ears and chin identify people, too.
_REACH = 1.5
# Few enough blocks across that a face cannot be recognized.
_BLOCKS = 5
_FILL = (127, 127, 127)


def hide(pixels: UInt8[np.ndarray, "h w 3"], box: Float[np.ndarray, 4], method: Method) -> None:
    """Make the face unrecognizable, in an ellipse around the box.

    Parameters
    ----------
    pixels
        The picture, which is changed in place.
    box
        Left, top, width, height.
    method
        What replaces the face.
    """
    left, top, width, height = box
    wide, high = width * _REACH, height * _REACH
    x, y = left + width / 2, top + height / 2
    columns = slice(max(0, int(x - wide / 2)), max(0, int(np.ceil(x + wide / 2))))
    rows = slice(max(0, int(y - high / 2)), max(0, int(np.ceil(y + high / 2))))
    part = pixels[rows, columns]
    if part.size == 0:
        return
    down, across = np.ogrid[rows, columns][:2]
    down, across = down[: part.shape[0]], across[:, : part.shape[1]]
    inside = ((across + 0.5 - x) / (wide / 2)) ** 2 + ((down + 0.5 - y) / (high / 2)) ** 2 <= 1
    part[inside] = _unreadable(part, method)[inside]


def _unreadable(part: np.ndarray, method: Method) -> np.ndarray:
    height, width = part.shape[:2]
    if method == "fill":
        return np.full_like(part, _FILL)
    few = cv2.resize(part, (_BLOCKS, _BLOCKS), interpolation=cv2.INTER_AREA)
    if method == "pixelate":
        return cv2.resize(few, (width, height), interpolation=cv2.INTER_NEAREST)
    # Blurred after nearly all detail has been removed, because a plain blur can be partly undone.
    smooth = cv2.resize(few, (width, height), interpolation=cv2.INTER_CUBIC)
    return cv2.GaussianBlur(smooth, (0, 0), max(height, width) / 8)
