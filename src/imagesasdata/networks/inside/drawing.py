"""Heat, maps and filters as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, UInt8

from imagesasdata.pages.figures import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Opacity of the heat at its maximum.
_COVER = 0.65
_INCHES = 1.3
_DPI = 110


def laid_over(pixels: UInt8[np.ndarray, "h w 3"], heat: Float[np.ndarray, "h w"]) -> np.ndarray:
    """Heat in color over a picture; hotter parts are more opaque."""
    import matplotlib

    colors = matplotlib.colormaps["inferno"](heat)[..., :3] * 255
    cover = _COVER * heat[..., None]
    return np.round((1 - cover) * pixels + cover * colors).astype(np.uint8)


def gray(heat: Float[np.ndarray, "h w"]) -> np.ndarray:
    """Heat from 0 to 1 as gray from 0 to 255."""
    return np.round(255 * np.clip(heat, 0, 1)).astype(np.uint8)


def middle(heat: Float[np.ndarray, "h w"]) -> tuple[float | None, float | None]:
    """The center of mass, as shares of width and height; ``None`` without heat."""
    total = float(heat.sum(dtype=np.float64))
    if total <= 0:
        return None, None
    rows, columns = ((np.arange(side) + 0.5) / side for side in heat.shape)
    return (
        float(heat.sum(axis=0, dtype=np.float64) @ columns / total),
        float(heat.sum(axis=1, dtype=np.float64) @ rows / total),
    )


def as_grid(tiles: list[np.ndarray], captions: list[str], title: str) -> Figure:
    """Small pictures in a grid, each with a caption above it.

    Parameters
    ----------
    tiles
        (h, w) or (h, w, 3), each scaled to its own darkest and brightest value.
    captions
        One for each tile.
    title
        The title above the grid.
    """
    across = min(len(tiles), 8)
    down = -(-len(tiles) // across)
    figure = new_figure(_INCHES * across, (_INCHES + 0.22) * down + 0.35)
    figure.set_dpi(_DPI)
    figure.suptitle(title, fontsize=10)
    axes = figure.subplots(down, across, squeeze=False).ravel()
    for axis in axes:
        axis.set_axis_off()
    for axis, tile, caption in zip(axes, tiles, captions, strict=False):
        low, high = float(tile.min()), float(tile.max())
        shown = (tile - low) / (high - low) if high > low else np.zeros_like(tile)
        axis.imshow(shown, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        axis.set_title(caption, fontsize=7, pad=2)
    return figure
