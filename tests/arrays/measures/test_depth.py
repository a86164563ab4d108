"""Depth: maps whose layers, slopes and middles are known."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.measures.depth import COLUMNS, measure


def with_rectangle(rows: int, columns: int, top: float, left: float, side: float) -> np.ndarray:
    """1 in a rectangle, given in shares of the sides, and 0 around it."""
    nearness = np.zeros((rows, columns), np.float32)
    height, width = round(side * rows), round(side * columns)
    start, first = round(top * rows), round(left * columns)
    nearness[start : start + height, first : first + width] = 1
    return nearness


def test_a_subject_before_a_wall() -> None:
    got = measure(with_rectangle(80, 120, 0.25, 0.25, 0.5))
    assert got == pytest.approx(
        {"depth_near_share": 0.25, "depth_separation": 1, "depth_center": 1, "depth_downward": 0}
    )
    # The wall before a view through a window in its middle.
    got = measure(1 - with_rectangle(80, 120, 0.25, 0.25, 0.5))
    assert got["depth_near_share"] == pytest.approx(0.75)
    assert got["depth_center"] == pytest.approx(-1)


def test_a_corner() -> None:
    got = measure(with_rectangle(80, 80, 0, 0, 0.5))
    # A quarter of the corner's area is in the middle, and a quarter of the middle's in the corner.
    assert got["depth_center"] == pytest.approx(0, abs=1e-9)
    # Correlation of the upper half, on one half of the columns, with the row: -sqrt(3)/2 * sqrt(1/3).
    assert got["depth_downward"] == pytest.approx(-0.5, abs=1e-3)


def test_a_floor() -> None:
    slope = np.repeat(np.arange(300.0)[:, None], 200, axis=1)
    got = measure(slope)
    assert got["depth_near_share"] == pytest.approx(0.5, abs=0.01)
    assert got["depth_separation"] == pytest.approx(0.75, abs=1e-3)
    assert got["depth_downward"] == pytest.approx(1)
    assert got["depth_center"] == pytest.approx(0, abs=1e-9)
    assert measure(slope[::-1])["depth_downward"] == pytest.approx(-1)
    assert measure(slope.T)["depth_downward"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_zero_and_scale_of_a_map_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nearness = np.cumsum(np.cumsum(rng.normal(size=(37, 61)), axis=0), axis=1)
    before = measure(nearness)
    assert measure(rng.uniform(-50, 50) + rng.uniform(0.01, 100) * nearness) == pytest.approx(
        before
    )
    mirrored = measure(nearness[:, ::-1])
    assert mirrored == pytest.approx(before)
    for column in COLUMNS:
        low, high = map(float, column.range.split(" to "))
        value = before[column.name]
        assert isinstance(value, float)
        assert low <= value <= high


@pytest.mark.parametrize("value", [0.0, 7.3, -2.0])
def test_an_even_map_has_no_measures(value: float) -> None:
    nearness = np.full((14, 28), value) + np.random.default_rng(0).normal(0, 1e-7, (14, 28))
    assert set(measure(nearness if value else nearness * 0).values()) == {None}


def test_shapes() -> None:
    for rows, columns in ((1, 9), (9, 1), (3, 5)):
        nearness = np.arange(rows * columns, dtype=np.float32).reshape(rows, columns)
        got = measure(nearness)
        assert got["depth_separation"] is not None
        assert (got["depth_downward"] is None) == (rows == 1)
    # Of five columns, three quarters of the second and the fourth are in the middle half.
    got = measure(np.array([[0.0, 1, 1, 1, 0]] * 4))
    assert got["depth_center"] == pytest.approx(2 / np.sqrt(3.0 * 4.8))
