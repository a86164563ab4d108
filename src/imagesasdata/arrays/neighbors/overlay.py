"""Lays a print over another or a part of it, and judges whether both show the same.

Hashes find pairs that may be copies; faces, pages and skies have hashes in common with others of their
kind. So the part that fits best is sought (Gauss-Newton on its four sides; Baker & Matthews 2004), and
both are compared there in what is small: outlines and details, without the large areas of light and
dark that different pictures share.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, UInt8
from scipy.ndimage import gaussian_filter

# What two prints of the same may differ by in their details, as a share of the energy of the finest of
# them (a shift by less than a pixel changes these most) and of all; the correlation of all; and the gray
# values below which details are noise.
_MOST_OF_FINEST, _MOST_OF_DETAILS = 0.12, 0.03
_LEAST_LIKENESS = 0.97
_NOISE = 1.0
# Pixels on a side at which prints are compared; they are blurred first, so that a shift by a share of a
# pixel changes little.
_CELLS = 32
_BLUR, _FINE, _LARGE = 0.9, 0.8, 3.0
_FIRST, _MORE = 3, 4
# Far from the best place even after some steps: not the same.
_HOPELESS = 0.7
_AT_ONCE = 256
_FURTHEST = 0.04
# A side may lie outside by this share, or as far within.
_OUTSIDE, _INSIDE = 0.01, 0.5

Prints = UInt8[np.ndarray, "pairs 64 64"]
Boxes = Float[np.ndarray, "pairs 4"]


def shows_same(wholes: Prints, others: Prints, boxes: Boxes) -> Bool[np.ndarray, " pairs"]:
    """Whether each whole print shows the same as the other within a box near the given one.

    Boxes are left, top, right and bottom, as shares of the other print's sides.
    """
    same = np.zeros(len(wholes), bool)
    for start in range(0, len(wholes), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        same[part] = _same(_blurred(wholes[part]), _blurred(others[part]), boxes[part])
    return same


def _same(wholes: np.ndarray, others: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    everything = np.broadcast_to(np.array([0.0, 0.0, 1.0, 1.0]), boxes.shape)
    goal = _cells(wholes, everything)
    boxes, likeness = _fitted(goal, others, boxes, _FIRST)
    left = np.flatnonzero(likeness >= _HOPELESS)
    boxes, likeness = _fitted(goal[left], others[left], boxes[left], _MORE)
    shown = _cells(others[left], boxes)
    details, found = _details(goal[left]), _details(shown)
    finest = goal[left] - gaussian_filter(goal[left], (0, _FINE, _FINE))
    gain = goal[left].std(axis=(1, 2)) / np.maximum(shown.std(axis=(1, 2)), 1e-6)
    noise = (details - found * gain[:, None, None]).std(axis=(1, 2)) <= _NOISE
    alike = _differ(details, found, finest) <= _MOST_OF_FINEST
    alike &= 1 - (_unit(details) * _unit(found)).sum(axis=1) <= _MOST_OF_DETAILS
    same = np.zeros(len(goal), bool)
    same[left] = (likeness >= _LEAST_LIKENESS) & (alike | noise)
    return same


def _differ(details: np.ndarray, found: np.ndarray, finest: np.ndarray) -> np.ndarray:
    """How much details differ but for their contrast, as a share of the finest ones' energy."""
    differ = 1 - (_unit(details) * _unit(found)).sum(axis=1)
    energy = (details**2).sum(axis=(1, 2)) / np.maximum((finest**2).sum(axis=(1, 2)), 1e-6)
    return differ * energy


def _fitted(
    goal: np.ndarray, others: np.ndarray, boxes: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """The boxes moved to where the others fit best, and the correlations there."""
    side = others.shape[-1]
    across = np.gradient(others, axis=2) * side
    down = np.gradient(others, axis=1) * side
    share = ((np.arange(_CELLS) + 0.5) / _CELLS).astype(np.float32)
    wanted = _unit(goal)
    best, likeness = boxes, np.full(len(goal), -1.0)
    trial = boxes
    for step in range(steps + 1):
        shown = _cells(others, trial)
        flat = _unit(shown)
        score = (wanted * flat).sum(axis=1)
        better = score > likeness
        best, likeness = np.where(better[:, None], trial, best), np.maximum(score, likeness)
        if step == steps or not len(goal):
            break
        x, y = _cells(across, trial), _cells(down, trial)
        slopes = np.stack(
            [x * (1 - share), y * (1 - share)[:, None], x * share, y * share[:, None]], 1
        )
        slopes = slopes.reshape(len(goal), 4, -1)
        slopes = slopes - slopes.mean(axis=2, keepdims=True)
        slopes /= np.maximum(np.linalg.norm(_centered(shown), axis=1), 1e-6)[:, None, None]
        slopes -= np.einsum("npk,nk->np", slopes, flat)[..., None] * flat[:, None]
        normal = np.einsum("npk,nqk->npq", slopes, slopes) + 1e-3 * np.eye(4)
        pull = np.einsum("npk,nk->np", slopes, wanted - flat)
        move = np.linalg.solve(normal, pull[..., None])[..., 0]
        low = [-_OUTSIDE, -_OUTSIDE, _INSIDE, _INSIDE]
        high = [1 - _INSIDE, 1 - _INSIDE, 1 + _OUTSIDE, 1 + _OUTSIDE]
        trial = np.clip(trial + np.clip(move, -_FURTHEST, _FURTHEST), low, high)
    return best, likeness


def _cells(images: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Values at the centers of equal cells of a box, between the pixels by bilinear interpolation."""
    share = (np.arange(_CELLS) + 0.5) / _CELLS
    columns, right = _between(boxes[:, 0], boxes[:, 2], share, images.shape[2])
    rows, below = _between(boxes[:, 1], boxes[:, 3], share, images.shape[1])
    number = np.arange(len(images))[:, None]
    lines = (
        images[number, rows] * (1 - below)[..., None] + images[number, rows + 1] * below[..., None]
    )
    shape = (len(images), _CELLS, _CELLS)
    first, second = (
        np.take_along_axis(lines, np.broadcast_to(at[:, None], shape), 2)
        for at in (columns, columns + 1)
    )
    return first * (1 - right)[:, None] + second * right[:, None]


def _between(
    low: np.ndarray, high: np.ndarray, share: np.ndarray, side: int
) -> tuple[np.ndarray, np.ndarray]:
    places = (low[:, None] + (high - low)[:, None] * share) * side - 0.5
    places = np.clip(places, 0, side - 1.001)
    whole = places.astype(np.int64)
    return whole, (places - whole).astype(np.float32)


def _blurred(prints: np.ndarray) -> np.ndarray:
    return gaussian_filter(prints.astype(np.float32), (0, _BLUR, _BLUR))


def _details(cells: np.ndarray) -> np.ndarray:
    return cells - gaussian_filter(cells, (0, _LARGE, _LARGE))


def _centered(images: np.ndarray) -> np.ndarray:
    flat = images.reshape(len(images), _CELLS * _CELLS)
    return flat - flat.mean(axis=1, keepdims=True)


def _unit(images: np.ndarray) -> np.ndarray:
    flat = _centered(images)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
