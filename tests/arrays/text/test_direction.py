"""The direction of a page: from its long pieces, by their length."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.text.direction import Shapes


@pytest.mark.parametrize(
    ("sizes", "lies", "along"),
    [
        ([(200, 20), (12, 18), (12, 18)], False, [True, False, False]),
        ([(20, 200), (18, 12), (60, 20)], True, [True, False, False]),
        ([(12, 18), (10, 22)], False, [False, False]),
        ([(300, 20), (20, 80)], False, [True, False]),
        ([], False, []),
    ],
)
def test_axis(sizes: list[tuple[int, int]], lies: bool, along: list[bool]) -> None:
    shapes = Shapes(np.array(sizes, np.float64).reshape(-1, 2))
    assert shapes.lies == lies
    assert shapes.along.tolist() == along


def test_long_pieces_outvote_short_ones() -> None:
    shapes = Shapes(np.array([(400.0, 20.0), (60.0, 20.0), (12.0, 18.0)]))
    assert shapes.turned_share(np.array([False, True, True])) == pytest.approx(3 / 23)
    assert Shapes(np.array([(12.0, 18.0)])).turned_share(np.array([True])) == 0.0
