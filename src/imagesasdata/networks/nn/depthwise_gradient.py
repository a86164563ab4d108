"""A depthwise convolution of padded maps for the CPU, with a fast gradient.

Automatic differentiation would turn the sum of k x k shifted multiplies into as many scatters and
reductions, each over the whole map. Here the gradient of the input is again a sum of shifted
multiplies, and that of the kernel is accumulated row by row, while a row is in the core's cache.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

# Columns of a row that are unrolled; more make the program larger but not faster.
_COLUMNS = 16


@partial(jax.custom_vjp, nondiff_argnums=(2,))
def depthwise_padded(
    padded: Float[Array, "b h w c"], kernel: Float[Array, "kh kw c"], stride: int
) -> Float[Array, "b oh ow c"]:
    """The depthwise convolution of maps that are padded already.

    Parameters
    ----------
    padded
        Maps with the zeros around them.
    kernel
        One filter for each channel.
    stride
        Step of the filters.
    """
    rows, columns = (
        (size - side) // stride + 1
        for size, side in zip(padded.shape[1:3], kernel.shape[:2], strict=True)
    )
    # Padded beforehand: if XLA fused the padding into the sum, it would be tested at every pixel.
    return _sum_shifted(lax.optimization_barrier(padded), kernel, rows, columns, stride)


def _forward(
    padded: jax.Array, kernel: jax.Array, stride: int
) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return depthwise_padded(padded, kernel, stride), (padded, kernel)


def _backward(
    stride: int, kept: tuple[jax.Array, jax.Array], slope: jax.Array
) -> tuple[jax.Array, jax.Array]:
    padded, kernel = kept
    # A barrier, so that the slope is computed once and not again in each gradient.
    slope = lax.optimization_barrier(slope)
    return _to_input(padded.shape, kernel, slope, stride), _to_kernel(
        padded, slope, kernel.shape[:2], stride
    )


depthwise_padded.defvjp(_forward, _backward)


def _sum_shifted(
    padded: jax.Array, kernel: jax.Array, rows: int, columns: int, stride: int
) -> jax.Array:
    batch, _, _, channels = padded.shape
    total = jnp.zeros((), padded.dtype)
    for row in range(kernel.shape[0]):
        for column in range(kernel.shape[1]):
            end = (
                batch,
                row + (rows - 1) * stride + 1,
                column + (columns - 1) * stride + 1,
                channels,
            )
            shifted = lax.slice(padded, (0, row, column, 0), end, (1, stride, stride, 1))
            total = total + shifted * kernel[row, column]
    return total


def _to_input(
    shape: tuple[int, ...], kernel: jax.Array, slope: jax.Array, stride: int
) -> jax.Array:
    """The gradient of the input: rotated filters over the slope, spread out by the stride."""
    edges = [(0, 0, 0)]
    for size, out, side in zip(shape[1:3], slope.shape[1:3], kernel.shape[:2], strict=True):
        spread = (out - 1) * stride + 1
        # Padding before: as far as the filter reaches back; after: up to the size of the input.
        edges.append((side - 1, size - spread, stride - 1))
    zero = jnp.zeros((), slope.dtype)
    spread_out = lax.optimization_barrier(lax.pad(slope, zero, [*edges, (0, 0, 0)]))
    return _sum_shifted(spread_out, kernel[::-1, ::-1], shape[1], shape[2], 1)


def _to_kernel(
    padded: jax.Array, slope: jax.Array, sides: tuple[int, ...], stride: int
) -> jax.Array:
    """The gradient of the kernel: values under the filter times the slope, summed row by row."""
    batch, rows, columns, channels = slope.shape
    high, wide = sides
    block = min(columns, _COLUMNS)
    blocks = -(-columns // block)
    extra = blocks * block - columns
    # The slope is padded with zero columns, which add nothing.
    slope = jnp.pad(slope, ((0, 0), (0, 0), (0, extra), (0, 0)))
    width = (blocks * block - 1) * stride + wide
    lacking = max(0, width - padded.shape[2])
    padded = jnp.pad(padded, ((0, 0), (0, 0), (0, lacking), (0, 0)))
    padded, slope = lax.optimization_barrier((padded, slope))
    reach = (block - 1) * stride + wide

    def add_block(number: jax.Array, total: jax.Array) -> jax.Array:
        picture, index = number // (rows * blocks), number % (rows * blocks)
        row, first = index // blocks, index % blocks * block
        seen = lax.dynamic_slice(
            padded, (picture, row * stride, first * stride, 0), (1, high, reach, channels)
        )[0]
        here = lax.dynamic_slice(slope, (picture, row, first, 0), (1, 1, block, channels))[0]
        for column in range(block):
            start = column * stride
            total = total + seen[:, start : start + wide] * here[:, column : column + 1]
        return total

    start = jnp.zeros((high, wide, channels), padded.dtype)
    return lax.fori_loop(0, batch * rows * blocks, add_block, start)
