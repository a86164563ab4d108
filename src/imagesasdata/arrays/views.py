"""Views: the squares of a picture that a detector sees, from the whole with a margin to tiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, UInt8
from PIL import Image

# Tiles overlap by a quarter, so that a face on the edge of one is whole in its neighbor.
OVERLAP = 0.25
# The whole picture is searched with a wide margin (for faces that fill it) and without.
WHOLE = (0.5, 1.0)
# From which side, in multiples of the input's, tiles of a zoom are worth their time.
_TILED = ((2.0, 400 / 192), (4.0, 1600 / 192))
# From this ratio of its sides on, a picture is searched as a row of squares; up to the second.
_LONG, _LONGEST = 2.5, 50.0
# A box may extend beyond its view by this share of the view before it counts as cut off.
SLACK = 0.01


class View(NamedTuple):
    """A square in the picture's pixels, which may reach beyond the picture."""

    left: float
    top: float
    side: float


def zooms(
    width: int, height: int, size: int, tiles: Literal["auto", "always", "never"]
) -> tuple[float, ...]:
    """The zooms that a picture is searched with, for `views`; ``size`` is the input's side.

    In a long picture, such as a panorama or a screenshot of a page, the whole and its halves show
    too little: each square of its row is searched as if it were a picture.
    """
    if tiles == "never":
        return WHOLE
    longer, shorter = max(width, height), min(width, height)
    ratio = min(longer / shorter, _LONGEST)
    row = (ratio,) if ratio >= _LONG else ()
    unit, side = (ratio, shorter) if row else (1.0, longer)
    more = (unit * zoom for zoom, least in _TILED if tiles == "always" or side >= least * size)
    return (*WHOLE, *row, *more)


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
        squares += _cover(width, height, side, OVERLAP)
    return squares


def row(width: int, height: int) -> list[View]:
    """The squares of a long picture, as `zooms` says, each half over the next; none of another."""
    if max(width, height) < _LONG * min(width, height):
        return []
    side = max(float(min(width, height)), max(width, height) / _LONGEST)
    return _cover(width, height, side, 0.5)


def _cover(width: int, height: int, side: float, overlap: float) -> list[View]:
    tops, lefts = (_starts(length, side, overlap) for length in (height, width))
    return [View(left, top, side) for top in tops for left in lefts]


def _starts(length: int, side: float, overlap: float) -> list[float]:
    if length <= side:
        return [(length - side) / 2]
    steps = math.ceil((length - side) / (side * (1 - overlap)))
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
    boxes: Float[np.ndarray, "n 4"],
    view: View,
    width: float | int,
    height: float | int,
    *,
    slack: float = SLACK,
) -> Bool[np.ndarray, " n"]:
    """Which boxes (in the picture's pixels) are not cut off by an edge of the view.

    ``slack`` is how far a box may extend beyond the view, as a share of its side; if a detector's boxes
    end at the edge, it is negative: how near to the edge one counts as cut off.
    """
    slack *= view.side
    right, bottom = view.left + view.side, view.top + view.side
    cut = (
        ((boxes[:, 0] < view.left - slack) & (view.left > 0))
        | ((boxes[:, 1] < view.top - slack) & (view.top > 0))
        | ((boxes[:, 0] + boxes[:, 2] > right + slack) & (right < width))
        | ((boxes[:, 1] + boxes[:, 3] > bottom + slack) & (bottom < height))
    )
    return ~cut
