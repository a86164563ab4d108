"""Reading order on laid-out pages whose order is known."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.text.pieces import Piece, Placed, along, corners
from imagesasdata.arrays.text.reading_order import arrange, as_text, mean_score


def piece(text: str, x: float, y: float, width: float = 0, height: float = 20) -> Piece:
    right, bottom = x + (width or 10 * len(text)), y + height
    return Piece(text, 1.0, np.array([[x, y], [right, y], [right, bottom], [x, bottom]]), ())


def turned(one: Piece, degrees: float) -> Piece:
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return one._replace(quad=one.quad @ turn)


RECEIPT = [
    piece("SHOP", 100, 0),
    piece("tea", 0, 50),
    piece("1.20", 250, 53),
    piece("bread and butter", 0, 80),
    piece("3.40", 250, 78),
    piece("total", 0, 120),
    piece("4.60", 250, 120),
]
READ = "SHOP\ntea 1.20\nbread and butter 3.40\ntotal 4.60"


@pytest.mark.parametrize("degrees", [0, 3, -8, 30, 90, 180, 270])
def test_rows_whatever_the_turn(degrees: float) -> None:
    shuffled = [turned(RECEIPT[place], degrees) for place in (6, 2, 0, 4, 5, 1, 3)]
    placed = arrange(shuffled)
    assert as_text(placed) == READ
    assert [row for row, _ in placed] == [0, 1, 1, 2, 2, 3, 3]


def test_columns_of_running_text() -> None:
    left = [piece(f"left column, line {n}, goes on", 0, 60 + 25 * n) for n in range(4)]
    right = [piece(f"right column, line {n}, goes on", 400, 62 + 25 * n) for n in range(4)]
    title = piece("A title over both of the columns", 100, 0, 500)
    mixed = [one for pair in zip(right, left, strict=True) for one in pair]
    placed = arrange([*mixed, title])
    assert [one.text for _, one in placed] == [one.text for one in [title, *left, *right]]


def test_nothing() -> None:
    assert arrange([]) == []
    assert as_text([]) == ""


def test_the_part_of_a_slanted_line() -> None:
    quad = np.array([[0, 0], [100, 50], [90, 70], [-10, 20]], np.float64)
    part = along(quad, 0.5, 1.0)
    np.testing.assert_allclose(part, [[50, 25], [100, 50], [90, 70], [40, 45]])


def test_corners_in_a_larger_picture() -> None:
    quad = np.array([[0, 1], [10, 1], [10, 3], [0, 3]], np.float64)
    assert corners(quad, 2.0, 0.5) == [0, 0.5, 20, 0.5, 20, 1.5, 0, 1.5]


def test_long_pieces_count_more() -> None:
    placed = [
        Placed(0, piece("abc", 0, 0)._replace(score=0.9)),
        Placed(1, piece("d", 0, 50)._replace(score=0.5)),
    ]
    assert mean_score(placed) == pytest.approx((3 * 0.9 + 0.5) / 4)
