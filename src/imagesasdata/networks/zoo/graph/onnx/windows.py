"""ONNX operations on neighborhoods: convolutions and pooling, of maps whose channels come last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Shaped

from imagesasdata.errors import WeightsError
from imagesasdata.networks.nn import conv as fast
from imagesasdata.networks.nn.pool import max_pool
from imagesasdata.networks.zoo.graph.nodes import Node
from imagesasdata.networks.zoo.graph.onnx.shapes import whole
from imagesasdata.networks.zoo.graph.program import sized

Op = Callable[..., Any]
# Zeros before and after, for each side of a map.
Around = tuple[tuple[int, int], ...]

# The letters of a map's sides in JAX's descriptions of a convolution.
_SIDES = {1: "W", 2: "HW", 3: "DHW"}
# An attribute of a node whose kernel was turned beforehand, once for all pictures.
KERNEL_LAST = "kernel_last"


def _conv(
    node: Node, x: Shaped[Array, "b *sides i"], kernel: Any, bias: Any = None
) -> Shaped[Array, "b *out o"]:
    """A convolution over all channels, over groups of them, or over each alone."""
    kernel = _kernel(node, kernel)
    groups = node.get("group", 1)
    strides, dilations = _steps(node, "strides", x), _steps(node, "dilations", x)
    around = _around(node, x.shape[1:-1], kernel.shape[:-2], strides, dilations)
    y = convolve(x, kernel, strides, dilations, around, groups)
    return y if bias is None else y + bias


def convolve(
    x: Shaped[Array, "b *sides i"],
    kernel: Shaped[Array, "*kernel i o"],
    strides: list[int],
    dilations: list[int],
    around: Around,
    groups: int,
) -> Shaped[Array, "b *out o"]:
    """A convolution in the form that is fastest on the device, as the library's own networks use it."""
    square = len(strides) == 2 and strides[0] == strides[1]
    square = square and jnp.issubdtype(x.dtype, np.floating)
    if square and groups == x.shape[-1] and kernel.shape[-2] == 1 and groups > 1:
        times = kernel.shape[-1] // groups
        spread = _spread(kernel[..., 0, :], dilations)
        maps = jnp.repeat(x, times, axis=-1) if times > 1 else x
        return fast.depthwise(maps, spread, strides[0], (around[0], around[1]))
    if square and groups == 1 and dilations == [1, 1]:
        return fast.conv(x, kernel, strides[0], (around[0], around[1]))
    # One by one, for XLA's grouped convolution is slow on a CPU and was seen to give wrong numbers.
    parts = [
        _plain(part, weights, strides, dilations, around)
        for part, weights in zip(
            jnp.split(x, groups, axis=-1), jnp.split(kernel, groups, axis=-1), strict=True
        )
    ]
    return parts[0] if groups == 1 else jnp.concatenate(parts, axis=-1)


def _plain(
    x: jax.Array,
    kernel: jax.Array,
    strides: list[int],
    dilations: list[int],
    around: Around,
    between: list[int] | None = None,
) -> jax.Array:
    sides = _SIDES[x.ndim - 2]
    whole_numbers = jnp.issubdtype(x.dtype, np.integer)
    return lax.conv_general_dilated(
        x,
        kernel,
        strides,
        around,
        lhs_dilation=between,
        rhs_dilation=dilations,
        dimension_numbers=(f"N{sides}C", f"{sides}IO", f"N{sides}C"),
        preferred_element_type=jnp.int32 if whole_numbers else None,
    )


def _spread(kernel: jax.Array, dilations: list[int]) -> jax.Array:
    """A kernel with zeros between its values, in place of steps between the pixels that it takes."""
    if set(dilations) == {1}:
        return kernel
    inside = [(0, 0, by - 1) for by in dilations]
    return lax.pad(jnp.asarray(kernel), np.zeros((), kernel.dtype), [*inside, (0, 0, 0)])


def _conv_transpose(
    node: Node, x: Shaped[Array, "b *sides i"], kernel: Any, bias: Any = None
) -> Shaped[Array, "b *out o"]:
    """The convolution whose gradient is a convolution: maps become larger."""
    groups = node.get("group", 1)
    strides, dilations = _steps(node, "strides", x), _steps(node, "dilations", x)
    reach = [(side - 1) * by + 1 for side, by in zip(np.shape(kernel)[2:], dilations, strict=True)]
    extra = node.get("output_padding") or [0] * len(strides)
    around = _around_transposed(node, x.shape[1:-1], reach, strides, extra)
    sized(
        (
            *(
                (size - 1) * by + side + more - sum(both)
                for size, by, side, more, both in zip(
                    x.shape[1:-1], strides, reach, extra, around, strict=True
                )
            ),
            np.shape(kernel)[1] * groups,
        )
    )
    outer: Around = tuple(
        (side - 1 - before, side - 1 - after + more)
        for side, (before, after), more in zip(reach, around, extra, strict=True)
    )
    # (i, o, sides) to (sides, i, o), turned by half a circle.
    turned = jnp.flip(
        jnp.moveaxis(jnp.asarray(kernel), (0, 1), (-2, -1)), tuple(range(len(strides)))
    )
    parts = [
        _plain(part, weights, [1] * len(strides), dilations, outer, strides)
        for part, weights in zip(
            jnp.split(x, groups, axis=-1), jnp.split(turned, groups, axis=-2), strict=True
        )
    ]
    y = jnp.concatenate(parts, axis=-1)
    return y if bias is None else y + bias


def _around_transposed(
    node: Node, sizes: tuple[int, ...], reach: list[int], strides: list[int], extra: list[int]
) -> Around:
    shape, kind = node.get("output_shape"), node.get("auto_pad", "NOTSET")
    if shape is None and kind in {"SAME_UPPER", "SAME_LOWER"}:
        shape = [size * by for size, by in zip(sizes, strides, strict=True)]
    if shape is None:
        pads = node.get("pads") or [0] * 2 * len(sizes)
        return tuple(zip(pads[: len(sizes)], pads[len(sizes) :], strict=True))
    around = []
    for size, by, side, more, wanted in zip(
        sizes, strides, reach, extra, shape[-len(sizes) :], strict=True
    ):
        total = by * (size - 1) + more + side - wanted
        half = total // 2
        around.append((half, total - half) if kind == "SAME_UPPER" else (total - half, half))
    return tuple(around)


def _max_pool(node: Node, x: Shaped[Array, "b *sides c"]) -> Shaped[Array, "b *out c"]:
    """The largest value of each window."""
    if node.get("outputs", 1) > 1:
        raise WeightsError(
            "MaxPool that also gives the places of the largest values is not known here."
        )
    window = _window(node, x)
    strides, dilations = _steps(node, "strides", x), _steps(node, "dilations", x)
    around = _around(node, x.shape[1:-1], window, strides, dilations)
    whole_numbers = jnp.issubdtype(x.dtype, np.integer)
    lowest = np.iinfo(x.dtype).min if whole_numbers else -np.inf
    first = np.asarray(lowest, x.dtype)[()]
    plain = not whole_numbers and set(dilations) == {1} and len(window) == 2
    if plain and window[0] == window[1] and strides[0] == strides[1]:
        (top, bottom), (left, right) = around
        if top == bottom == left == right:
            return max_pool(x, window[0], strides[0], top)
        return max_pool(lax.pad(x, first, _edges(around)), window[0], strides[0])
    return _reduced(x, first, lax.max, window, strides, dilations, around)


def _average_pool(node: Node, x: Shaped[Array, "b *sides c"]) -> Shaped[Array, "b *out c"]:
    """The mean of each window, over its part inside the map or over all of it."""
    window = _window(node, x)
    strides, dilations = _steps(node, "strides", x), _steps(node, "dilations", x)
    around = _around(node, x.shape[1:-1], window, strides, dilations)
    zero = np.zeros((), x.dtype)[()]
    total = _reduced(x, zero, lax.add, window, strides, dilations, around)
    inside = np.ones((1, *x.shape[1:-1], 1), x.dtype)
    if node.get("count_include_pad", 0):
        # Its own margin counts; what is added for a last window that reaches beyond does not.
        stated = _stated(node, x.shape[1:-1], window, strides, dilations)
        inside = np.pad(inside, ((0, 0), *stated, (0, 0)), constant_values=1)
        around = tuple(
            (before - first, after - last)
            for (before, after), (first, last) in zip(around, stated, strict=True)
        )
    count = _reduced(jnp.asarray(inside), zero, lax.add, window, strides, dilations, around)
    return total / count


def _lp_pool(node: Node, x: Shaped[Array, "b *sides c"]) -> Shaped[Array, "b *out c"]:
    p = node.get("p", 2)
    window = _window(node, x)
    strides, dilations = _steps(node, "strides", x), _steps(node, "dilations", x)
    around = _around(node, x.shape[1:-1], window, strides, dilations)
    powers = jnp.abs(x) ** p
    zero = np.zeros((), x.dtype)[()]
    return _reduced(powers, zero, lax.add, window, strides, dilations, around) ** (1 / p)


def _whole_map(reduce: Callable[[Any, tuple[int, ...]], Any]) -> Op:
    def op(node: Node, x: Shaped[Array, "b *sides c"]) -> Any:
        return reduce(x, tuple(range(1, x.ndim - 1)))

    return op


def _global_lp(node: Node, x: Any) -> Any:
    p = node.get("p", 2)
    powers = (jnp.abs(x) ** p).sum(axis=tuple(range(1, x.ndim - 1)), keepdims=True)
    return powers ** (1 / p)


def _reduced(
    x: jax.Array,
    first: Any,
    combine: Any,
    window: list[int],
    strides: list[int],
    dilations: list[int],
    around: Around,
) -> jax.Array:
    return lax.reduce_window(
        x,
        first,
        combine,
        (1, *window, 1),
        (1, *strides, 1),
        ((0, 0), *around, (0, 0)),
        window_dilation=(1, *dilations, 1),
    )


def _edges(around: Around) -> list[tuple[int, int, int]]:
    return [(0, 0, 0), *((before, after, 0) for before, after in around), (0, 0, 0)]


def _kernel(node: Node, kernel: Any) -> jax.Array:
    """A kernel as (sides, i, o); files have (o, i, sides)."""
    kernel = jnp.asarray(kernel)
    return kernel if node.get(KERNEL_LAST) else jnp.moveaxis(kernel, (1, 0), (-2, -1))


def _steps(node: Node, name: str, x: jax.Array) -> list[int]:
    return whole(node.get(name) or [1] * (x.ndim - 2))


def _window(node: Node, x: jax.Array) -> list[int]:
    window = whole(node.get("kernel_shape", []))
    if len(window) != x.ndim - 2:
        raise WeightsError(f"{node.op} over windows of {window} does not fit its map.")
    return window


def _around(
    node: Node,
    sizes: tuple[int, ...],
    window: Any,
    strides: list[int],
    dilations: list[int],
) -> Around:
    """Zeros around a map, those for a last window that reaches beyond it included."""
    stated = _stated(node, sizes, window, strides, dilations)
    if not node.get("ceil_mode", 0):
        return stated
    around = []
    for (before, after), size, side, by, apart in zip(
        stated, sizes, window, strides, dilations, strict=True
    ):
        reach = (side - 1) * apart + 1
        steps = -(-(size + before + after - reach) // by)
        # No window begins in the margin after the map.
        if steps * by >= size + before:
            steps -= 1
        around.append((before, max(steps * by + reach - size - before, after)))
    return tuple(around)


def _stated(
    node: Node,
    sizes: tuple[int, ...],
    window: Any,
    strides: list[int],
    dilations: list[int],
) -> Around:
    """The margin that a node states: numbers, or one that keeps the map's size."""
    kind = node.get("auto_pad", "NOTSET")
    if kind == "VALID":
        return ((0, 0),) * len(sizes)
    if kind in {"SAME_UPPER", "SAME_LOWER"}:
        around = []
        for size, side, by, apart in zip(sizes, window, strides, dilations, strict=True):
            less, more = fast.same_padding(size, (side - 1) * apart + 1, by)
            around.append((less, more) if kind == "SAME_UPPER" else (more, less))
        return tuple(around)
    pads = whole(node.get("pads") or [0] * 2 * len(sizes))
    if len(pads) != 2 * len(sizes):
        raise WeightsError(f"{node.op} with margins {pads} does not fit its map.")
    return tuple(zip(pads[: len(sizes)], pads[len(sizes) :], strict=True))


OPS: Mapping[str, Op] = {
    "AveragePool": _average_pool,
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "GlobalAveragePool": _whole_map(lambda x, axes: x.mean(axis=axes, keepdims=True)),
    "GlobalLpPool": _global_lp,
    "GlobalMaxPool": _whole_map(lambda x, axes: x.max(axis=axes, keepdims=True)),
    "LpPool": _lp_pool,
    "MaxPool": _max_pool,
}
