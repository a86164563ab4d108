"""Keeps maps with their channels last, where ONNX has them second, from one convolution to the next.

On a CPU convolutions are fast only in this form. To turn each map before and after every layer would
cost more than many layers do, so what can work on a turned map does, and gives one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from imagesasdata.networks.zoo.graph.nodes import Node
from imagesasdata.networks.zoo.graph.onnx import (
    elementwise,
    norms,
    quantized,
    reductions,
    resizing,
    shapes,
    windows,
)
from imagesasdata.networks.zoo.graph.onnx.ops import OPS

# Operations that always work with channels last.
OF_MAPS: Mapping[str, Callable[..., Any]] = {**windows.OPS, **norms.OF_MAPS, **quantized.OF_MAPS}


@dataclass(frozen=True, eq=False)
class Maps:
    """Maps (batch, sides, channels), where the graph has (batch, channels, sides)."""

    values: Any


def compute(node: Node, m: Any, inputs: list[Any]) -> Any:
    """A node's outputs, in whichever form is at hand."""
    if node.get("opset", 13) < 7 and node.op in elementwise.OF_SEVERAL and len(inputs) == 2:
        inputs = _old_broadcast(node, inputs)
    if node.op in OF_MAPS:
        rest = [plain(one) for one in inputs[1:]]
        return _maps(OF_MAPS[node.op](node, last(inputs[0]), *rest))
    if any(isinstance(one, Maps) for one in inputs) and node.op in _KEEP:
        result = _KEEP[node.op](node, m, *inputs)
        if result is not None:
            return result
    if node.get("perm") == [0, 3, 1, 2] and isinstance(inputs[0], jax.Array):
        return Maps(inputs[0])  # a network that had its channels last itself
    return OPS[node.op](node, m, *map(plain, inputs))


def _old_broadcast(node: Node, inputs: list[Any]) -> list[Any]:
    """Before version 7 a node says to which axis of the first input the second one's first belongs."""
    first, second = map(plain, inputs)
    axis = node.get("axis", 1 if node.op == "PRelu" and np.size(second) > 1 else None)
    if axis is not None:
        after = np.ndim(first) - axis % np.ndim(first) - np.ndim(second)
        second = second.reshape(np.shape(second) + (1,) * max(after, 0))
    return [inputs[0], second]


def plain(x: Any) -> Any:
    """A value as the graph has it."""
    return jnp.moveaxis(x.values, -1, 1) if isinstance(x, Maps) else x


def last(x: Any) -> Any:
    """A map with its channels last."""
    return x.values if isinstance(x, Maps) else jnp.moveaxis(jnp.asarray(x), 1, -1)


def _maps(values: Any) -> Any:
    return tuple(map(Maps, values)) if isinstance(values, tuple) else Maps(values)


def _rank(inputs: tuple[Any, ...]) -> int:
    return next(one.values.ndim for one in inputs if isinstance(one, Maps))


def _place(axis: int, rank: int) -> int:
    """Where an axis of the graph is in a map with its channels last."""
    axis %= rank
    return axis if axis == 0 else rank - 1 if axis == 1 else axis - 1


def _one(node: Node, m: Any, x: Any, *rest: Any) -> Any:
    if not isinstance(x, Maps):
        return None
    return Maps(elementwise.OF_ONE[node.op](node, m, x.values, *map(plain, rest)))


def _several(node: Node, m: Any, *inputs: Any) -> Any:
    rank = _rank(inputs)
    if any(not isinstance(one, Maps) and np.ndim(one) > rank for one in inputs):
        return None
    aligned = [one.values if isinstance(one, Maps) else _aligned(one, rank) for one in inputs]
    return Maps(elementwise.OF_SEVERAL[node.op](node, m, *aligned))


def _aligned(x: Any, rank: int) -> Any:
    """A value of fewer axes, which counts from the last one, beside maps with channels last."""
    if np.size(x) == 1 and np.ndim(x) <= 1:
        return x.reshape(())
    kind = np if isinstance(x, np.ndarray) else jnp
    return kind.moveaxis(x.reshape((1,) * (rank - np.ndim(x)) + np.shape(x)), 1, -1)


def _concat(node: Node, m: Any, *inputs: Any) -> Any:
    axis = _place(node.get("axis", 1), _rank(inputs))
    return Maps(jnp.concatenate([last(one) for one in inputs], axis=axis))


def _split(node: Node, m: Any, x: Any, sizes: Any = None) -> Any:
    return _maps(shapes.OPS["Split"](_at(node, x, 0), m, x.values, sizes))


def _softmax(node: Node, m: Any, x: Any) -> Any:
    if node.get("opset", 13) < 13:
        return None
    return Maps(reductions.OPS[node.op](_at(node, x, -1), m, x.values))


def _at(node: Node, x: Maps, default: int) -> Node:
    axis = _place(node.get("axis", default), x.values.ndim)
    return replace(node, attributes={**node.attributes, "axis": axis})


def _pad(node: Node, m: Any, x: Any, pads: Any = None, value: Any = None, axes: Any = None) -> Any:
    sides = node.get("pads", node.get("paddings")) if pads is None else shapes.whole(pads)
    rank = x.values.ndim
    if axes is not None or sides is None or len(sides) != 2 * rank:
        return None
    order = [0, *range(2, rank), 1]
    turned = np.array([sides[part * rank + axis] for part in (0, 1) for axis in order])
    return Maps(shapes.OPS["Pad"](node, m, x.values, turned, value))


def _resize(node: Node, m: Any, x: Any, *given: Any) -> Any:
    values = x.values
    old = (values.shape[0], values.shape[-1], *values.shape[1:-1])
    changed = resizing.sides(node, old, *resizing.arguments(node, given))
    turned = {_place(axis, values.ndim): side for axis, side in changed.items()}
    return Maps(resizing.apply(node, values, turned))


def _reduce(node: Node, m: Any, x: Any, axes: Any = None) -> Any:
    over = reductions.axes_of(node, axes)
    rank = x.values.ndim
    if over is None:
        return None
    sides = {axis % rank for axis in over}
    keep = bool(node.get("keepdims", 1))
    if not keep and sides & set(range(2, rank)) and not sides >= set(range(2, rank)):
        return None  # what is left would be in another order
    turned = np.array([_place(axis, rank) for axis in sides])
    y = reductions.OPS[node.op](node, m, x.values, turned)
    if keep:
        return Maps(y)
    return y


def _transpose(node: Node, m: Any, x: Any) -> Any:
    perm = node.get("perm")
    if perm is None:
        return None
    return m.transpose(x.values, [_place(axis, x.values.ndim) for axis in perm])


def _flatten(node: Node, m: Any, x: Any) -> Any:
    values = x.values
    if node.get("axis", 1) == 1 and set(values.shape[1:-1]) == {1}:
        return values.reshape(values.shape[0], -1)
    return None


def _shape(node: Node, m: Any, x: Any) -> Any:
    values = x.values
    lengths = np.array((values.shape[0], values.shape[-1], *values.shape[1:-1]), np.int64)
    return lengths[slice(node.get("start", 0), node.get("end", None))]


_KEEP: Mapping[str, Callable[..., Any]] = {
    **dict.fromkeys(elementwise.OF_ONE, _one),
    **dict.fromkeys(elementwise.OF_SEVERAL, _several),
    **dict.fromkeys((name for name in reductions.OPS if name.startswith("Reduce")), _reduce),
    "Concat": _concat,
    "Flatten": _flatten,
    "LogSoftmax": _softmax,
    "Pad": _pad,
    "Resize": _resize,
    "Shape": _shape,
    "Softmax": _softmax,
    "Split": _split,
    "Transpose": _transpose,
    "Upsample": _resize,
}

KNOWN = frozenset(OPS) | frozenset(OF_MAPS)
