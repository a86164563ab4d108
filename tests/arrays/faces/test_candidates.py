"""Candidates of views in the pixels of the picture, each face once."""

from __future__ import annotations

import numpy as np

from imagesasdata.arrays.faces.candidates import Candidates, Seen, each_once, in_picture
from imagesasdata.arrays.views import View


def candidates(*boxes: tuple[float, float, float, float], scores: list[float]) -> Candidates:
    """Boxes, each with one point in its middle."""
    sides = np.array(boxes, float).reshape(-1, 4)
    return Candidates(sides, (sides[:, :2] + sides[:, 2:] / 2)[:, None], np.array(scores))


def test_a_view_in_the_picture() -> None:
    # 100 x 100 pixels of a view that is 200 wide and begins at (50, 20); the picture was halved.
    seen = Seen(View(50, 20, 200), 1000, 1000, 2.0)
    found = in_picture(candidates((10, 20, 30, 40), scores=[0.7]), seen, 100)
    np.testing.assert_allclose(found.boxes, [[2 * (50 + 20), 2 * (20 + 40), 120, 160]])
    np.testing.assert_allclose(found.points, [[[2 * (50 + 50), 2 * (20 + 80)]]])
    assert found.scores.tolist() == [0.7]


def test_boxes_that_the_view_cuts_off_go() -> None:
    seen = Seen(View(50, 0, 100), 300, 100, 1.0)
    found = in_picture(
        candidates((-5, 10, 30, 30), (10, -5, 30, 30), (80, 10, 30, 30), scores=[0.1, 0.2, 0.3]),
        seen,
        100,
    )
    # Above is the border of the picture, over which a box may reach.
    assert found.scores.tolist() == [0.2]


def test_each_face_once_the_most_certain_first() -> None:
    found = each_once(
        [
            candidates((0, 0, 40, 40), (200, 0, 40, 40), scores=[0.6, 0.7]),
            candidates((2, 0, 40, 40), (205, 5, 12, 12), (100, 0, 8, 9), scores=[0.9, 0.8, 1.0]),
        ],
        min_size=10.0,
    )
    # The small one in another goes by its share, the one under the least size though it is certain.
    assert found.scores.tolist() == [0.9, 0.8]
    np.testing.assert_allclose(found.boxes[:, 0], [2, 205])
    np.testing.assert_allclose(found.points[:, 0, 0], [22, 211])


def test_no_face() -> None:
    empty = candidates(scores=[])
    assert len(each_once([empty, empty], min_size=10.0).scores) == 0
    one = candidates((0, 0, 9, 9), scores=[0.9])
    assert len(each_once([one], min_size=10.0).scores) == 0
