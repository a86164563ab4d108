"""YuNet's outputs as candidates, in pixels of its input."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from imagesasdata.arrays.faces.candidates import Candidates
from imagesasdata.arrays.faces.scrfd import six_points


def decode(
    scores: Float[np.ndarray, " n"],
    boxes: Float[np.ndarray, "n 4"],
    points: Float[np.ndarray, "n 10"],
    *,
    threshold: float,
) -> Candidates:
    """The candidates whose score is at least a threshold.

    Parameters
    ----------
    scores
        The score of each cell.
    boxes
        Left, top, width and height.
    points
        Eyes, nose and corners of the mouth.
    threshold
        The lowest score.
    """
    chosen = np.flatnonzero(scores >= threshold)
    return Candidates(
        boxes[chosen].astype(np.float64),
        six_points(points[chosen].astype(np.float64).reshape(-1, 5, 2)),
        scores[chosen].astype(np.float64),
    )
