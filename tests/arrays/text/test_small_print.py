"""Small print on drawn pages: found where it is, and only there."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from imagesasdata.arrays.text.legible import Sides, legible
from imagesasdata.arrays.text.pieces import Piece
from imagesasdata.arrays.text.small_print import is_page, small_print

LINES = [
    "The committee met on Tuesday",
    "and kept the minutes",
    "of the last meeting as they are",
    "Votes: 1,204 of 2,611",
    "12 March 1998, page 7",
    "signed by the chair",
]
HEADING = 90


def drawn(
    size: tuple[int, int], lines: int, height: int, heading: bool, paper: int = 255
) -> tuple[np.ndarray, list[Piece]]:
    """A page, and its text as pieces that are read perfectly."""
    page = Image.new("L", size, paper)
    pen = ImageDraw.Draw(page)
    texts = [("Annual Report", HEADING)] * heading + [(line, height) for line in LINES[:lines]]
    pieces, top = [], size[1] // 12
    for text, high in texts:
        font = ImageFont.load_default(high)
        left = size[0] // 10
        pen.text((left, top), text, fill=255 - paper, font=font)
        x1, y1, x2, y2 = pen.textbbox((left, top), text, font=font)
        quad = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float64)
        pieces.append(Piece(text, 1.0, quad, ()))
        top += 3 * high
    return np.repeat(np.asarray(page)[..., None], 3, axis=2), pieces


@pytest.mark.parametrize("height", [8, 14])
@pytest.mark.parametrize("lines", [1, 6])
@pytest.mark.parametrize("paper", [255, 0])
@pytest.mark.parametrize("turn", [0, 1])
def test_lines_that_were_not_read(height: int, lines: int, paper: int, turn: int) -> None:
    pixels, pieces = drawn((700, 1000), lines, height, heading=True, paper=paper)
    pixels = np.ascontiguousarray(np.rot90(pixels, turn))
    heading, small = pieces[:1], pieces[1:]
    if turn:
        turned = [p.quad[:, ::-1] * [1, -1] + [0, 700] for p in pieces]
        heading = [pieces[0]._replace(quad=np.roll(turned[0], -1, axis=0))]
        small = [p._replace(quad=quad) for p, quad in zip(small, turned[1:], strict=True)]
    assert is_page(pixels)
    blocks = small_print(pixels, heading)
    for piece in small:
        assert any(all(block.holds(corner) for corner in piece.quad) for block in blocks)
    assert all(height / 3 <= block.high <= 1.5 * height for block in blocks)
    assert small_print(pixels, heading + small) == []


def ruled(pen: ImageDraw.ImageDraw) -> None:
    for y in range(50, 950, 40):
        pen.line((50, y, 650, y), fill=0, width=2)


def fenced(pen: ImageDraw.ImageDraw) -> None:
    for x in range(50, 650, 14):
        pen.line((x, 300, x, 600), fill=0, width=4)


def specked(pen: ImageDraw.ImageDraw) -> None:
    for x, y in np.random.default_rng(1).integers(0, 700, (900, 2)).tolist():
        pen.point((x, y), fill=0)


def shaped(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((100, 100, 400, 400), fill=0)
    pen.rectangle((450, 450, 640, 900), outline=0, width=6)


@pytest.mark.parametrize("draw", [ruled, fenced, specked, shaped])
def test_what_is_no_print(draw: object) -> None:
    page = Image.new("L", (700, 1000), 255)
    draw(ImageDraw.Draw(page))  # type: ignore[operator]
    assert small_print(np.repeat(np.asarray(page)[..., None], 3, axis=2), []) == []


def test_a_photo_is_no_page() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    ramp = np.repeat(np.tile(np.arange(256, dtype=np.uint8), (200, 1))[..., None], 3, axis=2)
    assert not is_page(noise)
    assert not is_page(ramp)


SIDES = Sides(longer=1000, shorter=500, illegible=20, legible=32, largest=3000)


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize("heading", [True, False])
@pytest.mark.parametrize("lines", [1, 4])
@pytest.mark.parametrize(
    ("size", "height"), [((700, 900), 8), ((1400, 1800), 12), ((2000, 900), 14)]
)
def test_every_line_is_read_or_told(
    size: tuple[int, int], height: int, lines: int, heading: bool, readable: bool
) -> None:
    """An engine that sees headings alone on the page, and in what is enlarged all lines or none."""
    pixels, truth = drawn(size, lines, height, heading)

    def scaled(longer: int) -> np.ndarray:
        share = min(1.0, longer / max(size))
        smaller = Image.fromarray(pixels).resize((round(size[0] * share), round(size[1] * share)))
        return np.asarray(smaller)

    looks: list[tuple[int, int]] = []

    def read(seen: np.ndarray) -> list[Piece]:
        looks.append(seen.shape[:2])
        if len(looks) == 1:
            factor = seen.shape[1] / size[0]
            return [
                p._replace(quad=p.quad * factor) for p in truth if p.quad[3, 1] - p.quad[0, 1] > 60
            ]
        if not readable:
            return []
        # A block holds dark rows apart from each other: one for each line.
        dark = (seen[..., 0] < 160).any(axis=1)
        ends = np.flatnonzero(np.diff(np.concatenate([[0], dark, [0]])))
        pieces = []
        for top, bottom in ends.reshape(-1, 2):
            if bottom - top >= 10:
                across = np.flatnonzero((seen[top:bottom, :, 0] < 160).any(axis=0))
                x1, x2 = across[0], across[-1] + 1
                quad = np.array([[x1, top], [x2, top], [x2, bottom], [x1, bottom]], np.float64)
                pieces.append(Piece("text", 0.9, quad, ()))
        return pieces

    reading = legible(scaled, read, size, SIDES, 0.5)
    assert reading.size == (pixels.shape[1], pixels.shape[0])
    assert reading.unread is not readable
    if readable:
        assert len(reading.pieces) == lines + heading
        middles = np.array([piece.quad.mean(axis=0) for piece in reading.pieces])
        for piece in truth:
            assert np.abs(middles - piece.quad.mean(axis=0)).sum(axis=1).min() < height
