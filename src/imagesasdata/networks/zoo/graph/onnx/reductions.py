"""ONNX operations over whole axes: sums, maxima, norms, softmax."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from imagesasdata.networks.zoo.graph.nodes import Node

Op = Callable[..., Any]


def axes_of(node: Node, axes: Any = None) -> tuple[int, ...] | None:
    """The axes to reduce, from an attribute (old files) or an input; ``None`` for all."""
    given = node.get("axes") if axes is None else np.asarray(axes).reshape(-1).tolist()
    return tuple(int(axis) for axis in given) if given else None


def _reduction(reduce: Callable[[Any, Any, tuple[int, ...] | None, bool], Any]) -> Op:
    def op(node: Node, m: Any, x: Any, axes: Any = None) -> Any:
        over = axes_of(node, axes)
        if over is None and node.get("noop_with_empty_axes", 0):
            over = ()
        return reduce(m, x, over, bool(node.get("keepdims", 1))).astype(x.dtype)

    return op


def _plain(name: str) -> Op:
    return _reduction(lambda m, x, axes, keep: getattr(m, name)(x, axis=axes, keepdims=keep))


def _edge(name: str) -> Op:
    """The largest or smallest value; of none, the type's own limit."""

    def reduce(m: Any, x: Any, axes: Any, keep: bool) -> Any:
        if x.dtype == bool:
            return getattr(m, "any" if name == "max" else "all")(x, axis=axes, keepdims=keep)
        whole = jax.numpy.issubdtype(x.dtype, np.integer)
        limits = np.iinfo(x.dtype) if whole else None
        if limits is None:
            first = -np.inf if name == "max" else np.inf
        else:
            first = limits.min if name == "max" else limits.max
        return getattr(m, name)(x, axis=axes, keepdims=keep, initial=first)

    return _reduction(reduce)


def _log_sum_exp(m: Any, x: Any, axes: Any, keep: bool) -> Any:
    return jax.nn.logsumexp(jax.numpy.asarray(x), axis=axes, keepdims=keep)


def _l1(m: Any, x: Any, axes: Any, keep: bool) -> Any:
    return m.abs(x).sum(axis=axes, keepdims=keep)


def _l2(m: Any, x: Any, axes: Any, keep: bool) -> Any:
    return m.sqrt(m.square(x).sum(axis=axes, keepdims=keep))


def _arg(name: str) -> Op:
    def op(node: Node, m: Any, x: Any) -> Any:
        axis, keep = node.get("axis", 0), bool(node.get("keepdims", 1))
        if not node.get("select_last_index", 0):
            return getattr(m, name)(x, axis=axis, keepdims=keep)
        last = np.shape(x)[axis] - 1
        return last - getattr(m, name)(m.flip(x, axis), axis=axis, keepdims=keep)

    return op


def _running(name: str) -> Op:
    """A running sum or product along an axis."""

    def op(node: Node, m: Any, x: Any, axis: Any) -> Any:
        axis = int(np.asarray(axis).reshape(()))
        if node.get("reverse", 0):
            x = m.flip(x, axis)
        whole = getattr(m, name)(x, axis=axis).astype(x.dtype)
        if node.get("exclusive", 0):
            first = m.full_like(m.take(whole, np.array([0]), axis=axis), int(name == "cumprod"))
            rest = m.take(whole, np.arange(np.shape(x)[axis] - 1), axis=axis)
            whole = m.concatenate([first, rest], axis=axis)
        return m.flip(whole, axis) if node.get("reverse", 0) else whole

    return op


def _over_classes(function: Callable[[Any, int], Any]) -> Op:
    """A function along an axis; before version 13, along all axes from that one on."""

    def op(node: Node, m: Any, x: Any) -> Any:
        if node.get("opset", 13) >= 13:
            return function(x, node.get("axis", -1))
        axis = node.get("axis", 1) % np.ndim(x)
        flat = x.reshape(int(np.prod(np.shape(x)[:axis])), -1)
        return function(flat, 1).reshape(np.shape(x))

    return op


def _hardmax(x: Any, axis: int) -> Any:
    return jax.nn.one_hot(x.argmax(axis), np.shape(x)[axis], axis=axis, dtype=x.dtype)


OPS: Mapping[str, Op] = {
    "ArgMax": _arg("argmax"),
    "ArgMin": _arg("argmin"),
    "CumProd": _running("cumprod"),
    "CumSum": _running("cumsum"),
    "Hardmax": _over_classes(_hardmax),
    "LogSoftmax": _over_classes(jax.nn.log_softmax),
    "ReduceL1": _reduction(_l1),
    "ReduceL2": _reduction(_l2),
    "ReduceLogSum": _reduction(lambda m, x, axes, keep: m.log(x.sum(axis=axes, keepdims=keep))),
    "ReduceLogSumExp": _reduction(_log_sum_exp),
    "ReduceMax": _edge("max"),
    "ReduceMean": _plain("mean"),
    "ReduceMin": _edge("min"),
    "ReduceProd": _plain("prod"),
    "ReduceSum": _plain("sum"),
    "ReduceSumSquare": _reduction(
        lambda m, x, axes, keep: m.square(x).sum(axis=axes, keepdims=keep)
    ),
    "Softmax": _over_classes(jax.nn.softmax),
}
