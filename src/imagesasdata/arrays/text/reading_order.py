"""The reading order of pieces of text on a page: by column, by row, along the row.

The page is first rotated so that its text runs to the right. It is then cut recursively at gaps, until
no gap is left (X-Y cut, Nagy and Seth 1984): into columns if both sides of a gap hold running text,
else into bands at the widest gap between rows. Short pieces side by side, such as an article and its
price, stay in one row.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from imagesasdata.arrays.text.pieces import Piece, Placed

# Lines of running text have at least this many letters; labels and prices are shorter.
RUNNING_LETTERS = 18
# Two pieces are in the same row if their centers differ by less than this share of the smaller height.
SAME_ROW = 0.5


def arrange(pieces: Sequence[Piece]) -> list[Placed]:
    """The pieces in reading order, each with the number of its row from 0."""
    if not pieces:
        return []
    quads = np.stack([piece.quad for piece in pieces]).astype(np.float64)
    boxes = _boxes(_turned(quads))
    letters = np.array([len(piece.text) for piece in pieces])
    placed: list[Placed] = []
    for number, row in enumerate(_cut(np.arange(len(pieces)), boxes, letters)):
        placed += [Placed(number, pieces[index]) for index in row]
    return placed


def as_text(placed: Sequence[Placed]) -> str:
    """The text with a line for each row, and spaces between its pieces."""
    rows: dict[int, list[str]] = {}
    for row, piece in placed:
        rows.setdefault(row, []).append(piece.text)
    return "\n".join(" ".join(texts) for texts in rows.values())


def mean_score(placed: Sequence[Placed]) -> float:
    """The mean score of the pieces, weighted by their number of letters."""
    letters = [len(piece.text) for _, piece in placed]
    return float(np.average([piece.score for _, piece in placed], weights=letters))


def _turned(quads: Float[np.ndarray, "n 4 2"]) -> Float[np.ndarray, "n 4 2"]:
    """The corners, rotated so that most text runs to the right."""
    directions = (quads[:, 1] - quads[:, 0]) + (quads[:, 2] - quads[:, 3])
    total = directions.sum(axis=0)
    cos, sin = total / max(float(np.hypot(*total)), 1e-9)
    return quads @ np.array([[cos, -sin], [sin, cos]])


def _boxes(quads: Float[np.ndarray, "n 4 2"]) -> Float[np.ndarray, "n 4"]:
    """Left, top, right and bottom; top and bottom are means, so that a slight slope does not matter."""
    left, right = quads[:, :, 0].min(axis=1), quads[:, :, 0].max(axis=1)
    ordered = np.sort(quads[:, :, 1], axis=1)
    return np.stack([left, ordered[:, :2].mean(1), right, ordered[:, 2:].mean(1)], axis=1)


def _cut(
    indices: Int[np.ndarray, " n"],
    boxes: Float[np.ndarray, "all 4"],
    letters: Int[np.ndarray, " all"],
) -> list[list[int]]:
    """The rows of a part of the page, in order; each has its pieces from left to right."""
    if len(indices) == 1:
        return [[int(indices[0])]]
    for side in _gaps(boxes[indices][:, 0], boxes[indices][:, 2]):
        first, second = indices[side], indices[~side]
        if min(np.median(letters[first]), np.median(letters[second])) >= RUNNING_LETTERS:
            return _cut(first, boxes, letters) + _cut(second, boxes, letters)
    above = next(iter(_gaps(boxes[indices][:, 1], boxes[indices][:, 3])), None)
    if above is None:
        return _rows(indices, boxes)
    return _cut(indices[above], boxes, letters) + _cut(indices[~above], boxes, letters)


def _gaps(starts: Float[np.ndarray, " n"], ends: Float[np.ndarray, " n"]) -> list[np.ndarray]:
    """The gaps between spans, the widest first, each as a mask of the spans before it."""
    order = np.argsort(starts, kind="stable")
    reach = np.maximum.accumulate(ends[order])
    widths = starts[order][1:] - reach[:-1]
    cuts = [cut for cut in np.argsort(-widths, kind="stable") if widths[cut] > 0]
    return [starts <= starts[order][cut] for cut in cuts]


def _rows(indices: Int[np.ndarray, " n"], boxes: Float[np.ndarray, "all 4"]) -> list[list[int]]:
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    heights = boxes[:, 3] - boxes[:, 1]
    rows: list[list[int]] = []
    for index in sorted(indices.tolist(), key=lambda index: middles[index]):
        last = rows[-1] if rows else []
        gap = middles[index] - np.mean(middles[last]) if last else np.inf
        if gap < SAME_ROW * min([heights[index], *heights[last]]):
            last.append(index)
        else:
            rows.append([index])
    return [sorted(row, key=lambda index: boxes[index, 0]) for row in rows]
