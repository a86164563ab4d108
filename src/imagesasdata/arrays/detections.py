"""A detector's outputs as detected things, each once, in pixels of the original picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from imagesasdata.arrays.faces.boxes import inside, suppress
from imagesasdata.arrays.views import SLACK, View, whole

# Of two boxes of one kind that overlap by more than this, the less sure one is left out.
_MOST_OVERLAP = 0.5


class Detection(NamedTuple):
    """A detected thing: its class number, its score, and its box in pixels."""

    number: int
    score: float
    x: float
    y: float
    width: float
    height: float


def surest_first(
    boxes: Float[np.ndarray, "n 4"],
    scores: Float[np.ndarray, " n"],
    classes: Int[np.ndarray, " n"],
    *,
    scale: tuple[float, float],
    size: tuple[float | int, float | int],
    threshold: float,
) -> list[Detection]:
    """The things whose score reaches the threshold, the surest first; empty boxes are left out.

    Parameters
    ----------
    boxes
        Left, top, right and bottom in the detector's input.
    scores
        From 0 to 1; suppressed boxes have 0.
    classes
        Class numbers.
    scale
        Size of the input relative to the picture, across and down.
    size
        The picture's width and height; boxes are clipped to it.
    threshold
        The least score.
    """
    sides = (boxes.astype(np.float64) / [*scale, *scale]).clip(0, [*size, *size])
    sure = scores.astype(np.float64)
    order = np.argsort(-sure, kind="stable")
    things = []
    for index in order[(sure[order] >= threshold) & (sure[order] > 0)]:
        left, top, right, bottom = sides[index].tolist()
        if right > left and bottom > top:
            box = (left, top, right - left, bottom - top)
            things.append(Detection(int(classes[index]), float(sure[index]), *box))
    return things


def each_once(
    whole_picture: Sequence[Detection],
    squares: Sequence[tuple[View, Sequence[Detection]]],
    size: tuple[float | int, float | int],
) -> list[Detection]:
    """The things of a long picture, the surest first, from a look at the whole and at its squares.

    A thing that an edge inside the picture cuts off is left out: it is whole in the next square, or
    so large that it is found in the whole picture.
    """
    near = []
    for view, things in squares:
        moved = [one._replace(x=one.x + view.left, y=one.y + view.top) for one in things]
        kept = whole(_boxes(moved), view, *size, slack=-SLACK)
        near += [one for one, keep in zip(moved, kept, strict=True) if keep]
    found = []
    for number in {one.number for one in (*near, *whole_picture)}:
        close, far = (
            [one for one in part if one.number == number] for part in (near, whole_picture)
        )
        scores = np.array([one.score for one in close], np.float64)
        kept = suppress(_boxes(close), scores, most_overlap=_MOST_OVERLAP)
        found += [close[index] for index in kept]
        # In squares things are seen better; the whole adds those that are in none.
        known = inside(_boxes(far), _boxes(close)).max(axis=1, initial=0) > _MOST_OVERLAP
        found += [one for one, again in zip(far, known, strict=True) if not again]
    return sorted(found, key=lambda one: -one.score)


def _boxes(things: Sequence[Detection]) -> Float[np.ndarray, "n 4"]:
    return np.array([one[2:] for one in things], np.float64).reshape(-1, 4)
