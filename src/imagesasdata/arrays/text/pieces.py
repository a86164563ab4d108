"""A piece of text that an engine has found: its text, its position, its score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float


class Word(NamedTuple):
    """A word of a piece; ``quad`` as in `Piece`."""

    text: str
    score: float
    quad: Float[np.ndarray, "4 2"]


class Piece(NamedTuple):
    """Text in one line, without a wide gap.

    ``quad`` has the corners in pixels of the picture, relative to the direction of reading: upper
    start, upper end, lower end, lower start. ``score`` is from 0 to 1.
    """

    text: str
    score: float
    quad: Float[np.ndarray, "4 2"]
    words: tuple[Word, ...]


class Placed(NamedTuple):
    """A piece with the number of its row; pieces in the same row are side by side."""

    row: int
    piece: Piece


def along(quad: Float[np.ndarray, "4 2"], start: float, end: float) -> Float[np.ndarray, "4 2"]:
    """The part of a line's quadrilateral between two shares of its length."""
    begins_above, ends_above, ends_below, begins_below = quad
    above, below = ends_above - begins_above, ends_below - begins_below
    return np.stack(
        [
            begins_above + start * above,
            begins_above + end * above,
            begins_below + end * below,
            begins_below + start * below,
        ]
    )


def corners(quad: Float[np.ndarray, "4 2"], across: float, down: float) -> list[float]:
    """The coordinates x1, y1, ... x4, y4 of a box, scaled across and down."""
    return (quad * [across, down]).ravel().tolist()


def moved(piece: Piece, scale: Float[np.ndarray, 2], offset: Float[np.ndarray, 2]) -> Piece:
    """A piece of a part of a picture in the pixels of the whole: scaled, then shifted."""
    words = tuple(word._replace(quad=word.quad * scale + offset) for word in piece.words)
    return piece._replace(quad=piece.quad * scale + offset, words=words)


def letter_height(piece: Piece) -> float:
    """The height of a line."""
    return float(np.linalg.norm(piece.quad[3] - piece.quad[0]))


def letters(pieces: Sequence[Piece]) -> float:
    """The number of letters read, weighted by score."""
    return float(sum(piece.score * len(piece.text) for piece in pieces))


def middle(piece: Piece) -> Float[np.ndarray, 2]:
    """The middle of a piece's box."""
    return piece.quad.mean(axis=0)
