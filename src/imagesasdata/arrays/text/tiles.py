"""Tiles: a large picture is read in parts that overlap, and the pieces are joined without doubles."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, UInt8

from imagesasdata.arrays.text.pieces import Piece, Word, along, letter_height, moved

# Neighboring tiles share this part of their length, so that a word on an edge is whole in one of them.
OVERLAP = 0.2

Pixels = UInt8[np.ndarray, "h w 3"]


def in_tiles(pixels: Pixels, longest: int, read: Callable[[Pixels], list[Piece]]) -> list[Piece]:
    """The pieces of a picture whose sides may be longer than ``longest``; ``read`` reads one tile."""
    height, width = pixels.shape[:2]
    length = max(height, width)
    if length <= longest:
        return read(pixels)
    axis = 0 if width == length else 1
    parts: list[tuple[list[Piece], float]] = []
    starts = _starts(length, longest)
    for number, start in enumerate(starts):
        tile = pixels[:, start : start + longest] if axis == 0 else pixels[start : start + longest]
        offset = np.array([start, 0.0] if axis == 0 else [0.0, start])
        shifted = [moved(piece, np.ones(2), offset) for piece in in_tiles(tile, longest, read)]
        last = number == len(starts) - 1
        end = np.inf if last else _seam(pixels, axis, starts[number + 1], start + longest)
        parts.append((shifted, float(end)))
    return _joined(parts, axis)


def _starts(length: int, longest: int) -> list[int]:
    steps = -(-(length - longest) // int(longest * (1 - OVERLAP)))
    return [round(step * (length - longest) / steps) for step in range(steps + 1)]


def _seam(pixels: Pixels, axis: int, low: int, high: int) -> float:
    """Where two tiles are parted: the middle of the widest blank band in what they share."""
    shared = pixels[:, low:high] if axis == 0 else pixels[low:high].transpose(1, 0, 2)
    spread = np.ptp(shared.astype(np.int16), axis=0).max(axis=-1)
    blank = np.concatenate([[False], spread <= spread.min() + 8, [False]])
    begins = np.flatnonzero(~blank[:-1] & blank[1:])
    ends = np.flatnonzero(blank[:-1] & ~blank[1:])
    middles, widths = (begins + ends) / 2, ends - begins
    # Of bands about as wide, the one nearest to the middle, where both tiles see most around it.
    widest = int(np.argmax(widths - np.abs(middles - len(spread) / 2) / 8))
    return low + float(middles[widest])


def _joined(parts: Sequence[tuple[list[Piece], float]], axis: int) -> list[Piece]:
    """The pieces of tiles in a row; each tile gives what lies between its two seams."""
    done: list[Piece] = []
    begin = -np.inf
    crossing: list[Piece] = []
    for pieces, end in parts:
        over: list[Piece] = []
        for piece in pieces:
            high = _span(piece.quad, axis)[1]
            mates = [one for one in crossing if _continues(one, piece, begin, axis)]
            # What the tile before gave of this line counts: the rest begins where that ends.
            first = max((_span(one.quad, axis)[1] for one in mates), default=begin)
            kept = _between(piece, axis, first, end)
            if kept is None:
                continue
            if mates:
                crossing.remove(mates[0])
                kept = _together(mates[0], kept, axis)
            (over if _reaches(piece, high, end, axis) else done).append(kept)
        done += crossing
        crossing, begin = over, end
    return done + crossing


def _between(piece: Piece, axis: int, begin: float, end: float) -> Piece | None:
    """What of a piece lies between two seams, in whole words; a word across a tile, in letters."""
    low, high = _span(piece.quad, axis)
    if begin <= low and high <= end:
        return piece
    if not _runs_along(piece.quad, axis) or not piece.words:
        return piece if begin <= (low + high) / 2 < end else None
    several = len(piece.words) > 1
    parts = piece.words if several else _letters(piece)
    kept = tuple(word for word in parts if begin <= sum(_span(word.quad, axis)) / 2 < end)
    if not kept:
        return None
    return _of_words(kept, " " if several else "")


def _letters(piece: Piece) -> tuple[Word, ...]:
    """The letters of a piece of one word, as words."""
    [word] = piece.words
    count = len(word.text)
    return tuple(
        Word(letter, word.score, along(word.quad, place / count, (place + 1) / count))
        for place, letter in enumerate(word.text)
    )


def _of_words(words: Sequence[Word], apart: str) -> Piece:
    text = apart.join(word.text for word in words)
    first, last = words[0].quad, words[-1].quad
    quad = np.stack([first[0], last[1], last[2], first[3]])
    score = float(np.average([w.score for w in words], weights=[len(w.text) for w in words]))
    return Piece(text, score, quad, tuple(words) if apart else (Word(text, score, quad),))


def _together(a: Piece, b: Piece, axis: int) -> Piece:
    """Two halves of a line as one piece, in its direction of reading."""
    starts = [piece.quad[0, axis] for piece in (a, b)]
    forward = a.quad[1, axis] >= a.quad[0, axis]
    first, second = (a, b) if (starts[0] <= starts[1]) == forward else (b, a)
    words = (*first.words, *second.words)
    # Two halves of a line of one word: it has no spaces.
    return _of_words(words, "" if len(words) == 2 and _touch(first, second) else " ")


def _touch(first: Piece, second: Piece) -> bool:
    gap = float(np.linalg.norm(second.quad[0] - first.quad[1]))
    letter = float(np.linalg.norm(first.quad[1] - first.quad[0])) / max(len(first.text), 1)
    return gap < letter / 2


def _reaches(piece: Piece, edge: float, seam: float, axis: int) -> bool:
    """Whether a line ends beyond a seam, or so near that it may go on behind."""
    return _runs_along(piece.quad, axis) and edge > seam - letter_height(piece)


def _continues(before: Piece, piece: Piece, seam: float, axis: int) -> bool:
    """Whether a piece goes on with a line of the tile before."""
    if not _reaches(piece, 2 * seam - _span(piece.quad, axis)[0], seam, axis):
        return False
    (low_a, high_a), (low_b, high_b) = (_span(p.quad, 1 - axis) for p in (before, piece))
    shared = min(high_a, high_b) - max(low_a, low_b)
    return bool(shared > 0.5 * min(high_a - low_a, high_b - low_b))


def _runs_along(quad: Float[np.ndarray, "4 2"], axis: int) -> bool:
    direction = np.abs(quad[1] - quad[0])
    return bool(direction[axis] >= direction[1 - axis])


def _span(quad: Float[np.ndarray, "4 2"], axis: int) -> tuple[float, float]:
    return float(quad[:, axis].min()), float(quad[:, axis].max())
