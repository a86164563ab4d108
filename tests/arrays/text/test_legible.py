"""The scale at which a picture is read."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.text.legible import Sides, legible
from imagesasdata.arrays.text.pieces import Piece

SIDES = Sides(longer=200, shorter=100, illegible=12, legible=24, largest=200)


@pytest.mark.parametrize(
    ("size", "letters", "widths"),
    [
        ((150, 100), 4, [150]),  # as stored, whatever the letters
        ((400, 300), 30, [200]),
        ((400, 300), 12, [200, 400]),  # 6 pixels high at half the size: read again
        ((2000, 1500), 60, [200, 800]),  # 6 pixels at a tenth; 24 at four tenths
        ((100, 2000), 30, [100]),  # a screenshot keeps its width
        ((4000, 500), 60, [800]),
    ],
)
def test_scale(size: tuple[int, int], letters: float, widths: list[int]) -> None:
    asked: list[int] = []

    def scaled(longer: int) -> np.ndarray:
        scale = min(1.0, longer / max(size))
        width, height = (round(side * scale) for side in size)
        asked.append(width)
        return np.zeros((height, width, 3), np.uint8)

    def read(pixels: np.ndarray) -> list[Piece]:
        high = letters * pixels.shape[1] / size[0]
        quad = np.array([[0, 0], [50, 0], [50, high], [0, high]], np.float64)
        return [Piece("text", 1.0, quad, ())] * 6

    (width, _), pieces, unread = legible(scaled, read, size, SIDES, 0.5)
    assert asked == widths
    assert width == widths[-1]
    assert len(pieces) == 6
    assert not unread
