"""The table of operations: the JAX function of each supported TensorFlow operation.

An operation is a function of its node, an array module (NumPy or jax.numpy) and its inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.zoo.graph.nodes import Node
from imagesasdata.networks.zoo.graph.tensorflow import convolutions, shapes

Op = Callable[..., Any]


def _one_to_one(name: str) -> Op:
    """An operation that NumPy and jax.numpy have under this name."""

    def op(node: Node, m: Any, *inputs: Any) -> Any:
        return getattr(m, name)(*inputs)

    return op


def _activation(function: Callable[[Any], Any]) -> Op:
    def op(node: Node, m: Any, x: Any) -> Any:
        return function(x)

    return op


def _reduction(name: str) -> Op:
    def op(node: Node, m: Any, x: Any, axes: np.ndarray) -> Any:
        keep = bool(node.get("keep_dims", False))
        return getattr(m, name)(x, axis=tuple(np.atleast_1d(axes).tolist()), keepdims=keep)

    return op


def _leaky_relu(node: Node, m: Any, x: Any) -> Any:
    return jax.nn.leaky_relu(x, node.get("alpha", 0.2))


def _prelu(node: Node, m: Any, x: Any, slope: Any) -> Any:
    return m.where(x >= 0, x, x * slope)


def _add_n(node: Node, m: Any, *inputs: Any) -> Any:
    total = inputs[0]
    for one in inputs[1:]:
        total = total + one
    return total


def _select(node: Node, m: Any, condition: Any, yes: Any, no: Any) -> Any:
    return m.where(condition, yes, no)


def _matmul(node: Node, m: Any, a: Any, b: Any, *others: Any) -> Any:
    # The plain and the batched product name their settings differently.
    first = node.get("transpose_a", False) or node.get("adj_x", False)
    second = node.get("transpose_b", False) or node.get("adj_y", False)
    product = m.matmul(
        m.swapaxes(a, -1, -2) if first else a, m.swapaxes(b, -1, -2) if second else b
    )
    return fused(node, product, others)


def _top_k(node: Node, m: Any, x: Any, k: np.ndarray) -> Any:
    return jax.lax.top_k(x, int(k))


def _arg_max(node: Node, m: Any, x: Any, axis: np.ndarray) -> Any:
    return m.argmax(x, axis=int(axis)).astype(np.int32)


def _conv(node: Node, m: Any, x: Any, kernel: Any, *others: Any) -> Any:
    return fused(node, convolutions.ordinary(node, x, kernel), others)


def _depthwise(node: Node, m: Any, x: Any, kernel: Any, *others: Any) -> Any:
    return fused(node, convolutions.by_channel(node, x, kernel), others)


_FUSED: Mapping[str, Op] = {
    "BiasAdd": lambda node, x, bias: x + bias,
    "Relu": lambda node, x: jax.nn.relu(x),
    "Relu6": lambda node, x: jax.nn.relu6(x),
    "Elu": lambda node, x: jax.nn.elu(x),
    "LeakyRelu": lambda node, x: jax.nn.leaky_relu(x, node.get("leakyrelu_alpha", 0.2)),
    "Prelu": lambda node, x, slope: jax.numpy.where(x >= 0, x, x * slope),
}
_TAKES_INPUT = {"BiasAdd", "Prelu"}


def fused(node: Node, x: Any, others: tuple[Any, ...]) -> Any:
    """The operations that a fused node applies after its product: a bias, an activation.

    Raises
    ------
    WeightsError
        For an operation that is not in the table.
    """
    left = list(others)
    for name in node.get("fused_ops", []):
        if name not in _FUSED:
            raise WeightsError(f"The operation {node.op} is fused with {name}, which is not known.")
        x = _FUSED[name](node, x, *([left.pop(0)] if name in _TAKES_INPUT else []))
    return x


OPS: Mapping[str, Op] = {
    # arithmetic
    "Add": _one_to_one("add"),
    "AddV2": _one_to_one("add"),
    "BiasAdd": _one_to_one("add"),
    "Sub": _one_to_one("subtract"),
    "Mul": _one_to_one("multiply"),
    "RealDiv": _one_to_one("divide"),
    "FloorDiv": _one_to_one("floor_divide"),
    "FloorMod": _one_to_one("mod"),
    "Maximum": _one_to_one("maximum"),
    "Minimum": _one_to_one("minimum"),
    "Neg": _one_to_one("negative"),
    "Abs": _one_to_one("abs"),
    "Exp": _one_to_one("exp"),
    "Sqrt": _one_to_one("sqrt"),
    "Square": _one_to_one("square"),
    "Floor": _one_to_one("floor"),
    "Rsqrt": _activation(jax.lax.rsqrt),
    "Reciprocal": _activation(lambda x: 1.0 / x),
    "AddN": _add_n,
    # activations
    "Relu": _activation(jax.nn.relu),
    "Relu6": _activation(jax.nn.relu6),
    "Sigmoid": _activation(jax.nn.sigmoid),
    "Tanh": _one_to_one("tanh"),
    "Softmax": _activation(jax.nn.softmax),
    "LeakyRelu": _leaky_relu,
    "Prelu": _prelu,
    # comparisons
    "Equal": _one_to_one("equal"),
    "Greater": _one_to_one("greater"),
    "GreaterEqual": _one_to_one("greater_equal"),
    "Less": _one_to_one("less"),
    "LessEqual": _one_to_one("less_equal"),
    "LogicalAnd": _one_to_one("logical_and"),
    "Select": _select,
    "SelectV2": _select,
    # over an axis
    "Mean": _reduction("mean"),
    "Sum": _reduction("sum"),
    "Max": _reduction("max"),
    "Min": _reduction("min"),
    "Prod": _reduction("prod"),
    "ArgMax": _arg_max,
    "TopKV2": _top_k,
    # products
    "MatMul": _matmul,
    "_FusedMatMul": _matmul,
    "BatchMatMulV2": _matmul,
    "Conv2D": _conv,
    "_FusedConv2D": _conv,
    "DepthwiseConv2dNative": _depthwise,
    "FusedDepthwiseConv2dNative": _depthwise,
    # neighborhoods
    "MaxPool": convolutions.max_pool,
    "AvgPool": convolutions.mean_pool,
    "ResizeBilinear": convolutions.resize_bilinear,
    # shapes
    "Identity": shapes.identity,
    "Shape": shapes.shape,
    "Cast": shapes.cast,
    "Reshape": shapes.reshape,
    "Transpose": shapes.transpose,
    "ExpandDims": shapes.expand_dims,
    "Squeeze": shapes.squeeze,
    "Pad": shapes.pad,
    "PadV2": shapes.pad,
    "ConcatV2": shapes.concat,
    "Pack": shapes.pack,
    "Unpack": shapes.unpack,
    "Split": shapes.split,
    "SplitV": shapes.split_sizes,
    "Slice": shapes.slice_,
    "StridedSlice": shapes.strided_slice,
    "Tile": shapes.tile,
    "Fill": shapes.fill,
    "GatherV2": shapes.gather,
    "SparseToDense": shapes.sparse_to_dense,
    "DepthToSpace": shapes.depth_to_space,
}
