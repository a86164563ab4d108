"""SCRFD's decoding by its definition, and faces cut out by points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imagesasdata.arrays.faces import scrfd
from imagesasdata.arrays.faces.align import by_points

SIDE = 640


def test_decoding_by_its_definition() -> None:
    random = np.random.default_rng(0)
    count = sum(2 * (SIDE // stride) ** 2 for stride in scrfd.STRIDES)
    scores = random.uniform(0, 1, count)
    sides, points = random.uniform(0, 4, (count, 4)), random.uniform(-2, 2, (count, 10))
    boxes, places, kept = scrfd.decode(scores, sides, points, side=SIDE, threshold=0.999)
    expected, number = [], 0
    for stride in scrfd.STRIDES:
        for row in range(SIDE // stride):
            for column in range(SIDE // stride):
                for _ in range(2):
                    if scores[number] >= 0.999:
                        left, top, right, bottom = sides[number] * stride
                        x, y = column * stride, row * stride
                        p = points[number].reshape(5, 2) * stride + [x, y]
                        box = (x - left, y - top, left + right, top + bottom)
                        mouth = (p[3] + p[4]) / 2
                        expected.append([scores[number], *box, *p[:3].ravel(), *mouth])
                    number += 1
    assert 5 < len(expected) < 60
    got = np.concatenate([kept[:, None], boxes, places[:, :4].reshape(-1, 8)], axis=1)
    np.testing.assert_allclose(got, expected)
    assert np.isnan(places[:, 4:]).all()


@pytest.mark.parametrize("angle", [0.0, 0.4, -2.5])
def test_a_square_by_points_is_the_one_they_were_made_from(angle: float) -> None:
    places = np.array([[0.3, 0.4], [0.7, 0.42], [0.5, 0.6], [0.52, 0.8]])
    turn = 80 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = (places - 0.5) @ turn.T + [120, 90]
    frame = by_points(points, places)
    np.testing.assert_allclose(frame, [120, 90, 80, angle], atol=1e-9)


def test_a_square_by_points_is_that_of_least_squares() -> None:
    random = np.random.default_rng(1)
    places, points = random.uniform(0, 1, (4, 2)), random.uniform(0, 100, (4, 2))

    def misses(frame: Any) -> float:
        x, y, side, angle = frame
        turn = side * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        return float((((places - 0.5) @ turn.T + [x, y] - points) ** 2).sum())

    best = np.array(by_points(points, places))
    for step in np.concatenate([np.eye(4), -np.eye(4)]) * [0.1, 0.1, 0.1, 0.01]:
        assert misses(best + step) > misses(best)
