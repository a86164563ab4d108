"""A second look: which faces it adds, and where they lie in the picture."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from imagesasdata.arrays.faces.candidates import Candidates
from imagesasdata.arrays.faces.second_look import (
    at_turn,
    face_turn,
    filling,
    geometry,
    is_wanted,
    turned_back,
)

UPRIGHT = np.array([[30, 40], [70, 40], [50, 62], [50, 82]], np.float64)
SIZE = (100.0, 100.0)


def face(
    score: float, points: np.ndarray = UPRIGHT, box: tuple[float, ...] = (10, 10, 80, 80)
) -> Candidates:
    return Candidates(np.array([box], np.float64), points[None], np.array([score]))


def none() -> Candidates:
    return Candidates(np.zeros((0, 4)), np.zeros((0, 4, 2)), np.zeros(0))


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (none(), True),
        (face(0.95), False),
        (face(0.7), True),
        # Points as they are found in a face that is upside down: the nose too near to the eyes.
        (face(0.95, np.array([[30, 40], [70, 40], [50, 50], [50, 70]], np.float64)), True),
    ],
)
def test_wanted(found: Candidates, wanted: bool) -> None:
    assert is_wanted(found) == wanted


def test_geometry() -> None:
    middle = np.array([50.0, 50.0])
    for degrees, right in ((0, True), (30, True), (-30, True), (50, False), (180, False)):
        angle = np.deg2rad(degrees)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        assert geometry(((UPRIGHT - middle) @ turn + middle)[None]).tolist() == [right]
    flat = UPRIGHT * [1, 0.1]
    assert geometry(flat[None]).tolist() == [False]


@pytest.mark.parametrize(
    ("views", "count"),
    [
        ([face(0.8), face(0.5)], 1),
        ([face(0.8), none()], 0),  # seen once
        ([face(0.6), face(0.5)], 0),  # weak in both
        ([face(0.8, box=(40, 40, 20, 20)), face(0.8, box=(40, 40, 20, 20))], 0),  # small
        ([face(0.8), face(0.8, box=(80, 80, 60, 60))], 0),  # elsewhere
    ],
)
def test_faces_that_fill_the_frame(views: list[Candidates], count: int) -> None:
    assert len(filling(views, SIZE, 0.65).scores) == count


def test_the_turn_with_the_best_face() -> None:
    turns = [[none(), none()], [face(0.9), face(0.8)], [face(0.75), face(0.75)]]
    turn, lying = at_turn(turns, face(0.79), SIZE, 0.65)
    assert turn == 2
    assert lying.scores.tolist() == [0.9]
    assert at_turn(turns, face(0.85), SIZE, 0.65)[0] == 0  # its points say that it is upright
    assert at_turn(turns, face(0.95), SIZE, 0.65)[0] == 0
    assert at_turn([[none()], [none()], [none()]], none(), SIZE, 0.65)[0] == 0


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_back_in_the_picture(turn: int) -> None:
    way = {
        1: Image.Transpose.ROTATE_90,
        2: Image.Transpose.ROTATE_180,
        3: Image.Transpose.ROTATE_270,
    }
    pixels = np.zeros((60, 90), np.uint8)
    pixels[10:15, 20:40] = 1
    after = np.argwhere(np.asarray(Image.fromarray(pixels).transpose(way[turn])))
    (top, left), (bottom, right) = after.min(0), after.max(0) + 1
    box = (float(left), float(top), float(right - left), float(bottom - top))
    points = np.array([[left, top]] * 4, np.float64)
    back = turned_back(face(0.9, points, box), turn, 90.0, 60.0)
    assert back.boxes.tolist() == [[20, 10, 20, 5]]
    corner = {1: [40, 10], 2: [40, 15], 3: [20, 15]}[turn]
    assert back.points[0, 0].tolist() == corner


def test_turn_from_the_eyes() -> None:
    level = [[0.0, 0.0], [10.0, 1.0]]
    assert face_turn(level) == 0
    assert face_turn([[0.0, 0.0], [1.0, 10.0]]) == 90
    assert face_turn(level[::-1]) == 180
    assert face_turn([[0.0, 10.0], [1.0, 0.0]]) == 270
