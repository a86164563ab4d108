"""A graph's operations on neighborhoods: convolutions, pooling and resizing."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from imagesasdata.errors import WeightsError
from imagesasdata.networks.nn.conv import Around, conv, depthwise, same_padding
from imagesasdata.networks.zoo.graph.nodes import Node
from imagesasdata.networks.zoo.graph.program import sized


def ordinary(
    node: Node, x: Float[Array, "b h w i"], kernel: Float[Array, "kh kw i o"]
) -> Float[Array, "b oh ow o"]:
    """A convolution over all channels."""
    stride = _stride(node)
    return conv(x, kernel, stride, _padding(node, x, kernel.shape[:2], stride))


def by_channel(
    node: Node, x: Float[Array, "b h w c"], kernel: Float[Array, "kh kw c m"]
) -> Float[Array, "b oh ow cm"]:
    """A depthwise convolution, with one or several outputs for each channel."""
    stride = _stride(node)
    height, width, channels, times = kernel.shape
    if times > 1:
        x = jnp.repeat(x, times, axis=-1)
    kernel = kernel.reshape(height, width, channels * times)
    return depthwise(x, kernel, stride, _padding(node, x, (height, width), stride))


def max_pool(node: Node, m: Any, x: Float[Array, "b h w c"]) -> Float[Array, "b oh ow c"]:
    """The largest value of each window."""
    return _pool(node, x, -jnp.inf, lax.max)


def mean_pool(node: Node, m: Any, x: Float[Array, "b h w c"]) -> Float[Array, "b oh ow c"]:
    """The mean of each window's part inside the map."""
    return _pool(node, x, 0.0, lax.add) / _pool(node, jnp.ones((1, *x.shape[1:3], 1)), 0.0, lax.add)


def resize_bilinear(
    node: Node, m: Any, x: Float[Array, "b h w c"], size: np.ndarray
) -> Float[Array, "b oh ow c"]:
    """Bilinear resizing without antialiasing, as a matrix product for each side."""
    if node.get("align_corners", False):
        raise WeightsError("ResizeBilinear with align_corners is not supported.")
    centered = bool(node.get("half_pixel_centers", False))
    rows, columns = (
        _between(old, int(new), centered) for old, new in zip(x.shape[1:3], size, strict=True)
    )
    return jnp.einsum("oh,pw,bhwc->bopc", rows, columns, x)


def _between(old: int, new: int, centered: bool) -> Float[np.ndarray, "new old"]:
    """The weight of each old pixel in each new one, along one axis."""
    positions = np.arange(new) * (old / new)
    if centered:
        positions = (np.arange(new) + 0.5) * (old / new) - 0.5
    positions = np.clip(positions, 0, old - 1)
    low = np.floor(positions).astype(int)
    high = np.minimum(low + 1, old - 1)
    share = positions - low
    weights = np.zeros(sized((new, old)))
    np.add.at(weights, (np.arange(new), low), 1 - share)
    np.add.at(weights, (np.arange(new), high), share)
    return weights.astype(np.float32)


def _pool(node: Node, x: jax.Array, start: float, combine: Any) -> jax.Array:
    window = tuple(node.get("ksize", []))
    stride = _stride(node)
    if len(window) != 4 or window[0] != 1 or window[3] != 1:
        raise WeightsError(f"{node.op} over windows of {window} is not supported.")
    padding = ((0, 0), *_padding(node, x, window[1:3], stride), (0, 0))
    return lax.reduce_window(x, start, combine, window, (1, stride, stride, 1), padding)


def _stride(node: Node) -> int:
    strides = node.get("strides", [1, 1, 1, 1])
    dilations = node.get("dilations") or [1, 1, 1, 1]
    plain = node.get("data_format", "NHWC") == "NHWC" and set(dilations) == {1}
    if not plain or len(strides) != 4 or strides[0] != 1 or strides[3] != 1:
        raise WeightsError(
            f"{node.op} with format {node.get('data_format')}, strides {strides} and dilations "
            f"{dilations} is not supported."
        )
    if strides[1] != strides[2] or strides[1] < 1:
        raise WeightsError(f"{node.op} with strides {strides} is not supported.")
    return strides[1]


def _padding(node: Node, x: jax.Array, window: tuple[int, ...], stride: int) -> Around:
    kind = node.get("padding")
    if kind == "VALID":
        return (0, 0), (0, 0)
    if kind == "SAME":
        rows, columns = (
            same_padding(size, side, stride)
            for size, side in zip(x.shape[1:3], window, strict=True)
        )
        return rows, columns
    sides = node.get("explicit_paddings", [])
    if kind == "EXPLICIT" and len(sides) == 8:
        return (sides[2], sides[3]), (sides[4], sides[5])
    raise WeightsError(f"{node.op} with padding {kind!r} is not supported.")
