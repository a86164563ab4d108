"""The scale at which a picture is read: small enough for the engine, large enough for its letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import UInt8

from imagesasdata.arrays.text.pieces import Piece, letter_height, letters, middle, moved
from imagesasdata.arrays.text.presence import SURE
from imagesasdata.arrays.text.small_print import MOST, Block, is_page, small_print, together

Read = Callable[[UInt8[np.ndarray, "h w 3"]], list[Piece]]

# Fewer pieces are no page: they may be specks.
_PAGE = 5
# Small print is enlarged to this height of a line, by at most this factor; more blocks are read as one.
_ENLARGED, _MOST_ENLARGED, _SEVERAL = 32, 4.0, 8


class Sides(NamedTuple):
    """An engine's sizes in pixels.

    A picture is scaled to at most ``longer`` on its longer side, unless its shorter side would be
    under ``shorter``. Lines less high than ``illegible`` are read again at a height of ``legible``;
    small print is looked for on at most ``largest`` pixels of the longer side.
    """

    longer: int
    shorter: int
    illegible: int
    legible: int
    largest: int


class Reading(NamedTuple):
    """What was read: the width and height of the picture that the pieces lie in, and the pieces.

    ``unread`` says that what looks like small print lies in none of them that counts.
    """

    size: tuple[int, int]
    pieces: list[Piece]
    unread: bool


def legible(
    scaled: Callable[[int], UInt8[np.ndarray, "h w 3"]],
    read: Read,
    size: tuple[int, int],
    sides: Sides,
    least: float,
) -> Reading:
    """The pieces of a picture, the small print of a page included.

    Parameters
    ----------
    scaled
        The picture at a given longer side, or as it is stored if that is smaller.
    read
        Reads pixels.
    size
        The stored width and height.
    sides
        The engine's sizes.
    least
        Pieces with a lower score count as unread.
    """
    length = max(size)
    wanted = max(sides.longer, round(sides.shorter * length / min(size)))
    pixels = scaled(wanted)
    pieces = read(pixels)
    height = _height(pieces)
    if wanted < length and len(pieces) >= _PAGE and height < sides.illegible:
        pixels = scaled(min(length, round(wanted * sides.legible / height)))
        pieces = read(pixels)
    if not is_page(pixels):
        return Reading(_size(pixels), pieces, False)
    if max(pixels.shape[:2]) < min(length, sides.largest):
        before = np.array(_size(pixels))
        pixels = scaled(sides.largest)
        pieces = [moved(piece, _size(pixels) / before, np.zeros(2)) for piece in pieces]
    return _nearer(pixels, pieces, read, least)


def _nearer(
    pixels: UInt8[np.ndarray, "h w 3"], pieces: list[Piece], read: Read, least: float
) -> Reading:
    """The pieces of a page after what looks like unread small print is read enlarged."""
    sure = [piece for piece in pieces if piece.score >= SURE or letter_height(piece) > MOST]
    doubtful = [piece for piece in pieces if piece.score < SURE and letter_height(piece) <= MOST]
    blocks = small_print(pixels, sure)
    if not blocks:
        return Reading(_size(pixels), pieces, False)
    for block in blocks if len(blocks) <= _SEVERAL else [together(blocks)]:
        # What is enlarged may be read wrongly: what the engine is not sure of stays unread.
        new = [piece for piece in _enlarged(pixels, block, read) if piece.score >= SURE]
        new = [piece for piece in new if not any(_covers(one, piece) for one in sure)]
        old = [piece for piece in doubtful if block.holds(middle(piece))]
        if letters(new) > letters(old):
            doubtful = [piece for piece in doubtful if not block.holds(middle(piece))]
            sure += new
    pieces = sure + doubtful
    left = small_print(pixels, [piece for piece in pieces if piece.score >= least])
    return Reading(_size(pixels), pieces, bool(left))


def _enlarged(pixels: UInt8[np.ndarray, "h w 3"], block: Block, read: Read) -> list[Piece]:
    """The pieces of a block, read with its lines enlarged."""
    cut = pixels[block.top : block.bottom, block.left : block.right]
    factor = float(np.clip(_ENLARGED / block.high, 1.0, _MOST_ENLARGED))
    larger = cv2.resize(cut, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    scale = np.array(_size(cut)) / _size(larger)
    corner = np.array([block.left, block.top], np.float64)
    return [moved(piece, scale, corner) for piece in read(larger)]


def _covers(one: Piece, other: Piece) -> bool:
    """Whether the middle of another piece lies in a piece."""
    x, y = middle(other).tolist()
    return cv2.pointPolygonTest(one.quad.astype(np.float32), (x, y), False) >= 0


def _size(pixels: UInt8[np.ndarray, "h w 3"]) -> tuple[int, int]:
    return pixels.shape[1], pixels.shape[0]


def _height(pieces: Sequence[Piece]) -> float:
    """The median height of the lines."""
    return max(float(np.median([letter_height(piece) for piece in pieces])), 1.0) if pieces else 0.0
