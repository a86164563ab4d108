"""Things in the pixels of a picture, by hand."""

from __future__ import annotations

import numpy as np

from imagesasdata.arrays.detections import Detection, each_once, surest_first
from imagesasdata.arrays.views import View


def detected(boxes: list[list[float]], scores: list[float], threshold: float) -> list[Detection]:
    """In a picture of 400 x 200, of which the input is a half across and a quarter down."""
    return surest_first(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores, np.float32),
        np.arange(len(scores)),
        scale=(0.5, 0.25),
        size=(400, 200),
        threshold=threshold,
    )


def test_boxes_in_the_picture_the_surest_first() -> None:
    found = detected([[10, 5, 30, 20], [0, 0, 50, 25]], [0.5, 0.75], 0.5)
    assert found == [Detection(1, 0.75, 0, 0, 100, 100), Detection(0, 0.5, 20, 20, 40, 60)]


def test_boxes_are_cut_to_the_picture() -> None:
    assert detected([[-10, -10, 300, 300]], [1.0], 0.5) == [Detection(0, 1, 0, 0, 400, 200)]
    # Nothing is left of one beside it.
    assert detected([[-20, 0, -10, 20], [10, 10, 10, 20]], [1.0, 1.0], 0.5) == []


def test_what_is_suppressed_has_no_score() -> None:
    assert [one.number for one in detected([[0, 0, 9, 9]] * 3, [0.0, 0.1, 0.2], 0.0)] == [2, 1]
    assert detected([], [], 0.5) == []


def test_things_of_a_long_picture_occur_once() -> None:
    """In a picture of 300 x 100: two squares that share a half, and the whole."""
    left, right = View(0, 0, 100), View(50, 0, 100)
    seen_twice = Detection(0, 0.7, 55, 10, 30, 30)
    cut = Detection(0, 0.9, 40, 50, 60, 40)  # it ends at the left square's edge
    large = Detection(0, 0.6, 20, 45, 200, 50)
    found = each_once(
        [large, Detection(0, 0.95, 56, 11, 30, 30), Detection(1, 0.5, 55, 10, 30, 30)],
        [(left, [cut, seen_twice]), (right, [Detection(0, 0.8, 6, 10, 30, 30)])],
        (300, 100),
    )
    assert found == [
        Detection(0, 0.8, 56, 10, 30, 30),
        Detection(0, 0.6, 20, 45, 200, 50),
        Detection(1, 0.5, 55, 10, 30, 30),
    ]
    assert each_once([], [], (300, 100)) == []
