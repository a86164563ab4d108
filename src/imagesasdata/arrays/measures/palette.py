"""Assigns pixels to the colors of a palette, and counts each color's share in the cells of a grid.

A pixel belongs to the nearest color in CIELAB, unless that is further away than the tolerance (ΔE*ab,
CIE 1976). A share is that of the cell's pixels; each pixel of the picture belongs to one cell.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int8, UInt8

from imagesasdata.arrays.measures.srgb import lab

# Pixels converted at a time, which bounds the memory for large scans.
_AT_ONCE = 1_000_000


class Cell(NamedTuple):
    """A part of the grid, in pixels, with the share of each color of the palette."""

    row: int
    column: int
    x: int
    y: int
    width: int
    height: int
    shares: Float[np.ndarray, " colors"]


def nearest_color(
    rgb: UInt8[np.ndarray, "h w 3"], palette: UInt8[np.ndarray, "colors 3"], tolerance: float
) -> Int8[np.ndarray, "h w"]:
    """The index of each pixel's color in the palette, or -1."""
    wanted = lab(palette[None])[0]
    numbers = np.empty(rgb.shape[:2], np.int8)
    rows = max(1, _AT_ONCE // rgb.shape[1])
    for top in range(0, len(rgb), rows):
        pixels = lab(np.ascontiguousarray(rgb[top : top + rows]))
        distances = np.stack([((pixels - color) ** 2).sum(axis=-1) for color in wanted], axis=-1)
        best = distances.argmin(axis=-1)
        best[distances.min(axis=-1) > tolerance**2] = -1
        numbers[top : top + rows] = best
    return numbers


def shares(
    rgb: UInt8[np.ndarray, "h w 3"],
    palette: UInt8[np.ndarray, "colors 3"],
    tolerance: float,
    grid: tuple[int, int],
) -> list[Cell]:
    """The cells of a grid (rows, columns), from the upper left, row by row.

    Along a side with fewer pixels than cells, there are as many cells as pixels.
    """
    numbers = nearest_color(rgb, palette, tolerance)
    height, width = numbers.shape
    downs, acrosses = (
        [size * number // count for number in range(count + 1)]
        for size, count in ((height, min(grid[0], height)), (width, min(grid[1], width)))
    )
    cells = []
    for row, (top, bottom) in enumerate(pairwise(downs)):
        for column, (left, right) in enumerate(pairwise(acrosses)):
            part = numbers[top:bottom, left:right]
            counts = np.bincount(part.ravel() + 1, minlength=len(palette) + 1)[1:]
            cells.append(
                Cell(row, column, left, top, right - left, bottom - top, counts / part.size)
            )
    return cells
