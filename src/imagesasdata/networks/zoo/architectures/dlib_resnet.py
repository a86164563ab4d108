"""Dlib's face network (King 2017): a residual network that returns 128 numbers for a face."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from imagesasdata.errors import WeightsError
from imagesasdata.networks.nn.conv import Padding, conv
from imagesasdata.networks.nn.layers import Folded

# The blocks in order; those with "down" in their name halve the map.
BLOCKS = (
    *("conv32_1", "conv32_2", "conv32_3"),
    *("conv64_down", "conv64_1", "conv64_2", "conv64_3"),
    *("conv128_down", "conv128_1", "conv128_2"),
    *("conv256_down", "conv256_1", "conv256_2"),
    "conv256_down_out",
)
_NONE: Padding = ((0, 0), (0, 0))


def parameters(weights: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """The network's parameters from the names in face-api's file, with scales folded in.

    Raises
    ------
    WeightsError
        When one is missing.
    """
    try:
        return {
            "stem": _folded(weights, "conv32_down"),
            "blocks": [
                (_folded(weights, f"{name}/conv1"), _folded(weights, f"{name}/conv2"))
                for name in BLOCKS
            ],
            "last": weights["fc"],
        }
    except KeyError as error:
        raise WeightsError(
            f"The weights have no {error.args[0]!r}; they are for another network."
        ) from None


def apply(
    params: Mapping[str, Any], x: Float[Array, "b h w 3"]
) -> dict[str, Float[Array, "b 128"]]:
    """The embedding of faces of 150 x 150 pixels, of length one."""
    x = jax.nn.relu(_conv(x, params["stem"], 2, _NONE))
    x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 3, 3, 1), (1, 2, 2, 1), "VALID")
    for name, (first, second) in zip(BLOCKS, params["blocks"], strict=True):
        x = _block(x, first, second, halves="down" in name)
    raw = x.mean(axis=(1, 2)) @ params["last"]
    return {"embedding": raw / jnp.linalg.norm(raw, axis=-1, keepdims=True)}


def _block(x: jax.Array, first: Folded, second: Folded, *, halves: bool) -> jax.Array:
    if not halves:
        return jax.nn.relu(x + _conv(jax.nn.relu(_conv(x, first, 1)), second, 1))
    y = _conv(jax.nn.relu(_conv(x, first, 2, _NONE)), second, 1)
    short = lax.reduce_window(x, 0.0, lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") / 4.0
    # Zeros make the shapes match: channels of the shortcut, the last row and column of the other path.
    short = jnp.pad(short, ((0, 0), (0, 0), (0, 0), (0, y.shape[3] - short.shape[3])))
    rows, columns = (a - b for a, b in zip(short.shape[1:3], y.shape[1:3], strict=True))
    y = jnp.pad(y, ((0, 0), (0, rows), (0, columns), (0, 0)))
    return jax.nn.relu(short + y)


def _conv(x: jax.Array, layer: Folded, stride: int, padding: Padding = "same") -> jax.Array:
    return conv(x, layer.kernel, stride, padding) + layer.bias


def _folded(weights: Mapping[str, np.ndarray], name: str) -> Folded:
    scale, shift = weights[f"{name}/scale/weights"], weights[f"{name}/scale/biases"]
    kernel, bias = weights[f"{name}/conv/filters"], weights[f"{name}/conv/bias"]
    return Folded(kernel * scale, bias * scale + shift)  # type: ignore[arg-type]
