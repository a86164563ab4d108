"""ONNX operations that choose values by their indices: gather, scatter, the largest ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.core import Tracer

from imagesasdata.errors import WeightsError
from imagesasdata.networks.zoo.graph.nodes import Node
from imagesasdata.networks.zoo.graph.program import sized

Op = Callable[..., Any]


def _gather(node: Node, m: Any, x: Any, index: Any) -> Any:
    axis = node.get("axis", 0)
    return m.take(x, _from_start(m, index, np.shape(x)[axis]), axis=axis)


def _gather_elements(node: Node, m: Any, x: Any, index: Any) -> Any:
    axis = node.get("axis", 0)
    index = _from_start(m, index, np.shape(x)[axis])
    # Of the other axes, only the part that the indices cover.
    part = tuple(
        slice(None) if at == axis % np.ndim(x) else slice(length)
        for at, length in enumerate(np.shape(index))
    )
    return m.take_along_axis(x[part], index, axis=axis)


def _gather_nd(node: Node, m: Any, x: Any, index: Any) -> Any:
    shared = node.get("batch_dims", 0)
    depth = np.shape(index)[-1]

    def of(x: Any, index: Any) -> Any:
        places = m.moveaxis(index, -1, 0)
        return x[tuple(_from_start(m, places[axis], np.shape(x)[axis]) for axis in range(depth))]

    if not shared:
        return of(x, index)
    lengths = np.shape(x)[:shared]
    flat_x = m.reshape(x, (-1, *np.shape(x)[shared:]))
    flat_index = m.reshape(index, (-1, *np.shape(index)[shared:]))
    parts = [of(flat_x[at], flat_index[at]) for at in range(np.shape(flat_x)[0])]
    stacked = m.stack(parts)
    return m.reshape(stacked, (*lengths, *np.shape(stacked)[1:]))


def _scatter_elements(node: Node, m: Any, x: Any, index: Any, updates: Any) -> Any:
    axis = node.get("axis", 0) % np.ndim(x)
    index = _from_start(jnp, jnp.asarray(index), np.shape(x)[axis])
    places = list(jnp.meshgrid(*(jnp.arange(length) for length in index.shape), indexing="ij"))
    places[axis] = index
    return _update(node, m, x, tuple(places), updates)


def _scatter_nd(node: Node, m: Any, x: Any, index: Any, updates: Any) -> Any:
    depth = np.shape(index)[-1]
    places = tuple(
        _from_start(m, m.moveaxis(index, -1, 0)[axis], np.shape(x)[axis]) for axis in range(depth)
    )
    return _update(node, m, x, places, updates)


def _update(node: Node, m: Any, x: Any, places: tuple[Any, ...], updates: Any) -> Any:
    how = {"none": "set", "add": "add", "mul": "multiply", "max": "max", "min": "min"}
    kind = node.get("reduction", "none")
    if kind not in how:
        raise WeightsError(f"{node.op} with reduction {kind!r} is not known here.")
    if m is np and kind == "none":
        changed = np.array(x)
        changed[places] = updates
        return changed
    return getattr(jnp.asarray(x).at[places], how[kind])(updates)


def _one_hot(node: Node, m: Any, index: Any, depth: Any, values: Any) -> Any:
    count = int(np.asarray(depth).reshape(()))
    sized((*np.shape(index), count))
    axis = node.get("axis", -1)
    index = m.where(index < 0, index + count, index)
    hot = m.expand_dims(index, axis) == m.reshape(
        m.arange(count),
        [-1 if at == axis % (np.ndim(index) + 1) else 1 for at in range(np.ndim(index) + 1)],
    )
    return m.where(hot, values[1], values[0])


def _top_k(node: Node, m: Any, x: Any, k: Any = None) -> Any:
    count = node.get("k") if k is None else int(np.asarray(k).reshape(()))
    axis = node.get("axis", -1)
    moved = jnp.moveaxis(jnp.asarray(x), axis, -1)
    if node.get("largest", 1):
        values, index = lax.top_k(moved, count)
    else:
        # Not the largest of -x: that is wrong for unsigned numbers.
        index = jnp.argsort(moved, axis=-1, stable=True)[..., :count]
        values = jnp.take_along_axis(moved, index, axis=-1)
    return jnp.moveaxis(values, -1, axis), jnp.moveaxis(index, -1, axis)


def _non_zero(node: Node, m: Any, x: Any) -> Any:
    return np.stack(np.nonzero(np.atleast_1d(_known(node, x)))).astype(np.int64)


def _compress(node: Node, m: Any, x: Any, keep: Any) -> Any:
    return m.compress(_known(node, keep), x, axis=node.get("axis"))


def _non_max_suppression(
    node: Node,
    m: Any,
    boxes: Any,
    scores: Any,
    most: Any = 0,
    overlap: Any = 0.0,
    least: Any = None,
) -> Any:
    """The boxes that are kept, by picture and class; on the host, for their number is not known."""
    boxes, scores = _known(node, boxes), _known(node, scores)
    most = 0 if most is None else int(np.asarray(most).reshape(()))
    overlap = 0.0 if overlap is None else float(np.asarray(overlap).reshape(()))
    least = -np.inf if least is None else float(np.asarray(least).reshape(()))
    if node.get("center_point_box", 0):
        half = boxes[..., 2:] / 2
        low, high = boxes[..., :2] - half, boxes[..., :2] + half
    else:
        low = np.minimum(boxes[..., :2], boxes[..., 2:])
        high = np.maximum(boxes[..., :2], boxes[..., 2:])
    kept = []
    for picture, name in np.ndindex(scores.shape[:2]):
        order = np.argsort(-scores[picture, name], kind="stable")
        waiting = order[scores[picture, name][order] > least]
        chosen = 0
        while len(waiting) and chosen < most:
            best, waiting = waiting[0], waiting[1:]
            kept.append((picture, name, best))
            chosen += 1
            shares = _overlaps(low[picture], high[picture], best, waiting)
            waiting = waiting[shares <= overlap]
    return np.array(kept, np.int64).reshape(-1, 3)


def _overlaps(low: np.ndarray, high: np.ndarray, one: int, others: np.ndarray) -> np.ndarray:
    sides = np.minimum(high[one], high[others]) - np.maximum(low[one], low[others])
    shared = np.clip(sides, 0, None).prod(axis=-1)
    areas = (high - low).prod(axis=-1)
    union = areas[one] + areas[others] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _from_start(m: Any, index: Any, length: int) -> Any:
    """Indices that may count from the end, counted from the start."""
    return m.where(index < 0, index + length, index)


def _known(node: Node, x: Any) -> np.ndarray:
    """Values that the number of results depends on, which a compiled network cannot follow."""
    if isinstance(x, Tracer):
        raise WeightsError(
            f"The graph's node {node.name!r} ({node.op}) gives a number of values that depends on the "
            "picture, which a compiled network cannot follow.",
            "export the network without this last step.",
        )
    return np.asarray(x)


OPS: Mapping[str, Op] = {
    "Compress": _compress,
    "Gather": _gather,
    "GatherElements": _gather_elements,
    "GatherND": _gather_nd,
    "NonMaxSuppression": _non_max_suppression,
    "NonZero": _non_zero,
    "OneHot": _one_hot,
    "Scatter": _scatter_elements,
    "ScatterElements": _scatter_elements,
    "ScatterND": _scatter_nd,
    "TopK": _top_k,
}
