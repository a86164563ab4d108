"""A second look: when it is due, and which of its faces are kept."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.faces.candidates import Candidates
from imagesasdata.arrays.faces.second_look import (
    MOST,
    geometry,
    is_wanted,
    together,
    worth_a_look,
)

UPRIGHT = np.array([[30, 40], [70, 40], [50, 62], [50, 82]], np.float64)
# Points as they are found in a face that is upside down: the nose too near to the eyes.
SHALLOW = np.array([[30, 40], [70, 40], [50, 50], [50, 72]], np.float64)
SIZE = (100.0, 80.0)


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
        (face(0.5), True),
        (face(0.95), False),
        (face(0.7), True),
        (face(0.95, SHALLOW), True),
    ],
)
def test_wanted(found: Candidates, wanted: bool) -> None:
    assert is_wanted(found) == wanted


def test_several_faces_leave_no_doubt() -> None:
    two = Candidates(*(np.concatenate([part, part]) for part in face(0.7)))
    assert not is_wanted(two)


def test_geometry() -> None:
    middle = np.array([50.0, 50.0])
    for degrees, right in ((0, True), (30, True), (-30, True), (50, False), (180, False)):
        angle = np.deg2rad(degrees)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        assert geometry(((UPRIGHT - middle) @ turn + middle)[None]).tolist() == [right]
    flat = UPRIGHT * [1, 0.1]
    assert geometry(flat[None]).tolist() == [False]


def test_worth_a_look() -> None:
    """Upright a face must fill half of the shorter side: smaller ones were found before."""
    sizes = Candidates(
        np.array([[0, 0, side, side] for side in (8, 30, 50, 60, 70, 80)], np.float64),
        np.repeat(UPRIGHT[None], 6, 0),
        np.linspace(0.9, 0.5, 6),
    )
    assert worth_a_look(sizes, 0, SIZE).boxes[:, 2].tolist() == [50, 60, 70]
    assert worth_a_look(sizes, 1, SIZE).boxes[:, 2].tolist() == [30, 50, 60]
    assert len(worth_a_look(sizes, 1, SIZE).scores) == MOST
    assert len(worth_a_look(none(), 0, SIZE).scores) == 0


def test_faces_that_fill_the_frame() -> None:
    """Scores are log odds; the better of the same face is kept, one under the threshold is not."""
    rest = [none()] * 3
    assert together(none(), [face(1.0), *rest], SIZE, 0.5).scores.tolist() == [1.0]
    assert together(face(0.7), [face(1.0), *rest], SIZE, 0.5).scores.tolist() == [1.0]
    assert together(face(0.2), [face(0.4), *rest], SIZE, 0.5).scores.tolist() == []
    assert together(none(), [none()] * 4, SIZE, 0.5).scores.tolist() == []


@pytest.mark.parametrize(
    ("first", "lying", "turn"),
    [
        (none(), [none(), face(2.0), face(1.8)], 2),
        (none(), [none(), face(0.9), none()], 0),  # under the threshold and what a turn costs
        (none(), [none(), face(3.0, UPRIGHT[[1, 0, 2, 3]]), none()], 0),  # lies even then
        (face(2.0, SHALLOW), [face(2.5), none(), none()], 1),
        (face(2.0), [face(2.5), none(), none()], 0),  # its points say that it is upright
        (face(2.0), [none(), none(), face(4.5)], 3),
    ],
)
def test_the_turn_with_the_best_face(first: Candidates, lying: list[Candidates], turn: int) -> None:
    found = together(first, [none(), *lying], SIZE, 0.0)
    kept = lying[turn - 1] if turn else first
    assert found.scores.tolist() == kept.scores.tolist()
    if turn:
        x, y = UPRIGHT[0]
        back = {1: (100 - y, x), 2: (100 - x, 80 - y), 3: (y, 80 - x)}[turn]
        assert found.points[0, 0].tolist() == list(back)
