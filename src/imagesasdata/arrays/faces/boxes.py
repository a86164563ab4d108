"""Boxes: their overlap, and non-maximum suppression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

# Two boxes that overlap by more than this show the same thing.
_SAME = 0.5


def overlap(a: Float[np.ndarray, "n 4"], b: Float[np.ndarray, "m 4"]) -> Float[np.ndarray, "n m"]:
    """Intersection over union of each pair of boxes.

    Boxes are left, top, width, height.
    """
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum((a[:, :2] + a[:, 2:])[:, None], (b[:, :2] + b[:, 2:])[None])
    shared = np.prod(np.clip(high - low, 0, None), axis=-1)
    together = np.prod(a[:, None, 2:], axis=-1) + np.prod(b[None, :, 2:], axis=-1) - shared
    return np.divide(shared, together, out=np.zeros_like(shared), where=together > 0)


def inside(a: Float[np.ndarray, "n 4"], b: Float[np.ndarray, "m 4"]) -> Float[np.ndarray, "n m"]:
    """For each pair of boxes, the intersection over the area of the smaller."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum((a[:, :2] + a[:, 2:])[:, None], (b[:, :2] + b[:, 2:])[None])
    shared = np.prod(np.clip(high - low, 0, None), axis=-1)
    smaller = np.minimum(np.prod(a[:, None, 2:], axis=-1), np.prod(b[None, :, 2:], axis=-1))
    return np.divide(shared, smaller, out=np.zeros_like(shared), where=smaller > 0)


def is_among(box: Sequence[float], others: Sequence[Sequence[float]]) -> bool:
    """Whether a box overlaps any of the others by more than a half, so that it shows the same face."""
    if not others:
        return False
    return bool(overlap(np.array([box], float), np.array(others, float)).max() > _SAME)


def suppress(
    boxes: Float[np.ndarray, "n 4"],
    scores: Float[np.ndarray, " n"],
    *,
    most_overlap: float,
    most_inside: float = 1.0,
) -> Int[np.ndarray, " kept"]:
    """The boxes to keep, the best first; a box is dropped if it overlaps a better one too much.

    Parameters
    ----------
    boxes, scores
        All candidates.
    most_overlap
        The largest `overlap` with a better box.
    most_inside
        The largest `inside` with a better box; 1 allows any.
    """
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(order):
        best, rest = order[0], order[1:]
        kept.append(int(best))
        one = boxes[best : best + 1]
        far = overlap(one, boxes[rest])[0] <= most_overlap
        near = inside(one, boxes[rest])[0] <= most_inside
        order = rest[far & near]
    return np.array(kept, np.int64)
