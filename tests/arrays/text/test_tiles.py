"""Tiles: each line of a large picture once and whole, wherever the tiles are cut."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.text.pieces import Piece, Word
from imagesasdata.arrays.text.tiles import in_tiles

LETTER, HEIGHT, LONGEST = 10, 20, 400


class Printed:
    """A made-up page: `read` gives what of its lines is in the pixels, by their hidden positions."""

    def __init__(self, size: tuple[int, int], lines: list[tuple[str, int, int]]) -> None:
        width, height = size
        self.lines = lines
        self.pixels = np.full((height, width, 3), 255, np.uint8)
        for text, x, y in lines:
            for place, letter in enumerate(text):
                if letter != " ":
                    left = x + place * LETTER
                    self.pixels[y : y + HEIGHT : 2, left : left + LETTER] = 0
        # Where a pixel lies is told by a grid which the reader alone knows.
        self.base = self.pixels.__array_interface__["data"][0]

    def read(self, tile: np.ndarray) -> list[Piece]:
        start = tile.__array_interface__["data"][0] - self.base
        top, left = divmod(start // 3, self.pixels.shape[1])
        height, width = tile.shape[:2]
        assert max(height, width) <= LONGEST
        pieces = []
        for text, x, y in self.lines:
            if not (top <= y and y + HEIGHT <= top + height):
                continue
            seen = [
                (letter, x + place * LETTER)
                for place, letter in enumerate(text)
                if left <= x + place * LETTER and x + (place + 1) * LETTER <= left + width
            ]
            shown = "".join(letter for letter, _ in seen).strip()
            if shown:
                offset = seen["".join(letter for letter, _ in seen).index(shown)][1]
                pieces.append(line(shown, offset - left, y - top))
        return pieces


def line(text: str, x: float, y: float) -> Piece:
    words, at = [], 0
    for part in text.split():
        first = text.index(part, at)
        at = first + len(part)
        words.append(Word(part, 1.0, box(x + first * LETTER, y, len(part))))
    return Piece(text, 1.0, box(x, y, len(text)), tuple(words))


def box(x: float, y: float, letters: int) -> np.ndarray:
    right, bottom = x + letters * LETTER, y + HEIGHT
    return np.array([[x, y], [right, y], [right, bottom], [x, bottom]], np.float64)


SPOKEN = " ".join(f"word{number:02d}" for number in range(30))
UNBROKEN = "".join(chr(0x4E00 + number) for number in range(150))


@pytest.mark.parametrize(
    ("size", "lines"),
    [
        ((300, 2000), [(f"line {n:02d}", 20, 10 + 39 * n) for n in range(50)]),
        ((300, 2000), [(f"line {n:02d}", 20, 3 + 21 * n) for n in range(90)]),
        ((2200, 60), [(SPOKEN, 20, 20)]),
        ((2200, 100), [(SPOKEN, 20, 10), (SPOKEN[:150], 87, 60)]),
        ((1600, 60), [(UNBROKEN, 20, 20)]),
        ((900, 1000), [(f"{SPOKEN[:80]} {n:02d}", 15, 10 + 39 * n) for n in range(25)]),
        ((300, 300), [("short", 10, 10)]),
        ((2000, 60), []),
    ],
)
def test_each_line_once_and_whole(size: tuple[int, int], lines: list[tuple[str, int, int]]) -> None:
    page = Printed(size, lines)
    found = sorted(in_tiles(page.pixels, LONGEST, page.read), key=lambda one: one.quad[0, 1])
    assert [one.text for one in found] == [text for text, _, _ in lines]
    for one, (text, x, y) in zip(found, lines, strict=True):
        np.testing.assert_allclose(one.quad, box(x, y, len(text)))
        assert [word.text for word in one.words] == text.split()
