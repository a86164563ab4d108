"""The scale at which a picture is read: small enough for the engine, large enough for its letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8

from imagesasdata.arrays.text.pieces import Piece

# Fewer pieces are no page: they may be specks.
_PAGE = 5


class Sides(NamedTuple):
    """An engine's sizes in pixels.

    A picture is scaled to at most ``longer`` on its longer side, unless its shorter side would be
    under ``shorter``. Lines less high than ``illegible`` are read again at a height of ``legible``.
    """

    longer: int
    shorter: int
    illegible: int
    legible: int


def legible(
    scaled: Callable[[int], UInt8[np.ndarray, "h w 3"]],
    read: Callable[[np.ndarray], list[Piece]],
    size: tuple[int, int],
    sides: Sides,
) -> tuple[tuple[int, int], list[Piece]]:
    """The pieces of a picture, and the width and height of the scaled picture that they lie in.

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
    """
    length = max(size)
    wanted = max(sides.longer, round(sides.shorter * length / min(size)))
    pixels = scaled(wanted)
    pieces = read(pixels)
    height = _height(pieces)
    if wanted < length and len(pieces) >= _PAGE and height < sides.illegible:
        larger = scaled(min(length, round(wanted * sides.legible / height)))
        return _size(larger), read(larger)
    return _size(pixels), pieces


def _size(pixels: UInt8[np.ndarray, "h w 3"]) -> tuple[int, int]:
    return pixels.shape[1], pixels.shape[0]


def _height(pieces: Sequence[Piece]) -> float:
    """The median height of the lines."""
    heights = [np.linalg.norm(piece.quad[3] - piece.quad[0]) for piece in pieces]
    return max(float(np.median(heights)), 1.0) if heights else 0.0
