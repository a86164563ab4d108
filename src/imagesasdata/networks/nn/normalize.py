"""Normalize pixels as a network expects them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, UInt8


def normalize(
    pixels: UInt8[Array, "b h w 3"], mean: Sequence[float], sd: Sequence[float]
) -> Float[Array, "b h w 3"]:
    """Subtract a mean from each channel's values, 0 to 255, and divide by a standard deviation."""
    shift, scale = jnp.asarray(mean, jnp.float32), jnp.asarray(sd, jnp.float32)
    return (pixels.astype(jnp.float32) - shift) / scale


def kind_of(params: Any) -> Any:
    """The dtype that a network computes in: that of its parameters."""
    kinds = [leaf.dtype for leaf in jax.tree.leaves(params)]
    return next((kind for kind in kinds if jnp.issubdtype(kind, jnp.floating)), jnp.float32)
