"""Convolutions with TensorFlow's SAME padding, in the form that is fastest on the device.

XLA's grouped convolution on a CPU is ten times slower than the same sum written out as shifted
multiplies, and has been seen to give wrong numbers. On a GPU or TPU it is the right form. The choice
is made when a program is lowered for its device, not in the models.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from imagesasdata.nn.depthwise_gradient import depthwise_padded

_LAYOUT = ("NHWC", "HWIO", "NHWC")


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's SAME padding along one side: as even as can be, the odd pixel at the end."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def pad_same(
    x: Float[Array, "b h w c"], kernel: int, stride: int
) -> Float[Array, "b padded_h padded_w c"]:
    """Zeros around a batch of maps, as SAME asks for."""
    rows, columns = (same_padding(size, kernel, stride) for size in x.shape[1:3])
    return jnp.pad(x, ((0, 0), rows, columns, (0, 0)))


def conv(
    x: Float[Array, "b h w i"], kernel: Float[Array, "k k i o"], stride: int
) -> Float[Array, "b oh ow o"]:
    """An ordinary convolution.

    A kernel of one pixel is a matrix product. On a CPU, so is one over few channels (a network's
    first layer), once each pixel's neighbourhood is laid out in a row.
    """
    side, _, channels, _ = kernel.shape
    if side == 1 and stride == 1:
        return pointwise(x, kernel[0, 0])
    if channels > 4:
        return _plain(x, kernel, stride=stride, groups=1)
    return lax.platform_dependent(
        x,
        kernel,
        cpu=lambda x, kernel: _as_product(x, kernel, stride=stride),
        default=lambda x, kernel: _plain(x, kernel, stride=stride, groups=1),
    )


def pointwise(x: Float[Array, "b h w i"], kernel: Float[Array, "i o"]) -> Float[Array, "b h w o"]:
    """A convolution of one pixel: a matrix product over the channels."""
    rows = jnp.dot(x.reshape(-1, x.shape[-1]), kernel)
    return rows.reshape(*x.shape[:3], kernel.shape[1])


def depthwise(
    x: Float[Array, "b h w c"], kernel: Float[Array, "k k c"], stride: int
) -> Float[Array, "b oh ow c"]:
    """A convolution of each channel by itself."""
    return lax.platform_dependent(
        x,
        kernel,
        cpu=lambda x, kernel: depthwise_padded(
            pad_same(x, kernel.shape[0], stride), kernel, stride
        ),
        default=lambda x, kernel: _plain(
            x, kernel[:, :, None, :], stride=stride, groups=x.shape[-1]
        ),
    )


def depthwise_shifted(
    x: Float[Array, "b h w c"], kernel: Float[Array, "k k c"], stride: int
) -> Float[Array, "b oh ow c"]:
    """The depthwise convolution as a sum of k x k shifted multiplies."""
    side = kernel.shape[0]
    # Padding is kept out of the sum, where it would be tested for at every pixel.
    padded = lax.optimization_barrier(pad_same(x, side, stride))
    return sum(
        (
            shifted * kernel[row, column]
            for (row, column), shifted in _shifts(padded, x.shape, side, stride)
        ),
        start=jnp.zeros((), x.dtype),
    )


def _shifts(
    padded: jax.Array, shape: tuple[int, ...], side: int, stride: int
) -> list[tuple[tuple[int, int], jax.Array]]:
    """For each place in the kernel, what stands under it as the kernel moves over the map."""
    batch, height, width, channels = shape
    rows, columns = -(-height // stride), -(-width // stride)
    return [
        (
            (row, column),
            lax.slice(
                padded,
                (0, row, column, 0),
                (
                    batch,
                    row + (rows - 1) * stride + 1,
                    column + (columns - 1) * stride + 1,
                    channels,
                ),
                (1, stride, stride, 1),
            ),
        )
        for row in range(side)
        for column in range(side)
    ]


def _as_product(x: jax.Array, kernel: jax.Array, *, stride: int) -> jax.Array:
    side = kernel.shape[0]
    padded = pad_same(x, side, stride)
    neighbours = [shifted for _, shifted in _shifts(padded, x.shape, side, stride)]
    return pointwise(jnp.concatenate(neighbours, axis=-1), kernel.reshape(-1, kernel.shape[-1]))


def _plain(x: jax.Array, kernel: jax.Array, *, stride: int, groups: int) -> jax.Array:
    padding = [same_padding(size, kernel.shape[0], stride) for size in x.shape[1:3]]
    return lax.conv_general_dilated(
        x, kernel, (stride, stride), padding, dimension_numbers=_LAYOUT, feature_group_count=groups
    )
