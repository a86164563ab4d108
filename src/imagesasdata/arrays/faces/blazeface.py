"""Decodes BlazeFace's outputs to boxes and key points, in pixels of its input."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from imagesasdata.arrays.faces.candidates import Candidates
from imagesasdata.arrays.probabilities import logistic

# Each cell of 4 x 4 pixels has one anchor, at its center.
CELL = 4
POINTS = ("right_eye", "left_eye", "nose", "mouth", "right_ear", "left_ear")


def decode(raw: Float[np.ndarray, "cells 17"], *, side: int, threshold: float) -> Candidates:
    """The candidates whose score is at least a threshold.

    Parameters
    ----------
    raw
        For each anchor, row by row: a logit; the box's center, width and height; the key points.
        All are in pixels, relative to the anchor.
    side
        The input's side.
    threshold
        The lowest score, over 0 and under 1.
    """
    cells = side // CELL
    chosen = np.flatnonzero(raw[:, 0] >= np.log(threshold / (1 - threshold)))
    rows, columns = np.divmod(chosen, cells)
    anchors = (np.stack([columns, rows], axis=1) + 0.5) * CELL
    values = raw[chosen].astype(np.float64)
    sizes = values[:, 3:5]
    boxes = np.concatenate([anchors + values[:, 1:3] - sizes / 2, sizes], axis=1)
    points = values[:, 5:].reshape(-1, len(POINTS), 2) + anchors[:, None]
    return Candidates(boxes, points, logistic(values[:, 0]))
