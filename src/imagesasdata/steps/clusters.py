"""k-means of a picture's colors, reproducible by a seed."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float32, Int, Int32, UInt8

_MOST = 50_000
_BLOCK = 8192  # small enough for the processor's cache
_ROUNDS = 50


def clusters(rgb: UInt8[np.ndarray, "h w 3"], n: int, seed: int) -> Int[np.ndarray, "h w"]:
    """The number of each pixel's cluster, from 0; a picture of fewer colors has fewer clusters."""
    rng = np.random.default_rng(seed)
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    every = np.ascontiguousarray(lab.reshape(-1, 3).T)
    pixels = every.shape[1]
    some = every if pixels <= _MOST else every[:, rng.choice(pixels, _MOST, replace=False)]
    centers = _first_centers(some, n, rng)
    if len(centers) > 1:
        stop = (cv2.TERM_CRITERIA_MAX_ITER | cv2.TERM_CRITERIA_EPS, _ROUNDS, 0.01)
        # With initial labels, OpenCV draws no random numbers of its own.
        labels = _nearest(some, centers)[:, None]
        points = np.ascontiguousarray(some.T)
        given = cv2.KMEANS_USE_INITIAL_LABELS
        _, _, centers = cv2.kmeans(points, len(centers), labels, stop, 1, given)
    return _nearest(every, centers).reshape(rgb.shape[:2])


def _first_centers(
    points: Float32[np.ndarray, "3 points"], n: int, rng: np.random.Generator
) -> Float32[np.ndarray, "centers 3"]:
    """Points far from each other: k-means++ (Arthur and Vassilvitskii 2007)."""
    count = points.shape[1]
    chosen = [points[:, rng.integers(count)]]
    away = _squared(points, chosen[0])
    while len(chosen) < n and away.any():
        upto = np.cumsum(away, dtype=np.float64)
        at = np.searchsorted(upto, rng.random() * upto[-1], side="right")
        chosen.append(points[:, min(at, count - 1)])
        away = np.minimum(away, _squared(points, chosen[-1]))
    return np.stack(chosen)


def _nearest(
    points: Float32[np.ndarray, "3 points"], centers: Float32[np.ndarray, "centers 3"]
) -> Int32[np.ndarray, " points"]:
    labels = np.zeros(points.shape[1], np.int32)
    for start in range(0, len(labels), _BLOCK):
        part = points[:, start : start + _BLOCK]
        away = np.stack([_squared(part, center) for center in centers])
        labels[start : start + _BLOCK] = away.argmin(axis=0)
    return labels


def _squared(
    points: Float32[np.ndarray, "3 points"], center: Float32[np.ndarray, " 3"]
) -> Float32[np.ndarray, " points"]:
    light, red, yellow = (part - middle for part, middle in zip(points, center, strict=True))
    return light * light + red * red + yellow * yellow
