"""A second look, where nothing was found or one weak face: with a wide margin, and at quarter turns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from imagesasdata.arrays.faces.candidates import Candidates

# A single face with at least this score, and a nose this far below the eyes, is not upside down.
_CERTAIN, _DEEP = 0.88, 0.43
# Zooms with a wide margin, and those that a picture is searched with at each quarter turn.
MARGINS, TURNED = (0.4, 0.3), (0.5, 0.4)
# Candidates from this score on in another view support one.
SUPPORT = 0.4
# A face of the second look must fill this share of the shorter side, upright or after a turn, and after
# a turn have a score higher by so much. Chosen by the figures in the reference on faces.
_FILLS, _TURNED_FILLS, _TURN_COSTS = 0.5, 0.3, 0.05
# How much better a turned face must be than one whose points say that it is upright.
_AGAINST = 0.1
# Where eyes, nose and mouth of an upright face are: the slope of the eyes in degrees, and the depth of
# mouth and nose below them in distances between the eyes.
_SLOPE, _MOUTH, _NOSE = 35.0, (0.8, 1.45), (0.25, 0.9)


def is_wanted(found: Candidates) -> bool:
    """Whether the faces of the first look leave a doubt."""
    if len(found.scores) != 1:
        return not len(found.scores)
    return float(found.scores[0]) < _CERTAIN or float(_below(found.points, 2)[0]) < _DEEP


def geometry(points: Float[np.ndarray, "n points 2"]) -> Bool[np.ndarray, " n"]:
    """Which candidates have eyes, nose and mouth where an upright face has them."""
    across = points[:, 1] - points[:, 0]
    slope = np.degrees(np.arctan2(across[:, 1], across[:, 0]))
    nose, mouth = _below(points, 2), _below(points, 3)
    return (
        (np.abs(slope) <= _SLOPE)
        & (_NOSE[0] <= nose) & (nose <= _NOSE[1])
        & (_MOUTH[0] <= mouth) & (mouth <= _MOUTH[1])
    )  # fmt: skip


def _below(points: Float[np.ndarray, "n points 2"], place: int) -> Float[np.ndarray, " n"]:
    """How far a point is below the eyes, along the face, in distances between the eyes."""
    right, left, point = (points[:, one] for one in (0, 1, place))
    across = left - right
    gap = np.maximum(np.hypot(across[:, 0], across[:, 1]), 1e-6)
    down = np.stack([-across[:, 1], across[:, 0]], axis=1)
    return ((point - (right + left) / 2) * down).sum(axis=1) / gap**2


def filling(
    views: Sequence[Candidates],
    size: tuple[float, float],
    threshold: float,
    *,
    share: float = _FILLS,
) -> Candidates:
    """The faces that fill a share of the picture, with their points in place, in two views or more.

    ``views`` are the candidates of each view with at least `SUPPORT`, in the picture's pixels.
    """
    chosen = []
    for view in views:
        supported = sum(_supports(other, view) for other in views if other is not view)
        large = view.boxes[:, 2:].max(axis=1, initial=0) >= share * min(size)
        kept = (view.scores >= threshold) & large & geometry(view.points) & (supported > 0)
        chosen.append(_taken(view, kept))
    return together(chosen)


def at_turn(
    turns: Sequence[Sequence[Candidates]],
    upright: Candidates,
    size: tuple[float, float],
    threshold: float,
) -> tuple[int, Candidates]:
    """The quarter turn at which a picture's faces are upright, and those faces; else 0 and none.

    ``turns`` has the views after one, two and three quarter turns to the left, in the pixels of the
    turned picture; ``upright`` are the faces without a turn.
    """
    least = min(threshold + _TURN_COSTS, 0.95)
    if len(upright.scores):
        deep = bool(geometry(upright.points)[0]) and float(_below(upright.points, 2)[0]) >= _DEEP
        least = max(least, float(upright.scores[0]) + (_AGAINST if deep else 1e-9))
    kept = [filling(views, size, least, share=_TURNED_FILLS) for views in turns]
    best = max(range(len(kept)), key=lambda turn: float(kept[turn].scores.max(initial=0)))
    return (best + 1 if len(kept[best].scores) else 0), kept[best]


def turned_back(found: Candidates, turn: int, width: float, height: float) -> Candidates:
    """Candidates of a picture after quarter turns to the left, in the pixels before.

    ``width`` and ``height`` are of the picture before.
    """
    low, high = found.boxes[:, :2], found.boxes[:, :2] + found.boxes[:, 2:]
    corners = np.stack([low, high], axis=1)
    parts = [_back(part, turn, width, height) for part in (corners, found.points)]
    first, last = parts[0].min(axis=1), parts[0].max(axis=1)
    boxes = np.concatenate([first, last - first], axis=1)
    return Candidates(boxes, parts[1], found.scores)


def face_turn(points: Sequence[Sequence[float]]) -> int:
    """By how much a face is turned to the right, to a quarter turn: 0, 90, 180 or 270 degrees."""
    (right_x, right_y), (left_x, left_y) = points[0], points[1]
    angle = np.degrees(np.arctan2(left_y - right_y, left_x - right_x))
    return int(round(angle / 90) * 90) % 360


def together(parts: Sequence[Candidates]) -> Candidates:
    """The candidates of several views."""
    return Candidates(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _back(
    points: Float[np.ndarray, "n k 2"], turn: int, width: float, height: float
) -> Float[np.ndarray, "n k 2"]:
    x, y = points[..., 0], points[..., 1]
    ways = {1: (width - y, x), 2: (width - x, height - y), 3: (y, height - x)}
    return np.stack(ways[turn], axis=-1)


def _supports(other: Candidates, view: Candidates) -> Float[np.ndarray, " n"]:
    """For each candidate, 1 if another view has one with the same middle."""
    middles = [one.boxes[:, :2] + one.boxes[:, 2:] / 2 for one in (view, other)]
    away = np.linalg.norm(middles[0][:, None] - middles[1][None], axis=-1)
    near = away < 0.3 * view.boxes[:, 2:3]
    return near.any(axis=1).astype(float)


def _taken(found: Candidates, kept: Bool[np.ndarray, " n"]) -> Candidates:
    return Candidates(found.boxes[kept], found.points[kept], found.scores[kept])
