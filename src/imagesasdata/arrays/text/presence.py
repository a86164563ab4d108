"""How much text a picture has, and whether it has any: engines also see letters in fur and fences."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from imagesasdata.arrays.text.pieces import Piece

# A picture has text if pieces with at least this score hold this many letters and digits.
SURE, ENOUGH = 0.8, 3


def characters(pieces: Sequence[Piece]) -> int:
    """The number of letters and digits."""
    return sum(character.isalnum() for piece in pieces for character in piece.text)


def area_share(pieces: Sequence[Piece], size: tuple[int, int]) -> float:
    """The share of a picture of some width and height that the boxes of text cover, from 0 to 1."""
    covered = sum(cv2.contourArea(piece.quad.astype(np.float32)) for piece in pieces)
    return min(covered / (size[0] * size[1]), 1.0)


def has_text(pieces: Sequence[Piece]) -> bool:
    """Whether there is text of which the engine is sure."""
    return characters([piece for piece in pieces if piece.score >= SURE]) >= ENOUGH
