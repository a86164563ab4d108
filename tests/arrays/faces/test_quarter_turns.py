"""A picture at its four quarter turns, and what is found there back in the upright picture."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from imagesasdata.arrays.faces.candidates import Candidates, Seen
from imagesasdata.arrays.faces.quarter_turns import (
    at_all_turns,
    by_turn,
    face_turn,
    turned,
    turned_back,
)
from imagesasdata.arrays.views import View


def marked() -> Image.Image:
    """A gray picture of 90 x 60 with a white box, 20 to 40 across and 10 to 15 down."""
    pixels = np.full((60, 90, 3), 40, np.uint8)
    pixels[10:15, 20:40] = 255
    return Image.fromarray(pixels)


def box_of(pixels: np.ndarray) -> list[float]:
    rows, columns = np.nonzero(pixels > 200)
    left, top = columns.min(), rows.min()
    return [float(left), float(top), float(columns.max() + 1 - left), float(rows.max() + 1 - top)]


def candidates(*boxes: list[float]) -> Candidates:
    """Boxes with two points in their corners."""
    sides = np.array(boxes, np.float64)
    points = np.stack([sides[:, :2], sides[:, :2] + sides[:, 2:]], axis=1)
    return Candidates(sides, points, np.linspace(0.9, 0.6, len(sides)))


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_back_in_the_picture(turn: int) -> None:
    box = box_of(np.asarray(turned(marked(), turn))[..., 0])
    back = turned_back(candidates(box), turn, 90.0, 60.0)
    assert back.boxes.tolist() == [[20, 10, 20, 5]]
    corner = {0: [20, 10], 1: [40, 10], 2: [40, 15], 3: [20, 15]}[turn]
    assert back.points[0, 0].tolist() == corner


@pytest.mark.parametrize("share", [0.5, 0.3])
def test_all_turns_in_one_input(share: float) -> None:
    """What is found in each quarter is where it is in the picture, of which it is half a copy."""
    size = 360
    square = at_all_turns(marked(), share, size)[..., 0]
    found = []
    for turn in range(4):
        top, left = (size // 2 * part for part in divmod(turn, 2))
        box = box_of(square[top : top + size // 2, left : left + size // 2])
        found.append([box[0] + left, box[1] + top, *box[2:]])
    seen = Seen(View(0, 0, 90), 90, 60, 2.0)
    lying = by_turn([(share, candidates(*found))], seen, size)
    for turn, one in enumerate(lying):
        back = turned_back(one, turn, 180.0, 120.0)
        np.testing.assert_allclose(back.boxes, [[40, 20, 40, 10]], atol=2.5)


def test_turn_from_the_eyes() -> None:
    level = [[0.0, 0.0], [10.0, 1.0]]
    assert face_turn(level) == 0
    assert face_turn([[0.0, 0.0], [1.0, 10.0]]) == 90
    assert face_turn(level[::-1]) == 180
    assert face_turn([[0.0, 10.0], [1.0, 0.0]]) == 270
