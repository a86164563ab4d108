"""Views: the squares of a picture that a detector sees, from the whole with a margin to tiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, UInt8
from PIL import Image

# Tiles overlap by a quarter, so that a face on the edge of one is whole in its neighbor.
OVERLAP = 0.25
# A box may extend beyond its view by this share of the view before it counts as cut off.
_SLACK = 0.01


class View(NamedTuple):
    """A square in the picture's pixels, which may reach beyond the picture."""

    left: float
    top: float
    side: float


def views(width: int, height: int, zooms: Sequence[float]) -> list[View]:
    """The views of a picture: for each zoom, as many as are needed to cover it.

    Parameters
    ----------
    width, height
        The size of the picture.
    zooms
        The picture's longer side, as a multiple of the input's: 1 fills the input, 0.5 fills half of
        it and leaves a margin, 2 makes tiles.
    """
    squares = []
    for zoom in zooms:
        side = max(width, height) / zoom
        tops, lefts = _starts(height, side), _starts(width, side)
        squares += [View(left, top, side) for top in tops for left in lefts]
    return squares


def _starts(length: int, side: float) -> list[float]:
    if length <= side:
        return [(length - side) / 2]
    steps = math.ceil((length - side) / (side * (1 - OVERLAP)))
    return [step * (length - side) / steps for step in range(steps + 1)]


def render(image: Image.Image, view: View, size: int) -> UInt8[np.ndarray, "size size 3"]:
    """A view at ``size`` x ``size`` pixels, black beyond the picture.

    If ``image`` is a scaled copy of the picture, ``view`` must be scaled as well.
    """
    scale = size / view.side
    left, top = max(view.left, 0.0), max(view.top, 0.0)
    right = min(view.left + view.side, image.width)
    bottom = min(view.top + view.side, image.height)
    x, y = round((left - view.left) * scale), round((top - view.top) * scale)
    width = max(1, min(size - x, round((right - left) * scale)))
    height = max(1, min(size - y, round((bottom - top) * scale)))
    part = image.resize(
        (width, height), Image.Resampling.BILINEAR, (left, top, right, bottom), reducing_gap=2.0
    )
    square = np.zeros((size, size, 3), np.uint8)
    square[y : y + height, x : x + width] = np.asarray(part)
    return square


def whole(
    boxes: Float[np.ndarray, "n 4"], view: View, width: int, height: int
) -> Bool[np.ndarray, " n"]:
    """Which boxes (in the picture's pixels) are not cut off by an edge of the view."""
    slack = _SLACK * view.side
    right, bottom = view.left + view.side, view.top + view.side
    cut = (
        ((boxes[:, 0] < view.left - slack) & (view.left > 0))
        | ((boxes[:, 1] < view.top - slack) & (view.top > 0))
        | ((boxes[:, 0] + boxes[:, 2] > right + slack) & (right < width))
        | ((boxes[:, 1] + boxes[:, 3] > bottom + slack) & (bottom < height))
    )
    return ~cut
