"""A picture at its four quarter turns: seen in one input, and back in the upright picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

from imagesasdata.arrays.faces.candidates import Candidates, Seen, each_once, in_picture, taken
from imagesasdata.arrays.views import View, render

# The longer side of the picture at each turn, as shares of the input's side. A quarter of the input has
# 0.5, so a face that fills the picture has a margin.
SHARES = (0.5, 0.35)

_WAYS = {
    1: Image.Transpose.ROTATE_90,
    2: Image.Transpose.ROTATE_180,
    3: Image.Transpose.ROTATE_270,
}


def turned(image: Image.Image, turn: int) -> Image.Image:
    """The picture after quarter turns to the left."""
    return image.transpose(_WAYS[turn]) if turn else image


def at_all_turns(image: Image.Image, share: float, size: int) -> UInt8[np.ndarray, "size size 3"]:
    """The picture at each turn, in the middle of a quarter of one input, row by row."""
    half = size // 2
    square = np.zeros((size, size, 3), np.uint8)
    for turn in range(4):
        one = turned(image, turn)
        left, top = _corner(turn, half)
        quarter = render(one, _view(one.width, one.height, share), half)
        square[top : top + half, left : left + half] = quarter
    return square


def by_turn(looks: Sequence[tuple[float, Candidates]], seen: Seen, size: int) -> list[Candidates]:
    """The candidates at each turn, in the pixels of the turned stored picture.

    ``looks`` are shares and what was found in `at_all_turns`; ``seen`` is any view of the picture.
    """
    half = size // 2
    found = []
    for turn in range(4):
        width, height = (seen.width, seen.height)[:: -1 if turn % 2 else 1]
        corner = np.array(_corner(turn, half))
        parts = []
        for share, of_all in looks:
            boxes, points = of_all.boxes - [*corner, 0, 0], of_all.points - corner
            middles = boxes[:, :2] + boxes[:, 2:] / 2
            here = np.all((middles >= 0) & (middles < half), axis=1)
            view = Seen(_view(width, height, share), width, height, seen.scale)
            there = taken(Candidates(boxes, points, of_all.scores), here)
            parts.append(in_picture(there, view, half))
        found.append(each_once(parts, 0.0))
    return found


def turned_back(found: Candidates, turn: int, width: float, height: float) -> Candidates:
    """Candidates of a picture after quarter turns to the left, in the pixels before.

    ``width`` and ``height`` are of the picture before.
    """
    low, high = found.boxes[:, :2], found.boxes[:, :2] + found.boxes[:, 2:]
    corners = np.stack([low, high], axis=1)
    parts = [_back(part, turn, width, height) for part in (corners, found.points)]
    first, last = parts[0].min(axis=1), parts[0].max(axis=1)
    boxes = np.concatenate([first, last - first], axis=1)
    return Candidates(boxes, parts[1], found.scores)


def face_turn(points: Sequence[Sequence[float]]) -> int:
    """By how much a face is turned to the right, to a quarter turn: 0, 90, 180 or 270 degrees."""
    (right_x, right_y), (left_x, left_y) = points[0], points[1]
    angle = np.degrees(np.arctan2(left_y - right_y, left_x - right_x))
    return int(round(angle / 90) * 90) % 360


def _corner(turn: int, half: int) -> tuple[int, int]:
    row, column = divmod(turn, 2)
    return half * column, half * row


def _view(width: int, height: int, share: float) -> View:
    """The square around a picture whose longer side is this share of twice the square's."""
    side = max(width, height) / (2 * share)
    return View((width - side) / 2, (height - side) / 2, side)


def _back(
    points: Float[np.ndarray, "n k 2"], turn: int, width: float, height: float
) -> Float[np.ndarray, "n k 2"]:
    x, y = points[..., 0], points[..., 1]
    ways = {0: (x, y), 1: (width - y, x), 2: (width - x, height - y), 3: (y, height - x)}
    return np.stack(ways[turn], axis=-1)
