"""A closer look at a face in doubt: how probable it is that it is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from imagesasdata.arrays.faces.candidates import Candidates
from imagesasdata.arrays.views import View

# A face is seen again in the middle of views of which it fills these shares.
_SHARES = (1 / 3, 1 / 4)
# There, its middle is at most this far from where it was, and its size differs by at most this factor,
# relative to the size before.
_AWAY, _LARGER = 0.3, 1.6
# The logit of a face that is not seen again at all, and the least score that has to be decoded.
_UNSEEN = -4.0
LEAST = float(1 / (1 + np.exp(-_UNSEEN)))


class Odds(NamedTuple):
    """The log odds that a candidate is a face: a weighted sum of the logits of its scores.

    ``score`` is the weight of the logit when it was found, ``closer`` that of the mean logit of its
    closer looks, and ``constant`` is added. Faces from the score ``certain`` on are not looked at again;
    ``usual`` is then taken for that mean. ``weakest`` is the lowest score that deserves a closer look.
    """

    score: float
    closer: float
    constant: float
    certain: float
    usual: float
    weakest: float

    def of(
        self, scores: Float[np.ndarray, " n"], closer: Float[np.ndarray, " n"]
    ) -> Float[np.ndarray, " n"]:
        """The log odds of each candidate; ``closer`` is NaN where there was no closer look."""
        seen = np.where(np.isnan(closer), self.usual, closer)
        return self.score * logit(scores) + self.closer * seen + self.constant


def logit(scores: Float[np.ndarray, "*n"] | float) -> Float[np.ndarray, "*n"]:
    """The log odds of scores over 0 and under 1."""
    bounded = np.clip(scores, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(bounded / (1 - bounded)))


def closer_views(box: Float[np.ndarray, " 4"]) -> list[View]:
    """The views in which a face is seen again, in the pixels of its picture."""
    (x, y), side = box[:2] + box[2:] / 2, float(box[2:].max())
    sides = [side / share for share in _SHARES]
    return [View(float(x) - one / 2, float(y) - one / 2, one) for one in sides]


def seen_again(found: Candidates, box: Float[np.ndarray, " 4"]) -> int | None:
    """Which of a closer look's candidates is the same face: the most certain that is near."""
    side = float(box[2:].max())
    middles = found.boxes[:, :2] + found.boxes[:, 2:] / 2
    away = np.abs(middles - (box[:2] + box[2:] / 2)).max(axis=1, initial=0)
    sizes = found.boxes[:, 2:].max(axis=1, initial=0)
    same = (away < _AWAY * side) & (sizes < _LARGER * side) & (sizes > side / _LARGER)
    return int(np.where(same, found.scores, -1).argmax()) if same.any() else None


def logit_of(found: Candidates, number: int | None) -> float:
    """The logit of a candidate's score; a low one where the face was not seen again."""
    return _UNSEEN if number is None else max(_UNSEEN, float(logit(found.scores[number])))


def mean_of(looks: Sequence[float]) -> float:
    """The mean logit of a face's closer looks; NaN without any."""
    return float(np.mean(looks)) if looks else float("nan")
