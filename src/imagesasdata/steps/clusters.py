"""k-means of a picture's colours, the same for the same seed."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float32, Int, Int32, UInt8

_MOST = 50_000
_ROUNDS = 50


def clusters(rgb: UInt8[np.ndarray, "h w 3"], n: int, seed: int) -> Int[np.ndarray, "h w"]:
    """The number of each pixel's cluster, from 0; fewer than ``n`` where there are fewer colours."""
    rng = np.random.default_rng(seed)
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    some = lab if len(lab) <= _MOST else lab[rng.choice(len(lab), _MOST, replace=False)]
    centres = _first_centres(some, n, rng)
    if len(centres) > 1:
        stop = (cv2.TERM_CRITERIA_MAX_ITER | cv2.TERM_CRITERIA_EPS, _ROUNDS, 0.01)
        # With the first labels given, OpenCV draws nothing itself.
        labels = _nearest(some, centres)[:, None]
        _, _, centres = cv2.kmeans(
            some, len(centres), labels, stop, 1, cv2.KMEANS_USE_INITIAL_LABELS
        )
    return _nearest(lab, centres).reshape(rgb.shape[:2])


def _first_centres(
    points: Float32[np.ndarray, "points 3"], n: int, rng: np.random.Generator
) -> Float32[np.ndarray, "centres 3"]:
    """Points far from each other: k-means++ (Arthur and Vassilvitskii 2007)."""
    chosen = [points[rng.integers(len(points))]]
    away = _squared(points, chosen[0])
    while len(chosen) < n and away.any():
        upto = np.cumsum(away, dtype=np.float64)
        at = np.searchsorted(upto, rng.random() * upto[-1], side="right")
        chosen.append(points[min(at, len(points) - 1)])
        away = np.minimum(away, _squared(points, chosen[-1]))
    return np.stack(chosen)


def _nearest(
    points: Float32[np.ndarray, "points 3"], centres: Float32[np.ndarray, "centres 3"]
) -> Int32[np.ndarray, " points"]:
    labels = np.zeros(len(points), np.int32)
    least = _squared(points, centres[0])
    for number, centre in enumerate(centres[1:], start=1):
        away = _squared(points, centre)
        labels[away < least] = number
        np.minimum(away, least, out=least)
    return labels


def _squared(
    points: Float32[np.ndarray, "points 3"], centre: Float32[np.ndarray, " 3"]
) -> Float32[np.ndarray, " points"]:
    return ((points - centre) ** 2).sum(axis=1)
