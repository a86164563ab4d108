"""Shares of colors, from the number of pixels in each of 32 x 32 x 32 cells of sRGB.

A cell is 8 levels wide in each channel, and all its pixels count as the color at its center, so the
name and warmth of a color are computed only once per cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np
from jaxtyping import Bool, Float64, UInt8

from imagesasdata.arrays.measures.color_names import TERMS, nearest_term
from imagesasdata.arrays.measures.srgb import lab

_SIDE = 32
_WIDTH = 256 // _SIDE
_WARMER = 0.25  # than gray, in points of the scale of warmth
_REACH = 2  # cells to each side of the middle of a dominant color
_BLOCK = 2 * _REACH + 1
_LEAST_SHARE = 0.05  # of pixels, for a color after the first

Counts = Float64[np.ndarray, "32 32 32"]


def count_cells(rgb: UInt8[np.ndarray, "h w 3"]) -> Counts:
    """The number of pixels in each cell, by red, green and blue."""
    counts = cv2.calcHist([rgb], [0, 1, 2], None, [_SIDE] * 3, [0, 256] * 3)
    return counts.astype(np.float64)


def term_shares(counts: Counts) -> dict[str, float]:
    """The share of pixels named by each basic color term."""
    terms, _, _ = _cells()
    named = np.bincount(terms.ravel(), counts.ravel(), minlength=len(TERMS))
    return dict(zip(TERMS, (named / counts.sum()).tolist(), strict=True))


def warm_and_cool_share(counts: Counts) -> tuple[float, float]:
    """The share of pixels with a warm color, and of those with a cool color."""
    _, warm, cool = _cells()
    total = counts.sum()
    return float(counts[warm].sum() / total), float(counts[cool].sum() / total)


def dominant_colors(rgb: UInt8[np.ndarray, "h w 3"], counts: Counts) -> list[tuple[str, float]]:
    """The colors that make up most of a picture, each with its share of pixels.

    The first is the mean color of the block of 5 x 5 x 5 cells with the most pixels. Each further one
    is that of the block with most of the remaining pixels, as long as it has a twentieth of all
    pixels. Among equal blocks, the one with the least red, then green, then blue comes first.
    """
    left = counts.copy()
    free = np.full(rgb.shape[:2], 255, np.uint8)
    total = counts.sum()
    found: list[tuple[str, float]] = []
    for middle, pixels in _fullest_blocks(left):
        if found and pixels < _LEAST_SHARE * total:
            break
        first, last = np.maximum(middle - _REACH, 0), np.minimum(middle + _REACH + 1, _SIDE)
        low, high = (first * _WIDTH).astype(float), (last * _WIDTH - 1).astype(float)
        inside = cv2.bitwise_and(cv2.inRange(rgb, low, high), free)
        red, green, blue = (round(part) for part in cv2.mean(rgb, mask=inside)[:3])
        found.append((f"#{red:02x}{green:02x}{blue:02x}", float(pixels / total)))
        free[inside > 0] = 0
        left[tuple(slice(start, end) for start, end in zip(first, last, strict=True))] = 0.0
    return found


def _fullest_blocks(counts: Counts) -> Iterator[tuple[np.ndarray, float]]:
    """Yield the middle and the count of the fullest block; ``counts`` may change in between."""
    around = {"borderType": cv2.BORDER_CONSTANT, "normalize": False}
    flat = counts.reshape(_SIDE * _SIDE, _SIDE)
    while counts.any():
        in_blue = cv2.boxFilter(flat, -1, (_BLOCK, 1), **around).reshape(counts.shape)
        in_block = cv2.boxFilter(in_blue, -1, (_BLOCK, _BLOCK), **around)
        fullest = in_block.argmax()
        yield np.array(np.unravel_index(fullest, counts.shape)), float(in_block.flat[fullest])


@cache
def _cells() -> tuple[
    UInt8[np.ndarray, "32 32 32"], Bool[np.ndarray, "32 32 32"], Bool[np.ndarray, "32 32 32"]
]:
    """For each cell its color term, whether it looks warm and whether it looks cool."""
    level = (np.arange(_SIDE) * _WIDTH + _WIDTH // 2).astype(np.uint8)
    centers = np.stack(np.meshgrid(level, level, level, indexing="ij"), axis=-1)
    colors = lab(centers.reshape(_SIDE, _SIDE * _SIDE, 3)).astype(np.float64)
    chroma = np.hypot(colors[..., 1], colors[..., 2])
    hue = np.arctan2(colors[..., 2], colors[..., 1])
    # Ou et al.'s warmth minus that of gray, which is -0.5.
    warmth = (0.02 * chroma**1.07 * np.cos(hue - np.radians(50.0))).reshape(centers.shape[:3])
    return nearest_term(colors).reshape(centers.shape[:3]), warmth > _WARMER, warmth < -_WARMER
