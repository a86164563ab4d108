"""A second look, at all quarter turns and with a wide margin: when it is due and what it adds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from imagesasdata.arrays.faces.candidates import Candidates, each_once, taken
from imagesasdata.arrays.faces.quarter_turns import turned_back

# Faces of the first look from this score on count. One alone leaves no doubt with the second score and a
# nose this far below the eyes; a face that is upside down has it higher.
_FOUND, _CERTAIN, _DEEP = 0.65, 0.88, 0.43
# Candidates of the second look from this score on deserve a closer look, so many at each turn.
WEAKEST, MOST = 0.4, 3
# The share of the shorter side that a face of the second look fills, upright or after a turn. After a
# turn its log odds must exceed the threshold's by the first cost, and those of the faces found upright
# by the second if they have their points where an upright face has them.
_FILLS, _TURNED_FILLS, _COST, _AGAINST = 0.5, 0.12, 1.0, 2.0
# Where eyes, nose and mouth of an upright face are: the slope of the eyes in degrees, and the depth of
# mouth and nose below them in distances between the eyes.
_SLOPE, _MOUTH, _NOSE = 35.0, (0.8, 1.45), (0.25, 0.9)


def is_wanted(found: Candidates) -> bool:
    """Whether the faces of the first look leave a doubt."""
    sure = taken(found, found.scores >= _FOUND)
    if len(sure.scores) != 1:
        return not len(sure.scores)
    return float(sure.scores[0]) < _CERTAIN or float(_below(sure.points, 2)[0]) < _DEEP


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


def worth_a_look(found: Candidates, turn: int, size: tuple[float, float]) -> Candidates:
    """The first of the candidates at a turn that fill enough of a picture of this size."""
    least = (_TURNED_FILLS if turn else _FILLS) * min(size)
    return taken(found, np.flatnonzero(found.boxes[:, 2:].max(axis=1, initial=0) >= least)[:MOST])


def together(
    first: Candidates, by_turn: Sequence[Candidates], size: tuple[float, float], threshold: float
) -> Candidates:
    """The faces of both looks in the stored picture, of ``size``; scores are log odds.

    Those found upright, or those after the quarter turn at which they are most probable. ``by_turn`` are
    those of the second look after none to three quarter turns to the left.
    """
    upright = each_once([first, by_turn[0]], 0.0)
    upright = taken(upright, upright.scores >= threshold)
    least = threshold + _COST
    if len(upright.scores):
        deep = bool(geometry(upright.points)[0]) and float(_below(upright.points, 2)[0]) >= _DEEP
        least = max(least, float(upright.scores[0]) + (_AGAINST if deep else 1e-9))
    best = 0
    for turn in (1, 2, 3):
        lying = by_turn[turn]
        top = float(lying.scores[geometry(lying.points)].max(initial=-np.inf))
        if top >= least:
            best, least = turn, top
    if not best:
        return upright
    lying = by_turn[best]
    kept = geometry(lying.points) & (lying.scores >= threshold + _COST)
    return turned_back(taken(lying, kept), best, *size)
