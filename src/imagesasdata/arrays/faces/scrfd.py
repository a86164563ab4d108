"""Decodes SCRFD's outputs to boxes and key points, in pixels of its input."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from imagesasdata.arrays.faces.blazeface import POINTS
from imagesasdata.arrays.faces.candidates import Candidates

# Sides of the cells in pixels; each cell has two anchors, at its corner.
STRIDES, ANCHORS = (8, 16, 32), 2


def anchors(side: int) -> Float[np.ndarray, "n 3"]:
    """The position (x, y) and stride of each anchor, for an input of ``side`` pixels."""
    parts = []
    for stride in STRIDES:
        cells = np.arange(side // stride) * stride
        y, x = np.meshgrid(cells, cells, indexing="ij")
        positions = np.stack([x.ravel(), y.ravel(), np.full(x.size, stride)], axis=1)
        parts.append(np.repeat(positions, ANCHORS, axis=0))
    return np.concatenate(parts).astype(np.float64)


def decode(
    scores: Float[np.ndarray, " n"],
    sides: Float[np.ndarray, "n 4"],
    points: Float[np.ndarray, "n 10"],
    *,
    side: int,
    threshold: float,
) -> Candidates:
    """The candidates whose score is at least a threshold.

    Parameters
    ----------
    scores
        The score of each anchor, by stride, then row by row.
    sides
        The distances of the left, upper, right and lower side from the anchor, in strides.
    points
        The offsets of eyes, nose and corners of the mouth from the anchor, in strides.
    side
        The input's side.
    threshold
        The lowest score.
    """
    chosen = np.flatnonzero(scores >= threshold)
    origins = anchors(side)[chosen]
    middle, stride = origins[:, :2], origins[:, 2:]
    low = middle - sides[chosen, :2] * stride
    high = middle + sides[chosen, 2:] * stride
    five = middle[:, None] + points[chosen].reshape(-1, 5, 2) * stride[:, None]
    boxes = np.concatenate([low, high - low], axis=1)
    return Candidates(boxes, six_points(five), scores[chosen].astype(np.float64))


def six_points(five: Float[np.ndarray, "n 5 2"]) -> Float[np.ndarray, "n 6 2"]:
    """Eyes, nose, middle of the mouth and ears, from eyes, nose and corners of the mouth."""
    six = np.full((len(five), len(POINTS), 2), np.nan)  # ears are not located
    six[:, :3] = five[:, :3]
    six[:, 3] = five[:, 3:].mean(axis=1)
    return six
