"""Max pooling, in the form that is fastest on the device."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from imagesasdata.networks.nn.conv import shifts
from imagesasdata.networks.nn.watch import Step, say


def max_pool(
    x: Float[Array, "b h w c"], side: int, stride: int, padding: int = 0
) -> Float[Array, "b oh ow c"]:
    """The largest value under a window, separately for each channel."""
    y = lax.platform_dependent(
        x,
        cpu=lambda x: _shifted(x, side, stride, padding),
        default=lambda x: _plain(x, side, stride, padding),
    )
    say(Step("max pool", x, y, side, stride))
    return y


def _shifted(x: jax.Array, side: int, stride: int, padding: int) -> jax.Array:
    """The maximum of side x side shifted maps, which is much faster on a CPU than a moving window."""
    around = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    padded = jnp.pad(x, around, constant_values=-jnp.inf)
    return functools.reduce(jnp.maximum, (map_ for _, map_ in shifts(padded, (side, side), stride)))


def _plain(x: jax.Array, side: int, stride: int, padding: int) -> jax.Array:
    around = ((0, 0), (padding, padding), (padding, padding), (0, 0))
    # Not a JAX array: JAX recognizes max pooling, and its gradient, only with a NumPy number.
    low = np.asarray(-np.inf, x.dtype)[()]
    return lax.reduce_window(x, low, lax.max, (1, side, side, 1), (1, stride, stride, 1), around)
