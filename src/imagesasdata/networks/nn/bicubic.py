"""PyTorch's bicubic interpolation of a small grid of vectors."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

# PyTorch's value; other libraries use -0.5.
_SHARPNESS = -0.75


def resize_grid(grid: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """A grid of vectors (r, c, d), resized without antialiasing, once when weights are read."""
    down = _weights(grid.shape[0], rows)
    across = _weights(grid.shape[1], columns)
    return np.einsum("ir,rcd,jc->ijd", down, grid.astype(np.float64), across).astype(np.float32)


def resized(grid: Float[Array, "r c d"], rows: int, columns: int) -> Float[Array, "rows columns d"]:
    """The same within a network, which takes pictures of several shapes."""
    down = jnp.asarray(_weights(grid.shape[0], rows), grid.dtype)
    across = jnp.asarray(_weights(grid.shape[1], columns), grid.dtype)
    return jnp.einsum("ir,rcd,jc->ijd", down, grid, across)


def _weights(old: int, new: int) -> np.ndarray:
    """The weight of each old cell for each new one. Shape (new, old)."""
    weights = np.zeros((new, old))
    centers = (np.arange(new) + 0.5) * old / new - 0.5
    for index, center in enumerate(centers):
        first = int(np.floor(center))
        for near in range(first - 1, first + 3):
            inside = min(max(near, 0), old - 1)
            weights[index, inside] += _cubic(abs(center - near))
    return weights


def _cubic(x: float) -> float:
    a = _SHARPNESS
    if x <= 1:
        return ((a + 2) * x - (a + 3)) * x * x + 1
    return (((x - 5) * x + 8) * x - 4) * a if x < 2 else 0.0
