"""ONNX operations that treat each value alone: arithmetic, comparisons, activations, types."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np
from jax import lax

from imagesasdata.errors import WeightsError
from imagesasdata.networks.zoo.graph.nodes import Node

Op = Callable[..., Any]

# The numbers of onnx.proto. JAX computes in 32 bits unless its user says otherwise.
TYPES: Mapping[int, Any] = {
    1: np.float32,
    2: np.uint8,
    3: np.int8,
    4: np.uint16,
    5: np.int16,
    6: np.int32,
    7: np.int64,
    9: np.bool_,
    10: np.float16,
    11: np.float64,
    12: np.uint32,
    13: np.uint64,
    16: jax.numpy.bfloat16,
}


def same_type(m: Any, *inputs: Any) -> tuple[Any, ...]:
    """The inputs, stored numbers in the type of the computed ones: a network may run in 16 bits."""
    computed = [one.dtype for one in inputs if isinstance(one, jax.Array)]
    kinds = [kind for kind in computed if jax.numpy.issubdtype(kind, np.floating)]
    if not kinds:
        return inputs
    return tuple(
        one.astype(kinds[0])
        if isinstance(one, np.ndarray | np.generic) and np.issubdtype(one.dtype, np.floating)
        else one
        for one in inputs
    )


def type_of(number: Any, m: Any) -> Any:
    """The type of onnx.proto's number, in at most 32 bits where JAX has no more.

    Raises
    ------
    WeightsError
        For text and other types without numbers, and for those of 8 bits and less.
    """
    if number not in TYPES:
        raise WeightsError("The graph has values of a type that is not known here.")
    kind = np.dtype(TYPES[number])
    return kind if m is np else jax.dtypes.canonicalize_dtype(kind)


def _of(name: str) -> Op:
    """An operation that NumPy and jax.numpy have under this name."""

    def op(node: Node, m: Any, *inputs: Any) -> Any:
        return getattr(m, name)(*same_type(m, *inputs))

    return op


def _function(function: Callable[..., Any]) -> Op:
    def op(node: Node, m: Any, *inputs: Any) -> Any:
        return function(*inputs)

    return op


def _several(name: str) -> Op:
    def op(node: Node, m: Any, *inputs: Any) -> Any:
        return functools.reduce(getattr(m, name), same_type(m, *inputs))

    return op


def _mean(node: Node, m: Any, *inputs: Any) -> Any:
    total = functools.reduce(m.add, inputs)
    return total / np.asarray(len(inputs), total.dtype)


def _divide(node: Node, m: Any, a: Any, b: Any) -> Any:
    a, b = same_type(m, a, b)
    if not (_whole(a) and _whole(b)):
        return m.divide(a, b)
    # Whole numbers are rounded toward zero, and stay whole.
    quotient = m.abs(a) // m.abs(b)
    return m.where((a < 0) != (b < 0), -quotient, quotient).astype(a.dtype)


def _power(node: Node, m: Any, a: Any, b: Any) -> Any:
    if not _whole(b) and not _whole(a):
        a, b = same_type(m, a, b)
    if _whole(b) and isinstance(b, np.ndarray) and b.size == 1 and not _whole(a):
        return m.power(a, b.reshape(()).astype(a.dtype))
    return m.power(a, b).astype(a.dtype)


def _mod(node: Node, m: Any, a: Any, b: Any) -> Any:
    a, b = same_type(m, a, b)
    return m.fmod(a, b) if node.get("fmod", 0) else m.mod(a, b)


def _shift(node: Node, m: Any, a: Any, b: Any) -> Any:
    return m.left_shift(a, b) if node.get("direction") == "LEFT" else m.right_shift(a, b)


def _where(node: Node, m: Any, condition: Any, yes: Any, no: Any) -> Any:
    yes, no = same_type(m, yes, no)
    return m.where(condition, yes, no)


def _clip(node: Node, m: Any, x: Any, low: Any = None, high: Any = None) -> Any:
    low = node.get("min") if low is None else low
    high = node.get("max") if high is None else high
    # Not jnp.clip: the upper limit wins where the lower one is above it.
    if low is not None:
        x = m.maximum(x, m.asarray(low, x.dtype))
    return x if high is None else m.minimum(x, m.asarray(high, x.dtype))


def _cast(node: Node, m: Any, x: Any) -> Any:
    return m.asarray(x).astype(type_of(node.get("to"), m))


def _cast_like(node: Node, m: Any, x: Any, like: Any) -> Any:
    return m.asarray(x).astype(like.dtype)


def _is_inf(node: Node, m: Any, x: Any) -> Any:
    found = m.isinf(x)
    if not node.get("detect_negative", 1):
        found = found & (x > 0)
    return found if node.get("detect_positive", 1) else found & (x < 0)


def _gelu(node: Node, m: Any, x: Any) -> Any:
    return jax.nn.gelu(x, approximate=node.get("approximate", "none") == "tanh")


def _prelu(node: Node, m: Any, x: Any, slope: Any) -> Any:
    x, slope = same_type(m, x, slope)
    return m.where(x < 0, x * slope, x)


def _selu(node: Node, m: Any, x: Any) -> Any:
    alpha, gamma = (
        node.get("alpha", 1.67326319217681884765625),
        node.get("gamma", 1.05070102214813232421875),
    )
    return gamma * jax.nn.elu(x, alpha)


def _hard_sigmoid(node: Node, m: Any, x: Any) -> Any:
    return m.clip(node.get("alpha", 0.2) * x + node.get("beta", 0.5), 0, 1).astype(x.dtype)


def _hard_swish(node: Node, m: Any, x: Any) -> Any:
    return x * m.clip(x / 6 + 0.5, 0, 1).astype(x.dtype)


def _shrink(node: Node, m: Any, x: Any) -> Any:
    edge, bias = node.get("lambd", 0.5), node.get("bias", 0.0)
    shrunk = m.where(x < -edge, x + bias, m.where(x > edge, x - bias, 0))
    return shrunk.astype(x.dtype)


def _celu(node: Node, m: Any, x: Any) -> Any:
    return jax.nn.celu(x, node.get("alpha", 1.0))


def _thresholded(node: Node, m: Any, x: Any) -> Any:
    return m.where(x > node.get("alpha", 1.0), x, 0).astype(x.dtype)


def _swish(node: Node, m: Any, x: Any) -> Any:
    return x * jax.nn.sigmoid(node.get("alpha", 1.0) * x)


def _identity(node: Node, m: Any, x: Any) -> Any:
    return x


def _dropout(node: Node, m: Any, x: Any, ratio: Any = None, training: Any = None) -> Any:
    """Nothing is dropped once a network is trained."""
    if training is not None and bool(np.asarray(training)):
        raise WeightsError("The graph is one for training: it drops values at random.")
    return x, m.ones(np.shape(x), bool)


def _whole(x: Any) -> bool:
    return jax.numpy.issubdtype(x.dtype, np.integer)


# Of one input, and possibly of settings.
OF_ONE: Mapping[str, Op] = {
    "Abs": _of("abs"),
    "Acos": _of("arccos"),
    "Acosh": _of("arccosh"),
    "Asin": _of("arcsin"),
    "Asinh": _of("arcsinh"),
    "Atan": _of("arctan"),
    "Atanh": _of("arctanh"),
    "BitwiseNot": _of("invert"),
    "Cast": _cast,
    "Ceil": _of("ceil"),
    "Celu": _celu,
    "Clip": _clip,
    "Cos": _of("cos"),
    "Cosh": _of("cosh"),
    "Elu": lambda node, m, x: jax.nn.elu(x, node.get("alpha", 1.0)),
    "Erf": _function(lambda x: lax.erf(jax.numpy.asarray(x))),
    "Exp": _of("exp"),
    "Floor": _of("floor"),
    "Gelu": _gelu,
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": _hard_swish,
    "Identity": _identity,
    "IsInf": _is_inf,
    "IsNaN": _of("isnan"),
    "LeakyRelu": lambda node, m, x: jax.nn.leaky_relu(x, node.get("alpha", 0.01)),
    "Log": _of("log"),
    "Mish": _function(jax.nn.mish),
    "Neg": _of("negative"),
    "Not": _of("logical_not"),
    "Reciprocal": lambda node, m, x: 1 / x,
    "Relu": lambda node, m, x: m.maximum(x, np.zeros((), x.dtype)),
    "Round": _of("round"),  # half to even
    "Selu": _selu,
    "Shrink": _shrink,
    "Sigmoid": _function(jax.nn.sigmoid),
    "Sign": _of("sign"),
    "Sin": _of("sin"),
    "Sinh": _of("sinh"),
    "Softplus": _function(jax.nn.softplus),
    "Softsign": _function(jax.nn.soft_sign),
    "Sqrt": _of("sqrt"),
    "Swish": _swish,
    "Tan": _of("tan"),
    "Tanh": _of("tanh"),
    "ThresholdedRelu": _thresholded,
}

# Of several inputs, which are stretched to one shape as in NumPy.
OF_SEVERAL: Mapping[str, Op] = {
    "Add": _of("add"),
    "And": _of("logical_and"),
    "BitShift": _shift,
    "BitwiseAnd": _of("bitwise_and"),
    "BitwiseOr": _of("bitwise_or"),
    "BitwiseXor": _of("bitwise_xor"),
    "Div": _divide,
    "Equal": _of("equal"),
    "Greater": _of("greater"),
    "GreaterOrEqual": _of("greater_equal"),
    "Less": _of("less"),
    "LessOrEqual": _of("less_equal"),
    "Max": _several("maximum"),
    "Mean": _mean,
    "Min": _several("minimum"),
    "Mod": _mod,
    "Mul": _of("multiply"),
    "Or": _of("logical_or"),
    "PRelu": _prelu,
    "Pow": _power,
    "Sub": _of("subtract"),
    "Sum": _several("add"),
    "Where": _where,
    "Xor": _of("logical_xor"),
}

OPS: Mapping[str, Op] = {
    **OF_ONE,
    **OF_SEVERAL,
    "CastLike": _cast_like,
    "Dropout": _dropout,
}
