"""The order in which people read the pieces of text on a page: columns, rows, along the row.

The page is first turned so that its text runs to the right. It is then cut at gaps: into columns,
where both sides of a gutter hold running text, else into bands at the widest gap between rows,
until no gap is left (a recursive X-Y cut, Nagy and Seth 1984). Short pieces side by side, such as
an article and its price, stay in one row.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from imagesasdata.arrays.text.pieces import Piece, Placed

# A column of running text has lines of this many letters; labels and prices are shorter.
RUNNING_LETTERS = 18
# Two pieces stand in one row if their middles differ by less than this share of the lower height.
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
        placed += [Placed(number, pieces[place]) for place in row]
    return placed


def as_text(placed: Sequence[Placed]) -> str:
    """One text: a line for each row, its pieces with a space between them."""
    rows: dict[int, list[str]] = {}
    for row, piece in placed:
        rows.setdefault(row, []).append(piece.text)
    return "\n".join(" ".join(texts) for texts in rows.values())


def _turned(quads: Float[np.ndarray, "n 4 2"]) -> Float[np.ndarray, "n 4 2"]:
    """The corners after a rotation by which most text runs to the right."""
    directions = (quads[:, 1] - quads[:, 0]) + (quads[:, 2] - quads[:, 3])
    total = directions.sum(axis=0)
    cos, sin = total / max(float(np.hypot(*total)), 1e-9)
    return quads @ np.array([[cos, -sin], [sin, cos]])


def _boxes(quads: Float[np.ndarray, "n 4 2"]) -> Float[np.ndarray, "n 4"]:
    """Left, top, right and bottom. Top and bottom are means, which a slight slope leaves alone."""
    left, right = quads[:, :, 0].min(axis=1), quads[:, :, 0].max(axis=1)
    ordered = np.sort(quads[:, :, 1], axis=1)
    return np.stack([left, ordered[:, :2].mean(1), right, ordered[:, 2:].mean(1)], axis=1)


def _cut(
    places: Int[np.ndarray, " n"],
    boxes: Float[np.ndarray, "all 4"],
    letters: Int[np.ndarray, " all"],
) -> list[list[int]]:
    """The rows of a part of the page, in order; each has its pieces from left to right."""
    if len(places) == 1:
        return [[int(places[0])]]
    for side in _gaps(boxes[places][:, 0], boxes[places][:, 2]):
        first, second = places[side], places[~side]
        if min(np.median(letters[first]), np.median(letters[second])) >= RUNNING_LETTERS:
            return _cut(first, boxes, letters) + _cut(second, boxes, letters)
    above = next(iter(_gaps(boxes[places][:, 1], boxes[places][:, 3])), None)
    if above is None:
        return _rows(places, boxes)
    return _cut(places[above], boxes, letters) + _cut(places[~above], boxes, letters)


def _gaps(starts: Float[np.ndarray, " n"], ends: Float[np.ndarray, " n"]) -> list[np.ndarray]:
    """Ways to part spans by a gap that none covers, the widest first; true for those before it."""
    order = np.argsort(starts, kind="stable")
    reach = np.maximum.accumulate(ends[order])
    widths = starts[order][1:] - reach[:-1]
    found = [cut for cut in np.argsort(-widths, kind="stable") if widths[cut] > 0]
    return [starts <= starts[order][cut] for cut in found]


def _rows(places: Int[np.ndarray, " n"], boxes: Float[np.ndarray, "all 4"]) -> list[list[int]]:
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    heights = boxes[:, 3] - boxes[:, 1]
    rows: list[list[int]] = []
    for place in sorted(places.tolist(), key=lambda place: middles[place]):
        last = rows[-1] if rows else []
        gap = middles[place] - np.mean(middles[last]) if last else np.inf
        if gap < SAME_ROW * min([heights[place], *heights[last]]):
            last.append(place)
        else:
            rows.append([place])
    return [sorted(row, key=lambda place: boxes[place, 0]) for row in rows]
