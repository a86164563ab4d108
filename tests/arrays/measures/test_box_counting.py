"""Fractal dimension, of figures whose dimension is known."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.measures.box_counting import fractal_dimension


def sierpinski(power: int) -> np.ndarray:
    """Pascal's triangle modulo 2: at every power of two a third copy is left out."""
    rows, columns = np.indices((2**power, 2**power))
    return ((rows & columns) == 0).astype(np.uint8)


@pytest.mark.parametrize("power", [4, 6, 9])
def test_sierpinskis_triangle(power: int) -> None:
    assert fractal_dimension(sierpinski(power)) == pytest.approx(np.log2(3))


@pytest.mark.parametrize(
    ("drawn", "dimension"),
    [
        (np.ones((64, 128), np.uint8), 2.0),
        (np.eye(64, dtype=np.uint8), 1.0),
        (np.pad(np.ones((64, 1), np.uint8), ((0, 0), (5, 58))), 1.0),
        (np.pad(np.ones((1, 1), np.uint8), ((31, 32), (10, 53))), 0.0),
    ],
    ids=["plane", "diagonal", "line", "point"],
)
def test_plain_figures(drawn: np.ndarray, dimension: float) -> None:
    assert fractal_dimension(drawn) == pytest.approx(dimension)


def test_boxes_at_the_margin_count() -> None:
    """21 pixels are 21, 11 and 6 boxes of side 1, 2 and 4."""
    line = np.zeros((17, 21), np.uint8)
    line[16] = 255
    slope = (np.log2(21) - np.log2(6)) / 2
    assert fractal_dimension(line) == pytest.approx(slope)


@pytest.mark.parametrize(
    "drawn", [np.zeros((64, 64), np.uint8), np.ones((15, 64), np.uint8)], ids=["empty", "narrow"]
)
def test_none(drawn: np.ndarray) -> None:
    assert fractal_dimension(drawn) is None
