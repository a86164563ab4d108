"""Small print: what on a page looks like lines of small letters and lies in no piece that was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from imagesasdata.arrays.text.pieces import Piece, letter_height, middle

Pixels = UInt8[np.ndarray, "h w 3"]
Gray = UInt8[np.ndarray, "h w"]

# A page: at least this share of it has about one shade; ink is farther from that shade.
_PAPER, _ABOUT, _INK = 0.5, 12, 32
# The height of small letters in pixels; letters of a word may touch.
_LEAST, MOST = 4, 22
# Marks nearer than this are of one line; lines nearer than the second are of one block.
_GAP, _BETWEEN = 16, 40
# How many times a line is as long as high, and how much of its box is ink: of a rule, it is more.
_LONG, _DENSE = 3.0, (0.1, 0.75)
# How often a line's middle goes from paper to ink, in a stretch as long as it is high: a fence does less.
_STROKES = 0.6


class Block(NamedTuple):
    """Lines of small print that lie together; ``high`` is the usual height of a line."""

    left: int
    top: int
    right: int
    bottom: int
    high: float

    def holds(self, point: Float[np.ndarray, 2]) -> bool:
        """Whether a point lies in it."""
        inside = self.left <= point[0] < self.right and self.top <= point[1] < self.bottom
        return bool(inside)


def is_page(pixels: Pixels) -> bool:
    """Whether a picture is mostly of one shade, as paper and screens are."""
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return float(np.mean(_away(gray) <= _ABOUT)) >= _PAPER


def small_print(pixels: Pixels, read: Sequence[Piece]) -> list[Block]:
    """The blocks of small print on a page that lie in none of the pieces that were read."""
    ink = (_away(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)) > _INK).astype(np.uint8)
    for piece in read:
        cv2.fillConvexPoly(ink, np.rint(_wider(piece)).astype(np.int32), 0)
    ink = _small(ink)
    across = _lines(ink)
    down = [
        (top, left, high, wide) for left, top, wide, high in _lines(np.ascontiguousarray(ink.T))
    ]
    lines = np.array([*across, *down], np.int64).reshape(-1, 4)
    if not len(lines):
        return []
    around = np.zeros_like(ink)
    half = _BETWEEN // 2
    for left, top, wide, high in lines.tolist():
        around[max(top - half, 0) : top + high + half, max(left - half, 0) : left + wide + half] = 1
    blocks = cv2.connectedComponentsWithStats(around, connectivity=8)[2][1:, :4]
    middles = lines[:, :2] + lines[:, 2:] / 2
    told = []
    for left, top, wide, high in _apart(blocks.tolist()):
        inside = (middles >= [left, top]).all(axis=1) & (middles < [left + wide, top + high]).all(
            axis=1
        )
        usual = float(np.median(lines[inside, 2:].min(axis=1)))
        told.append(Block(left, top, left + wide, top + high, usual))
    return told


def together(blocks: Sequence[Block]) -> Block:
    """One block around several."""
    left, top, right, bottom, high = zip(*blocks, strict=True)
    return Block(min(left), min(top), max(right), max(bottom), float(np.median(high)))


def _away(gray: Gray) -> Gray:
    """How far each pixel is from the paper's shade, the middle of the commonest shades."""
    counts = np.bincount(gray.ravel(), minlength=256)
    near = np.convolve(counts, np.ones(2 * _ABOUT + 1), "same")
    # Of white paper many middles are as good: the one that is itself common.
    paper = int(np.argmax(near + counts))
    return cv2.absdiff(gray, np.full_like(gray, paper))


def _wider(piece: Piece) -> Float[np.ndarray, "4 2"]:
    """A piece's corners with a margin of a fifth of its height, for marks that stand out."""
    return piece.quad + np.sign(piece.quad - middle(piece)) * letter_height(piece) / 5


def _small(ink: Gray) -> Gray:
    """The marks that may be small letters, or words whose letters touch; specks and pictures are none."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    sides = np.sort(boxes[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]], axis=1)
    kept = (sides[:, 0] <= MOST) & (sides[:, 1] >= _LEAST)
    kept[0] = False
    return kept.astype(np.uint8)[np.asarray(labels, np.int32)]


def _lines(ink: Gray) -> list[tuple[int, int, int, int]]:
    """Left, top, width and height of what looks like lines of letters from left to right."""
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, _GAP), np.uint8))
    boxes = cv2.connectedComponentsWithStats(joined, connectivity=8)[2][1:, :4]
    wide, high = boxes[:, 2], boxes[:, 3]
    likely = boxes[(high >= _LEAST) & (high <= 2 * MOST) & (wide >= _LONG * high)]
    return [tuple(box) for box in likely.tolist() if _has_strokes(ink, *box)]


def _has_strokes(ink: Gray, left: int, top: int, wide: int, high: int) -> bool:
    box = ink[top : top + high, left : left + wide]
    if not _DENSE[0] <= box.mean() <= _DENSE[1]:
        return False
    strokes = (np.diff(box.astype(np.int8), axis=1) > 0).sum(axis=1)
    return bool(np.median(strokes) * high >= _STROKES * wide)


def _apart(boxes: list[list[int]]) -> list[tuple[int, int, int, int]]:
    """Boxes of left, top, width and height, those that overlap as one."""
    done: list[tuple[int, int, int, int]] = []
    for box in boxes:
        left, top, right, bottom = box[0], box[1], box[0] + box[2], box[1] + box[3]
        while mates := [
            o for o in done if o[0] < right and left < o[2] and o[1] < bottom and top < o[3]
        ]:
            for one in mates:
                done.remove(one)
                left, top = min(left, one[0]), min(top, one[1])
                right, bottom = max(right, one[2]), max(bottom, one[3])
        done.append((left, top, right, bottom))
    return [(left, top, right - left, bottom - top) for left, top, right, bottom in done]
