"""PyTorch's bilinear interpolation of maps."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float


def resize_maps(
    x: Float[Array, "b h w c"], rows: int, columns: int, *, corners: bool
) -> Float[Array, "b rows columns c"]:
    """Maps at another size, without antialiasing.

    With ``corners``, the middles of the outer cells stay where they are; without it, the edges of the
    map do.
    """
    return _along(_along(x, 1, rows, corners), 2, columns, corners)


def _along(x: jax.Array, axis: int, new: int, corners: bool) -> jax.Array:
    old = x.shape[axis]
    if new == old:
        return x
    places = _places(old, new, corners)
    before = np.floor(places).astype(np.int32)
    after = np.minimum(before + 1, old - 1)
    share = (places - before).reshape(-1, *([1] * (x.ndim - 1 - axis)))
    first = jnp.take(x, before, axis=axis)
    return first + (jnp.take(x, after, axis=axis) - first) * jnp.asarray(share, x.dtype)


def _places(old: int, new: int, corners: bool) -> Float[np.ndarray, " new"]:
    """Where each new value lies among the old ones."""
    if corners:
        return np.linspace(0, old - 1, new) if new > 1 else np.zeros(1)
    return np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
