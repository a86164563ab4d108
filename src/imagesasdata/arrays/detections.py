"""A detector's outputs as detected things, in pixels of the original picture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int


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
    size: tuple[int, int],
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
