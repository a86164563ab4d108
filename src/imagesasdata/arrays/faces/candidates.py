"""Candidate faces in the views of a picture, merged so that each face occurs once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from imagesasdata.arrays.faces.boxes import suppress
from imagesasdata.arrays.views import View, whole

# Of two boxes that share more than this, the less certain one is removed.
_MOST_OVERLAP, _MOST_INSIDE = 0.3, 0.7


class Candidates(NamedTuple):
    """Candidate faces: left, top, width, height; key points as x, y; scores from 0 to 1."""

    boxes: Float[np.ndarray, "n 4"]
    points: Float[np.ndarray, "n points 2"]
    scores: Float[np.ndarray, " n"]


def taken(found: Candidates, which: Bool[np.ndarray, " n"] | Int[np.ndarray, " k"]) -> Candidates:
    """Some of the candidates."""
    return Candidates(found.boxes[which], found.points[which], found.scores[which])


class Seen(NamedTuple):
    """A view, the decoded picture's size, and the number of stored pixels per decoded one."""

    view: View
    width: int
    height: int
    scale: float


def in_picture(found: Candidates, seen: Seen, size: int) -> Candidates:
    """The candidates of a view of ``size`` x ``size`` pixels, in pixels of the stored picture.

    Candidates that are cut off by an edge of the view inside the picture are left out.
    """
    view, corner = seen.view, np.array([seen.view.left, seen.view.top])
    step = view.side / size
    boxes = np.concatenate([found.boxes[:, :2] * step + corner, found.boxes[:, 2:] * step], axis=1)
    points = found.points * step + corner
    scaled = Candidates(boxes * seen.scale, points * seen.scale, found.scores)
    return taken(scaled, whole(boxes, view, seen.width, seen.height))


def each_once(parts: Sequence[Candidates], min_size: float) -> Candidates:
    """The faces of several views, each once, the most certain first.

    Boxes whose longer side is under ``min_size`` are left out first.
    """
    boxes, points, scores = (np.concatenate(part) for part in zip(*parts, strict=True))
    found = taken(Candidates(boxes, points, scores), boxes[:, 2:].max(axis=1) >= min_size)
    kept = suppress(found.boxes, found.scores, most_overlap=_MOST_OVERLAP, most_inside=_MOST_INSIDE)
    return taken(found, kept)
