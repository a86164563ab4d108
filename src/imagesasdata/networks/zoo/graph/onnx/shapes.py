"""ONNX operations that move values and change shapes but compute nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.zoo.graph.nodes import Node
from imagesasdata.networks.zoo.graph.onnx.elementwise import type_of
from imagesasdata.networks.zoo.graph.program import sized

Op = Callable[..., Any]


def whole(values: Any) -> list[int]:
    """Whole numbers that are known before the network runs: a shape, axes, indices."""
    return [int(value) for value in np.asarray(values).reshape(-1)]


def _constant(node: Node, m: Any) -> Any:
    for name, kind in (
        ("value", None),
        ("value_float", np.float32),
        ("value_floats", np.float32),
        ("value_int", np.int64),
        ("value_ints", np.int64),
    ):
        if node.get(name) is not None:
            return np.asarray(node.get(name), kind)
    raise WeightsError("The graph has a constant that is not a number.")


def _constant_of_shape(node: Node, m: Any, shape: Any) -> Any:
    value = node.get("value", np.zeros(1, np.float32))
    return np.full(sized(whole(shape)), np.asarray(value).reshape(-1)[0])


def _shape(node: Node, m: Any, x: Any) -> np.ndarray:
    lengths = np.array(np.shape(x), np.int64)
    return lengths[slice(node.get("start", 0), node.get("end", None))]


def _size(node: Node, m: Any, x: Any) -> np.ndarray:
    return np.array(math.prod(np.shape(x)), np.int64)


def _reshape(node: Node, m: Any, x: Any, shape: Any = None) -> Any:
    wanted = node.get("shape") if shape is None else whole(shape)
    old = np.shape(x)
    if not node.get("allowzero", 0):
        wanted = [old[axis] if length == 0 else length for axis, length in enumerate(wanted)]
    return m.reshape(x, tuple(wanted))


def _flatten(node: Node, m: Any, x: Any) -> Any:
    axis = node.get("axis", 1)
    axis = axis + np.ndim(x) if axis < 0 else axis
    return m.reshape(x, (math.prod(np.shape(x)[:axis]), math.prod(np.shape(x)[axis:])))


def _transpose(node: Node, m: Any, x: Any) -> Any:
    return m.transpose(x, node.get("perm"))


def _squeeze(node: Node, m: Any, x: Any, axes: Any = None) -> Any:
    given = node.get("axes") if axes is None else whole(axes)
    return m.squeeze(x, axis=tuple(given) if given else None)


def _unsqueeze(node: Node, m: Any, x: Any, axes: Any = None) -> Any:
    given = node.get("axes") if axes is None else whole(axes)
    return m.expand_dims(x, tuple(given))


def _concat(node: Node, m: Any, *inputs: Any) -> Any:
    return m.concatenate([one for one in inputs if one is not None], axis=node.get("axis", 1))


def _split(node: Node, m: Any, x: Any, sizes: Any = None) -> Any:
    axis = node.get("axis", 0)
    length = np.shape(x)[axis]
    given = node.get("split") if sizes is None else whole(sizes)
    if given is None:
        count = node.get("num_outputs") or node.get("outputs", 1)
        part = -(-length // count)
        given = [min(part, length - part * number) for number in range(count)]
    if sum(given) != length or min(given) < 0:
        raise WeightsError(f"The graph splits {length} values into parts of {given}.")
    return tuple(m.split(x, np.cumsum(given)[:-1].tolist(), axis=axis))


def _slice(
    node: Node,
    m: Any,
    x: Any,
    starts: Any = None,
    ends: Any = None,
    axes: Any = None,
    steps: Any = None,
) -> Any:
    first = node.get("starts") if starts is None else whole(starts)
    last = node.get("ends") if ends is None else whole(ends)
    over = node.get("axes") if axes is None else whole(axes)
    by = [1] * len(first) if steps is None else whole(steps)
    index = [slice(None)] * np.ndim(x)
    for axis, start, end, step in zip(over or range(len(first)), first, last, by, strict=True):
        length = np.shape(x)[axis]
        # From the end backwards, Python writes "to the first one" as None.
        stop = None if step < 0 and end < -length else end
        index[axis] = slice(start, stop, step)
    return x[tuple(index)]


def _pad(node: Node, m: Any, x: Any, pads: Any = None, value: Any = None, axes: Any = None) -> Any:
    sides = node.get("pads", node.get("paddings")) if pads is None else whole(pads)
    constant = node.get("value", 0.0) if value is None else value
    rank = np.ndim(x)
    over = range(rank) if axes is None else [axis % rank for axis in whole(axes)]
    around = [(0, 0)] * rank
    for position, axis in enumerate(over):
        around[axis] = (sides[position], sides[position + len(sides) // 2])
    mode = node.get("mode", "constant")
    sized(max(length + sum(side), 0) for length, side in zip(np.shape(x), around, strict=True))
    # Negative margins cut away.
    cut = tuple(
        slice(-min(before, 0), length + min(after, 0))
        for (before, after), length in zip(around, np.shape(x), strict=True)
    )
    x, around = x[cut], [(max(before, 0), max(after, 0)) for before, after in around]
    if mode == "constant":
        return m.pad(x, around, constant_values=m.asarray(constant).astype(x.dtype).reshape(()))
    return m.pad(x, around, mode=mode)


def _expand(node: Node, m: Any, x: Any, shape: Any) -> Any:
    return m.broadcast_to(x, sized(np.broadcast_shapes(np.shape(x), tuple(whole(shape)))))


def _tile(node: Node, m: Any, x: Any, times: Any) -> Any:
    repeats = whole(times)
    sized(length * many for length, many in zip(np.shape(x), repeats, strict=True))
    return m.tile(x, repeats)


def _range(node: Node, m: Any, start: Any, limit: Any, step: Any) -> Any:
    first, last, by = (np.asarray(one).reshape(()).item() for one in (start, limit, step))
    sized((max(math.ceil((last - first) / by), 0),))
    return np.arange(first, last, by).astype(np.asarray(start).dtype)


def _eye_like(node: Node, m: Any, x: Any) -> Any:
    kind = x.dtype if node.get("dtype") is None else type_of(node.get("dtype"), m)
    rows, columns = np.shape(x)
    return np.eye(rows, columns, node.get("k", 0), dtype=kind)


def _trilu(node: Node, m: Any, x: Any, k: Any = 0) -> Any:
    cut = m.triu if node.get("upper", 1) else m.tril
    return cut(x, int(np.asarray(k).reshape(())))


def _depth_to_space(node: Node, m: Any, x: Any) -> Any:
    side = node.get("blocksize", 1)
    batch, channels, height, width = x.shape
    inner = channels // side**2
    if node.get("mode", "DCR") == "DCR":
        blocks = m.reshape(x, (batch, side, side, inner, height, width))
        blocks = m.transpose(blocks, (0, 3, 4, 1, 5, 2))
    else:
        blocks = m.reshape(x, (batch, inner, side, side, height, width))
        blocks = m.transpose(blocks, (0, 1, 4, 2, 5, 3))
    return m.reshape(blocks, (batch, inner, height * side, width * side))


def _space_to_depth(node: Node, m: Any, x: Any) -> Any:
    side = node.get("blocksize", 1)
    batch, channels, height, width = x.shape
    blocks = m.reshape(x, (batch, channels, height // side, side, width // side, side))
    if node.get("mode", "DCR") == "DCR":
        blocks = m.transpose(blocks, (0, 3, 5, 1, 2, 4))
    else:
        blocks = m.transpose(blocks, (0, 1, 3, 5, 2, 4))
    return m.reshape(blocks, (batch, channels * side**2, height // side, width // side))


def _center_crop_pad(node: Node, m: Any, x: Any, shape: Any) -> Any:
    rank = np.ndim(x)
    over = [axis % rank for axis in node.get("axes") or range(rank)]
    for axis, wanted in zip(over, sized(whole(shape)), strict=True):
        length = np.shape(x)[axis]
        missing = wanted - length
        if missing >= 0:
            around = [(0, 0)] * rank
            around[axis] = (missing // 2, missing - missing // 2)
            x = m.pad(x, around)
        else:
            start = -missing // 2
            x = m.take(x, np.arange(start, start + wanted), axis=axis)
    return x


def _reverse_sequence(node: Node, m: Any, x: Any, lengths: Any) -> Any:
    batch, time = node.get("batch_axis", 1), node.get("time_axis", 0)
    steps = np.arange(np.shape(x)[time])
    lengths = jnp.asarray(lengths)[:, None]
    order = jnp.where(steps < lengths, lengths - 1 - steps, steps)
    aligned = jnp.moveaxis(x, (batch, time), (0, 1))
    index = order.reshape(order.shape + (1,) * (aligned.ndim - 2))
    return jnp.moveaxis(jnp.take_along_axis(aligned, index, axis=1), (0, 1), (batch, time))


OPS: Mapping[str, Op] = {
    "CenterCropPad": _center_crop_pad,
    "Concat": _concat,
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "DepthToSpace": _depth_to_space,
    "Expand": _expand,
    "EyeLike": _eye_like,
    "Flatten": _flatten,
    "Pad": _pad,
    "Range": _range,
    "Reshape": _reshape,
    "ReverseSequence": _reverse_sequence,
    "Shape": _shape,
    "Size": _size,
    "Slice": _slice,
    "SpaceToDepth": _space_to_depth,
    "Split": _split,
    "Squeeze": _squeeze,
    "Tile": _tile,
    "Transpose": _transpose,
    "Trilu": _trilu,
    "Unsqueeze": _unsqueeze,
}
