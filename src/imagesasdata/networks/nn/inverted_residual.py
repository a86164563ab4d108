"""The inverted residual block of MobileNetV2 and EfficientNet, folded for inference."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from imagesasdata.networks.nn.conv import (
    Padding,
    depthwise_grouped,
    depthwise_shifted,
    paddings,
    pointwise,
)
from imagesasdata.networks.nn.layers import Folded, relu6

# The many channels inside a block are computed, filtered and summed in slices of at most this size,
# so that they stay in a core's cache. Of the sizes tried (1 to 4 MB, by bytes or by channels) this
# was the best, on a core with 1 MB of private and 32 MB of shared cache.
_SLICE_BYTES = 2_000_000


def inverted_residual(
    x: Float[Array, "b h w i"],
    expand: Folded | None,
    filters: Folded,
    project: Folded,
    *,
    stride: int,
    padding: Padding = "same",
) -> Float[Array, "b oh ow o"]:
    """Expand by a 1x1 convolution, filter each channel, project; the input is added if shapes match.

    Parameters
    ----------
    x
        Batch of maps.
    expand
        Kernel (1, 1, i, c); ``None`` if the block does not expand.
    filters
        Kernel (k, k, c), one filter for each channel.
    project
        Kernel (1, 1, c, o).
    stride
        Step of the filters.
    padding
        Zeros around the input of the filters.
    """
    y = lax.platform_dependent(
        x,
        expand,
        filters,
        project,
        cpu=lambda *layers: _in_slices(*layers, stride=stride, padding=padding),
        default=lambda *layers: _whole(*layers, stride=stride, padding=padding),
    )
    return x + y if stride == 1 and x.shape == y.shape else y


def _whole(
    x: jax.Array,
    expand: Folded | None,
    filters: Folded,
    project: Folded,
    *,
    stride: int,
    padding: Padding = "same",
) -> jax.Array:
    if expand is not None:
        x = relu6(pointwise(x, expand.kernel[0, 0]) + expand.bias)
    x = relu6(depthwise_grouped(x, filters.kernel, stride, padding) + filters.bias)
    return pointwise(x, project.kernel[0, 0]) + project.bias


def _in_slices(
    x: jax.Array,
    expand: Folded | None,
    filters: Folded,
    project: Folded,
    *,
    stride: int,
    padding: Padding = "same",
) -> jax.Array:
    batch, height, width, _ = x.shape
    side = filters.kernel.shape[0]
    channels = filters.kernel.shape[-1]
    count = 1 if expand is None else _slices(channels, x.dtype.itemsize * batch * height * width)
    size = channels // count
    rows, columns = (
        (size + sum(zeros) - side) // stride + 1
        for size, zeros in zip(
            (height, width), paddings((height, width), (side, side), stride, padding), strict=True
        )
    )
    y: jax.Array = project.bias
    for start in range(0, channels, size):
        part = slice(start, start + size)
        wide = x
        if expand is not None:
            wide = relu6(pointwise(x, expand.kernel[0, 0, :, part]) + expand.bias[part])
        filtered = depthwise_shifted(wide, filters.kernel[..., part], stride, padding)
        filtered = filtered + filters.bias[part]
        # Without barriers, XLA would compute the filters again inside the product, and would start
        # all slices before the first is done.
        narrow = lax.optimization_barrier(relu6(filtered)).reshape(-1, size)
        y = lax.optimization_barrier(y + jnp.dot(narrow, project.kernel[0, 0, part]))
    return y.reshape(batch, rows, columns, -1)


def _slices(channels: int, bytes_per_channel: int) -> int:
    """The smallest number of equal slices, of whole SIMD vectors, that are small enough."""
    for count in range(1, channels // 8 + 1):
        if channels % count or (channels // count) % 8:
            continue
        if channels // count * bytes_per_channel <= _SLICE_BYTES or channels // count <= 32:
            return count
    return 1
