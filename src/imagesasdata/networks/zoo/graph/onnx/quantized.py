"""ONNX operations on numbers of eight bits: to them and from them, and products of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.zoo.graph.nodes import Node
from imagesasdata.networks.zoo.graph.onnx import windows
from imagesasdata.networks.zoo.graph.onnx.elementwise import type_of

Op = Callable[..., Any]


def _quantize(node: Node, m: Any, x: Any, scale: Any, zero: Any = None) -> Any:
    kind = zero.dtype if zero is not None else type_of(node.get("output_dtype", 0) or 2, m)
    scale, start = _along(node, x, scale), _along(node, x, zero)
    return _into(m, x / scale, start, kind)


def _dequantize(node: Node, m: Any, x: Any, scale: Any, zero: Any = None) -> Any:
    start = _along(node, x, zero)
    whole = m.asarray(x).astype(np.int32)
    return (whole - (0 if start is None else start.astype(np.int32))).astype(scale.dtype) * _along(
        node, x, scale
    )


def _dynamic(node: Node, m: Any, x: Any) -> Any:
    """To eight bits between the smallest and the largest value, zero included."""
    low = m.minimum(x.min(), np.zeros((), x.dtype))
    high = m.maximum(x.max(), np.zeros((), x.dtype))
    scale = (high - low) / np.asarray(255, x.dtype)
    zero = m.clip(m.round(-low / scale), 0, 255).astype(np.uint8)
    return _into(m, x / scale, zero, np.dtype(np.uint8)), scale, zero


def _matmul_integer(
    node: Node, m: Any, a: Any, b: Any, a_zero: Any = None, b_zero: Any = None
) -> Any:
    # A zero for each row of the first, for each column of the second.
    a_zero = _column(a_zero)
    return m.matmul(_less(m, a, a_zero), _less(m, b, b_zero))


def _qlinear_matmul(
    node: Node,
    m: Any,
    a: Any,
    a_scale: Any,
    a_zero: Any,
    b: Any,
    b_scale: Any,
    b_zero: Any,
    scale: Any,
    zero: Any,
) -> Any:
    product = m.matmul(_less(m, a, _column(a_zero)), _less(m, b, b_zero))
    factor = _column(a_scale) * b_scale / scale
    return _into(m, product.astype(np.float32) * factor.astype(np.float32), zero, zero.dtype)


def _conv_integer(
    node: Node, x: Any, kernel: Any, x_zero: Any = None, kernel_zero: Any = None
) -> Any:
    return windows.OPS["Conv"](node, _less(jnp, x, x_zero), _less(jnp, kernel, _outer(kernel_zero)))


def _qlinear_conv(
    node: Node,
    x: Any,
    x_scale: Any,
    x_zero: Any,
    kernel: Any,
    kernel_scale: Any,
    kernel_zero: Any,
    scale: Any,
    zero: Any,
    bias: Any = None,
) -> Any:
    y = windows.OPS["Conv"](
        node, _less(jnp, x, x_zero), _less(jnp, kernel, _outer(kernel_zero)), bias
    )
    factor = (x_scale * kernel_scale / scale).astype(np.float32)
    return _into(jnp, y.astype(np.float32) * factor, zero, zero.dtype)


def _into(m: Any, x: Any, zero: Any, kind: Any) -> Any:
    """Rounded half to even, and kept within the type's limits."""
    if not jnp.issubdtype(kind, np.integer):
        raise WeightsError("Numbers of eight bits with a point are not known here.")
    limits = jnp.iinfo(kind)
    shifted = m.round(x) + (0 if zero is None else zero.astype(np.float32))
    return m.clip(shifted, limits.min, limits.max).astype(kind)


def _along(node: Node, x: Any, values: Any) -> Any:
    """One number, or one for each position along an axis, or for each block of positions."""
    if values is None or np.ndim(values) == 0 or (np.size(values) == 1 and np.ndim(x) != 1):
        return None if values is None else values.reshape(())
    axis, rank, block = node.get("axis", 1), np.ndim(x), node.get("block_size", 0)
    if block:
        repeated = jnp.repeat(jnp.asarray(values), block, axis=axis)
        return jnp.take(repeated, np.arange(np.shape(x)[axis]), axis=axis)
    if np.ndim(values) > 1:
        raise WeightsError(f"{node.op} with factors of shape {np.shape(values)} is not known here.")
    return values.reshape([-1 if at == axis % rank else 1 for at in range(rank)])


def _less(m: Any, x: Any, zero: Any) -> Any:
    whole = m.asarray(x).astype(np.int32)
    return whole if zero is None else whole - m.asarray(zero).astype(np.int32)


def _column(values: Any) -> Any:
    return (
        values[..., None]
        if values is not None and np.ndim(values) == 1 and np.size(values) > 1
        else values
    )


def _outer(values: Any) -> Any:
    """For each output channel of a kernel (o, i, h, w)."""
    return values.reshape(-1, 1, 1, 1) if values is not None and np.ndim(values) else values


# Of maps whose channels come last.
OF_MAPS: Mapping[str, Op] = {"ConvInteger": _conv_integer, "QLinearConv": _qlinear_conv}

OPS: Mapping[str, Op] = {
    "DequantizeLinear": _dequantize,
    "DynamicQuantizeLinear": _dynamic,
    "MatMulInteger": _matmul_integer,
    "QLinearMatMul": _qlinear_matmul,
    "QuantizeLinear": _quantize,
}
