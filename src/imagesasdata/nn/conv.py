"""Convolutions, padded as TensorFlow's SAME or as told, in the form that is fastest on the device.

XLA's grouped convolution on a CPU is ten times slower than the same sum written out as shifted
multiplies, and has been seen to give wrong numbers. On a GPU or TPU it is the right form. The choice
is made when a program is lowered for its device, not in the models.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

# Pixels before and after, for the rows and for the columns.
Padding = tuple[tuple[int, int], tuple[int, int]]
_LAYOUT = ("NHWC", "HWIO", "NHWC")


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's SAME padding along one side: as even as can be, the odd pixel at the end."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def same_paddings(x: Float[Array, "b h w c"], kernel: jax.Array, stride: int) -> Padding:
    """SAME padding along both sides of a batch of maps."""
    rows, columns = (
        same_padding(size, side, stride)
        for size, side in zip(x.shape[1:3], kernel.shape[:2], strict=True)
    )
    return rows, columns


def pad(x: Float[Array, "b h w c"], padding: Padding) -> Float[Array, "b padded_h padded_w c"]:
    """Zeros around a batch of maps."""
    return jnp.pad(x, ((0, 0), *padding, (0, 0)))


def conv(
    x: Float[Array, "b h w i"],
    kernel: Float[Array, "kh kw i o"],
    stride: int,
    padding: Padding | None = None,
) -> Float[Array, "b oh ow o"]:
    """An ordinary convolution, with SAME padding unless told otherwise.

    A kernel of one pixel is a matrix product. On a CPU, so is one over few channels (a network's
    first layer), once each pixel's neighbourhood is laid out in a row.
    """
    height, width, channels, _ = kernel.shape
    if padding is None:
        padding = same_paddings(x, kernel, stride)
    if height == width == stride == 1 and padding == ((0, 0), (0, 0)):
        return pointwise(x, kernel[0, 0])
    if channels > 4:
        return _plain(x, kernel, stride=stride, padding=padding, groups=1)
    return lax.platform_dependent(
        x,
        kernel,
        cpu=lambda x, kernel: _as_product(x, kernel, stride=stride, padding=padding),
        default=lambda x, kernel: _plain(x, kernel, stride=stride, padding=padding, groups=1),
    )


def pointwise(x: Float[Array, "b h w i"], kernel: Float[Array, "i o"]) -> Float[Array, "b h w o"]:
    """A convolution of one pixel: a matrix product over the channels."""
    rows = jnp.dot(x.reshape(-1, x.shape[-1]), kernel)
    return rows.reshape(*x.shape[:3], kernel.shape[1])


def depthwise(
    x: Float[Array, "b h w c"],
    kernel: Float[Array, "kh kw c"],
    stride: int,
    padding: Padding | None = None,
) -> Float[Array, "b oh ow c"]:
    """A convolution of each channel by itself, with SAME padding unless told otherwise."""
    around = same_paddings(x, kernel, stride) if padding is None else padding
    return lax.platform_dependent(
        x,
        kernel,
        cpu=lambda x, kernel: depthwise_shifted(x, kernel, stride, around),
        default=lambda x, kernel: _plain(
            x, kernel[:, :, None, :], stride=stride, padding=around, groups=x.shape[-1]
        ),
    )


def depthwise_shifted(
    x: Float[Array, "b h w c"],
    kernel: Float[Array, "kh kw c"],
    stride: int,
    padding: Padding | None = None,
) -> Float[Array, "b oh ow c"]:
    """The depthwise convolution as a sum of shifted multiplies, one for each place in the kernel."""
    around = same_paddings(x, kernel, stride) if padding is None else padding
    # Padding is kept out of the sum, where it would be tested for at every pixel.
    padded = lax.optimization_barrier(pad(x, around))
    return sum(
        (
            shifted * kernel[row, column]
            for (row, column), shifted in _shifts(padded, kernel.shape[:2], stride)
        ),
        start=jnp.zeros((), x.dtype),
    )


def _shifts(
    padded: jax.Array, kernel: tuple[int, ...], stride: int
) -> list[tuple[tuple[int, int], jax.Array]]:
    """For each place in the kernel, what stands under it as the kernel moves over the map."""
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
    neighbours = [shifted for _, shifted in _shifts(pad(x, padding), kernel.shape[:2], stride)]
    return pointwise(jnp.concatenate(neighbours, axis=-1), kernel.reshape(-1, kernel.shape[-1]))


def _plain(
    x: jax.Array, kernel: jax.Array, *, stride: int, padding: Padding, groups: int
) -> jax.Array:
    return lax.conv_general_dilated(
        x, kernel, (stride, stride), padding, dimension_numbers=_LAYOUT, feature_group_count=groups
    )
