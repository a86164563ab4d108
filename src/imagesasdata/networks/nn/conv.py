"""Convolutions, in the form that is fastest on the device.

On a CPU, XLA's grouped convolution is ten times slower than the same sum written out as shifted
multiplies, and was seen to give wrong numbers. On a GPU or TPU it is the right form. The choice is
made when a program is lowered for its device, not in the models.
"""

from __future__ import annotations

from typing import Literal

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from imagesasdata.networks.nn.depthwise_gradient import depthwise_padded

# Zeros before and after, for the rows and for the columns.
Around = tuple[tuple[int, int], tuple[int, int]]
# Padding of a map: a number for every side (PyTorch), TensorFlow's SAME, or explicit.
Padding = int | Literal["same"] | Around

_LAYOUT = ("NHWC", "HWIO", "NHWC")


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's SAME padding along one axis: split evenly, an odd pixel at the end."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def paddings(
    sizes: tuple[int, ...], kernel: tuple[int, ...], stride: int, padding: Padding
) -> Around:
    """Zeros before and after along each side of a map."""
    if isinstance(padding, tuple):
        return padding
    if isinstance(padding, int):
        return (padding, padding), (padding, padding)
    (height, width), (kernel_height, kernel_width) = sizes, kernel
    return same_padding(height, kernel_height, stride), same_padding(width, kernel_width, stride)


def pad(
    x: Float[Array, "b h w c"], kernel: tuple[int, ...], stride: int, padding: Padding
) -> Float[Array, "b padded_h padded_w c"]:
    """Zeros around a batch of maps."""
    rows, columns = paddings(x.shape[1:3], kernel, stride, padding)
    return jnp.pad(x, ((0, 0), rows, columns, (0, 0)))


def conv(
    x: Float[Array, "b h w i"],
    kernel: Float[Array, "kh kw i o"],
    stride: int,
    padding: Padding = "same",
) -> Float[Array, "b oh ow o"]:
    """An ordinary convolution.

    Some convolutions are computed as matrix products: those of one pixel; those whose stride is the
    side of the kernel (patches), if nothing is padded; and, on a CPU, those over few channels (a
    network's first layer), after each pixel's neighborhood is laid out in a row.
    """
    *sides, channels, _ = kernel.shape
    around = paddings(x.shape[1:3], tuple(sides), stride, padding)
    if around == ((0, 0), (0, 0)):
        if sides == [1, 1]:
            return pointwise(x[:, ::stride, ::stride], kernel[0, 0])
        if sides == [stride, stride]:
            return _patches(x, kernel)
    if channels > 4:
        return _plain(x, kernel, stride=stride, groups=1, padding=padding)
    return lax.platform_dependent(
        x,
        kernel,
        cpu=lambda x, kernel: _as_product(x, kernel, stride=stride, padding=padding),
        default=lambda x, kernel: _plain(x, kernel, stride=stride, groups=1, padding=padding),
    )


def pointwise(x: Float[Array, "b h w i"], kernel: Float[Array, "i o"]) -> Float[Array, "b h w o"]:
    """A convolution of one pixel: a matrix product over the channels."""
    rows = jnp.dot(x.reshape(-1, x.shape[-1]), kernel)
    return rows.reshape(*x.shape[:3], kernel.shape[1])


def depthwise(
    x: Float[Array, "b h w c"],
    kernel: Float[Array, "kh kw c"],
    stride: int,
    padding: Padding = "same",
) -> Float[Array, "b oh ow c"]:
    """A depthwise convolution, which filters each channel separately."""
    return lax.platform_dependent(
        x,
        kernel,
        cpu=lambda x, kernel: depthwise_padded(
            pad(x, kernel.shape[:2], stride, padding), kernel, stride
        ),
        default=lambda x, kernel: depthwise_grouped(x, kernel, stride, padding),
    )


def depthwise_grouped(
    x: Float[Array, "b h w c"],
    kernel: Float[Array, "kh kw c"],
    stride: int,
    padding: Padding = "same",
) -> Float[Array, "b oh ow c"]:
    """XLA's depthwise convolution: correct and fast on a GPU or TPU, but not on a CPU."""
    return _plain(x, kernel[:, :, None, :], stride=stride, groups=x.shape[-1], padding=padding)


def depthwise_shifted(
    x: Float[Array, "b h w c"],
    kernel: Float[Array, "kh kw c"],
    stride: int,
    padding: Padding = "same",
) -> Float[Array, "b oh ow c"]:
    """The depthwise convolution as a sum of shifted multiplies, one for each position in the kernel."""
    sides = kernel.shape[:2]
    # Padded beforehand: if XLA fused the padding into the sum, it would be tested at every pixel.
    padded = lax.optimization_barrier(pad(x, sides, stride, padding))
    # lax.slice is traced much faster than indexing.
    weights = kernel[None]
    last = kernel.shape[2]
    return sum(
        (
            shifted * lax.slice(weights, (0, row, column, 0), (1, row + 1, column + 1, last))
            for (row, column), shifted in shifts(padded, sides, stride)
        ),
        start=jnp.zeros((), x.dtype),
    )


def shifts(
    padded: Float[Array, "b h w c"], kernel: tuple[int, ...], stride: int
) -> list[tuple[tuple[int, int], jax.Array]]:
    """For each position in the kernel, the values of the padded map that it is multiplied with."""
    batch, height, width, channels = padded.shape
    rows, columns = (height - kernel[0]) // stride, (width - kernel[1]) // stride
    return [
        (
            (row, column),
            lax.slice(
                padded,
                (0, row, column, 0),
                (batch, row + rows * stride + 1, column + columns * stride + 1, channels),
                (1, stride, stride, 1),
            ),
        )
        for row in range(kernel[0])
        for column in range(kernel[1])
    ]


def _as_product(x: jax.Array, kernel: jax.Array, *, stride: int, padding: Padding) -> jax.Array:
    sides = kernel.shape[:2]
    padded = pad(x, sides, stride, padding)
    neighbors = [shifted for _, shifted in shifts(padded, sides, stride)]
    return pointwise(jnp.concatenate(neighbors, axis=-1), kernel.reshape(-1, kernel.shape[-1]))


def _patches(x: jax.Array, kernel: jax.Array) -> jax.Array:
    """A convolution over patches that do not overlap; leftover pixels at the edges are ignored."""
    side = kernel.shape[0]
    batch, height, width, channels = x.shape
    rows, columns = height // side, width // side
    x = x[:, : rows * side, : columns * side]
    x = x.reshape(batch, rows, side, columns, side, channels).transpose(0, 1, 3, 2, 4, 5)
    return pointwise(x.reshape(batch, rows, columns, -1), kernel.reshape(-1, kernel.shape[-1]))


def _plain(
    x: jax.Array, kernel: jax.Array, *, stride: int, groups: int, padding: Padding
) -> jax.Array:
    return lax.conv_general_dilated(
        x,
        kernel,
        (stride, stride),
        paddings(x.shape[1:3], kernel.shape[:2], stride, padding),
        dimension_numbers=_LAYOUT,
        feature_group_count=groups,
    )
