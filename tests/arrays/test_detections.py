"""Things in the pixels of a picture, by hand."""

from __future__ import annotations

import numpy as np

from imagesasdata.arrays.detections import Detection, surest_first


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
