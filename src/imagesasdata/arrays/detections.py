"""From a detector's numbers to things in a picture's own pixels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int


class Detection(NamedTuple):
    """A thing: the number of its class, how sure the detector is, and its box in pixels."""

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
    """The things with at least a score, the surest first; those without an extent are left out.

    Parameters
    ----------
    boxes
        Left, top, right and bottom in the detector's input.
    scores
        From 0 to 1; 0 for what overlaps a surer one.
    classes
        The number of each class.
    scale
        Of the input, across and down, relative to the picture.
    size
        The picture's width and height, which boxes are cut to.
    threshold
        The least score.
    """
    sides = (boxes.astype(np.float64) / [*scale, *scale]).clip(0, [*size, *size])
    sure = scores.astype(np.float64)
    order = np.argsort(-sure, kind="stable")
    found = []
    for place in order[(sure[order] >= threshold) & (sure[order] > 0)]:
        left, top, right, bottom = sides[place].tolist()
        if right > left and bottom > top:
            box = (left, top, right - left, bottom - top)
            found.append(Detection(int(classes[place]), float(sure[place]), *box))
    return found
