"""Lays a print over another or a part of it, and judges whether both show the same.

Hashes find pairs that may be copies; faces, pages and skies have hashes in common with others of their
kind. So the part that fits best is sought (Gauss-Newton on its four sides; Baker & Matthews 2004), first
by the large areas of light and dark, then by details. Copies have the same details almost everywhere.
Two photos of one sitter have not: the face is lit alike, but eyes, mouth and hair are elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, UInt8
from scipy.ndimage import gaussian_filter


class _Level(NamedTuple):
    """Cells on a side, their blur in pixels of the other print, and what is too large to count."""

    cells: int
    blur: float
    large: float | None


_COARSE, _FINE = _Level(32, 1.0, None), _Level(48, 0.7, 2.0)
# Correlations that prints of the same reach: of all, and of details. With details weaker than noise (in
# gray values), they need not agree.
_LEAST_LIKENESS, _LEAST_AGREEMENT = 0.95, 0.995
_NOISE = 0.5
_FIRST, _MORE, _LAST = 3, 4, 4
# Far from the best place even after some steps: not the same.
_HOPELESS = 0.7
# Grays between which nothing was cut off; changes of the range that do not count; the share of cells that
# tells how much brighter one print is, and how much that may be.
_BLACK, _WHITE = 6, 249
_SLIGHT = 4
_LEAST_SEEN, _MOST_GAIN = 0.2, 2.0
_AT_ONCE = 256
_FURTHEST = 0.04
# A side may lie outside by this share, or as far within.
_OUTSIDE, _INSIDE = 0.01, 0.5
# The variance of the light that a pixel gathers, in pixels.
_PIXEL = 1 / 12
_LEAST_BLUR = 0.5

Prints = UInt8[np.ndarray, "pairs 64 64"]
Boxes = Float[np.ndarray, "pairs 4"]


def shows_same(wholes: Prints, others: Prints, boxes: Boxes) -> Bool[np.ndarray, " pairs"]:
    """Whether each whole print shows the same as the other within a box near the given one.

    Boxes are left, top, right and bottom, as shares of the other print's sides.
    """
    same = np.zeros(len(wholes), bool)
    for start in range(0, len(wholes), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        same[part] = _same(
            wholes[part].astype(np.float32), others[part].astype(np.float32), boxes[part]
        )
    return same


def _same(wholes: np.ndarray, others: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    count = len(wholes)
    left = np.arange(count)
    for level, steps, least in (
        (_COARSE, _FIRST, _HOPELESS),
        (_COARSE, _MORE, _LEAST_LIKENESS),
    ):
        boxes, likeness = _fitted(wholes[left], others[left], boxes, level, steps)
        left, boxes = left[likeness >= least], boxes[likeness >= least]
    wholes, others = _of_one_range(wholes[left], others[left], boxes)
    boxes, agreement = _fitted(wholes, others, boxes, _FINE, _LAST)
    goal, shown = _seen(wholes, others, boxes, _FINE)
    contrast = np.sqrt(goal.std(axis=(1, 2)) * shown.std(axis=(1, 2)))
    differ = contrast * np.sqrt(np.maximum(2 - 2 * agreement, 0))
    same = np.zeros(count, bool)
    same[left] = (agreement >= _LEAST_AGREEMENT) | (differ <= _NOISE)
    return same


def _of_one_range(
    wholes: np.ndarray, others: np.ndarray, boxes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The prints with what is too bright or too dark for either of them cut off in both.

    A picture that was made brighter has lost the details of what is white in it now.
    """
    goal, shown = _seen(wholes, others, boxes, _COARSE)
    inside = [(one > _BLACK) & (one < _WHITE) for one in (goal, shown)]
    both = (inside[0] & inside[1]).reshape(len(wholes), _COARSE.cells**2)
    goal, shown = (one.reshape(both.shape) for one in (goal, shown))
    count = np.maximum(both.sum(axis=1), 1)
    means = [(one * both).sum(axis=1) / count for one in (goal, shown)]
    goal, shown = (
        (one - mean[:, None]) * both for one, mean in zip((goal, shown), means, strict=True)
    )
    # The slope of one on the other as if both had the same noise.
    gain = np.sqrt((shown**2).sum(axis=1) / np.maximum((goal**2).sum(axis=1), 1e-6))
    known = (count >= _LEAST_SEEN * both.shape[1]) & (gain > 1 / _MOST_GAIN) & (gain < _MOST_GAIN)
    gain = np.where(known, gain, 1)
    added = np.where(known, means[1] - gain * means[0], 0)
    return (
        _cut(wholes, -added / gain, (255 - added) / gain),
        _cut(others, added, 255 * gain + added),
    )


def _cut(images: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The images without what is outside of these limits, where they are within the range of gray."""
    low, high = np.where(low > _SLIGHT, low, 0), np.where(high < 255 - _SLIGHT, high, 255)
    return np.clip(images, low[:, None, None], high[:, None, None]).astype(np.float32)


def _fitted(
    wholes: np.ndarray, others: np.ndarray, boxes: np.ndarray, level: _Level, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """The boxes moved to where the others fit best, and the correlations there."""
    share = ((np.arange(level.cells) + 0.5) / level.cells).astype(np.float32)
    best, likeness = boxes, np.full(len(wholes), -1.0)
    trial = boxes
    for step in range(steps + 1):
        goal, shown = _seen(wholes, others, trial, level)
        wanted, flat = _unit(goal), _unit(shown)
        score = (wanted * flat).sum(axis=1)
        better = score > likeness
        best, likeness = np.where(better[:, None], trial, best), np.maximum(score, likeness)
        if step == steps or not len(wholes):
            break
        width, height = ((trial[:, 2:] - trial[:, :2]) / level.cells).T.astype(np.float32)
        x = np.gradient(shown, axis=2) / width[:, None, None]
        y = np.gradient(shown, axis=1) / height[:, None, None]
        slopes = np.stack(
            [x * (1 - share), y * (1 - share)[:, None], x * share, y * share[:, None]], 1
        )
        slopes = slopes.reshape(len(wholes), 4, -1)
        slopes = slopes - slopes.mean(axis=2, keepdims=True)
        slopes /= np.maximum(np.linalg.norm(_centered(shown), axis=1), 1e-6)[:, None, None]
        slopes -= np.einsum("npk,nk->np", slopes, flat)[..., None] * flat[:, None]
        normal = slopes @ slopes.transpose(0, 2, 1) + 1e-3 * np.eye(4)
        pull = np.einsum("npk,nk->np", slopes, wanted - flat)
        move = np.linalg.solve(normal, pull[..., None])[..., 0]
        low = [-_OUTSIDE, -_OUTSIDE, _INSIDE, _INSIDE]
        high = [1 - _INSIDE, 1 - _INSIDE, 1 + _OUTSIDE, 1 + _OUTSIDE]
        trial = np.clip(trial + np.clip(move, -_FURTHEST, _FURTHEST), low, high)
    return best, likeness


def _seen(
    wholes: np.ndarray, others: np.ndarray, boxes: np.ndarray, level: _Level
) -> tuple[np.ndarray, np.ndarray]:
    """The wholes, and the others within boxes, equally sharp."""
    seen = []
    everything = np.broadcast_to(np.array([0.0, 0.0, 1.0, 1.0]), boxes.shape)
    # A part has been magnified by 1 / size, and its blur with it.
    sizes = np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-3)
    matching = np.sqrt(np.maximum((level.blur**2 + _PIXEL) / sizes**2 - _PIXEL, _LEAST_BLUR**2))
    for images, box, blur in (
        (wholes, everything, matching),
        (others, boxes, np.full_like(sizes, level.blur)),
    ):
        across = _weights(box[:, 0], box[:, 2], blur[:, 0], level.cells, images.shape[2])
        down = _weights(box[:, 1], box[:, 3], blur[:, 1], level.cells, images.shape[1])
        cells = down @ images @ across.transpose(0, 2, 1)
        if level.large is not None:
            cells = cells - gaussian_filter(cells, (0, level.large, level.large))
        seen.append(cells)
    return seen[0], seen[1]


def _weights(
    low: np.ndarray, high: np.ndarray, blur: np.ndarray, cells: int, side: int
) -> Float[np.ndarray, "pairs cells side"]:
    """What each pixel of a side adds to each of equal cells from ``low`` to ``high``: a Gaussian."""
    share = (np.arange(cells) + 0.5) / cells
    places = (low[:, None] + (high - low)[:, None] * share) * side - 0.5
    apart = ((np.arange(side) - places[..., None]) / blur[:, None, None]).astype(np.float32)
    weights = np.exp(-0.5 * apart**2)
    return weights / weights.sum(axis=2, keepdims=True)


def _centered(images: np.ndarray) -> np.ndarray:
    flat = images.reshape(len(images), int(np.prod(images.shape[1:])))
    return flat - flat.mean(axis=1, keepdims=True)


def _unit(images: np.ndarray) -> np.ndarray:
    flat = _centered(images)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
