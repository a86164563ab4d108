"""A closer look at a face: where it is seen again, and the probability that follows."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.faces.candidates import Candidates
from imagesasdata.arrays.faces.closer_look import (
    LEAST,
    Odds,
    closer_views,
    logit,
    logit_of,
    mean_of,
    seen_again,
)

BOX = np.array([100.0, 50.0, 40.0, 30.0])
ODDS = Odds(2.0, 1.0, -1.0, certain=0.9, usual=2.0, weakest=0.5)


def candidates(*boxes: tuple[float, ...], scores: list[float]) -> Candidates:
    sides = np.array(boxes, np.float64).reshape(-1, 4)
    return Candidates(sides, np.zeros((len(sides), 6, 2)), np.array(scores))


def test_the_face_is_in_the_middle_and_fills_its_share() -> None:
    for view, share in zip(closer_views(BOX), (1 / 3, 1 / 4), strict=True):
        assert (view.left + view.side / 2, view.top + view.side / 2) == pytest.approx((120, 65))
        assert 40 / view.side == pytest.approx(share)


def test_seen_again() -> None:
    same, better = (104, 52, 40, 30), (98, 50, 44, 33)
    elsewhere, larger, smaller = (160, 50, 40, 30), (85, 40, 70, 50), (108, 57, 24, 18)
    found = candidates(same, better, elsewhere, larger, smaller, scores=[0.5, 0.6, 0.9, 0.95, 0.99])
    assert seen_again(found, BOX) == 1
    assert seen_again(candidates(elsewhere, larger, smaller, scores=[0.9] * 3), BOX) is None
    assert seen_again(candidates(scores=[]), BOX) is None


def test_log_odds() -> None:
    """By hand: 2 log(0.8 / 0.2) + closer - 1; without a closer look the usual logit."""
    scores, closer = np.array([0.8, 0.8, 0.5]), np.array([0.5, np.nan, -3.0])
    expected = [2 * np.log(4) - 0.5, 2 * np.log(4) + 1, -4]
    np.testing.assert_allclose(ODDS.of(scores, closer), expected)


def test_logits() -> None:
    found = candidates((0, 0, 1, 1), (0, 0, 1, 1), scores=[0.5, 0.001])
    assert logit_of(found, 0) == 0
    assert logit_of(found, 1) == logit_of(found, None) == pytest.approx(float(logit(LEAST)))
    assert mean_of([1.0, 2.0]) == 1.5
    assert np.isnan(mean_of([]))
