"""A graph's operations that move values and change shapes but compute nothing."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.zoo.graph.nodes import Node
from imagesasdata.networks.zoo.graph.program import sized

_TYPES = {
    "DT_FLOAT": np.float32,
    "DT_DOUBLE": np.float32,  # no network here needs 64 bits, and JAX does not use them by default
    "DT_INT32": np.int32,
    "DT_INT64": np.int32,
    "DT_UINT8": np.uint8,
    "DT_BOOL": np.bool_,
}


def identity(node: Node, m: Any, x: Any) -> Any:
    """The input, unchanged."""
    return x


def shape(node: Node, m: Any, x: Any) -> np.ndarray:
    """The input's shape, known before anything is computed."""
    return np.array(np.shape(x), np.int32)


def cast(node: Node, m: Any, x: Any) -> Any:
    """The values, converted to another type."""
    kind = node.get("DstT")
    if kind not in _TYPES:
        raise WeightsError(f"Cast to {kind} is not supported.")
    return m.asarray(x).astype(_TYPES[kind])


def reshape(node: Node, m: Any, x: Any, size: np.ndarray) -> Any:
    """The same values in another shape."""
    return m.reshape(x, tuple(np.atleast_1d(size).tolist()))


def transpose(node: Node, m: Any, x: Any, axes: np.ndarray) -> Any:
    """The axes in another order."""
    return m.transpose(x, tuple(axes.tolist()))


def expand_dims(node: Node, m: Any, x: Any, axis: np.ndarray) -> Any:
    """An additional axis of length one."""
    return m.expand_dims(x, int(axis))


def squeeze(node: Node, m: Any, x: Any) -> Any:
    """Remove axes of length one: the named ones, or all."""
    axes = node.get("squeeze_dims") or None
    return m.squeeze(x, axis=tuple(axes) if axes else None)


def pad(node: Node, m: Any, x: Any, sides: np.ndarray, value: Any = 0) -> Any:
    """The values with a constant margin."""
    sized(length + sum(side) for length, side in zip(np.shape(x), sides.tolist(), strict=True))
    return m.pad(x, tuple(map(tuple, sides.tolist())), constant_values=value)


def concat(node: Node, m: Any, *inputs: Any) -> Any:
    """Concatenate arrays; the last input is the axis."""
    return m.concatenate(inputs[:-1], axis=int(inputs[-1]))


def pack(node: Node, m: Any, *inputs: Any) -> Any:
    """Stack arrays along a new axis."""
    return m.stack(inputs, axis=node.get("axis", 0))


def unpack(node: Node, m: Any, x: Any) -> Any:
    """The parts along an axis, which is removed."""
    axis = node.get("axis", 0)
    return tuple(m.moveaxis(x, axis, 0)[index] for index in range(np.shape(x)[axis]))


def split(node: Node, m: Any, axis: np.ndarray, x: Any) -> Any:
    """Parts of equal length along an axis."""
    return tuple(m.split(x, node.get("num_split", 1), axis=int(axis)))


def split_sizes(node: Node, m: Any, x: Any, sizes: np.ndarray, axis: np.ndarray) -> Any:
    """Parts of given lengths along an axis; -1 stands for the rest."""
    lengths = sizes.tolist()
    if -1 in lengths:
        lengths[lengths.index(-1)] = np.shape(x)[int(axis)] - sum(lengths) - 1
    return tuple(m.split(x, list(itertools.accumulate(lengths[:-1])), axis=int(axis)))


def slice_(node: Node, m: Any, x: Any, begin: np.ndarray, size: np.ndarray) -> Any:
    """A block from ``begin``; a size of -1 goes to the end."""
    return x[
        tuple(
            slice(start, None if length < 0 else start + length)
            for start, length in zip(begin.tolist(), size.tolist(), strict=True)
        )
    ]


def strided_slice(
    node: Node, m: Any, x: Any, begin: np.ndarray, end: np.ndarray, step: np.ndarray
) -> Any:
    """Python's slicing; TensorFlow's bit masks say which bounds are omitted."""

    def bit(name: str, position: int) -> bool:
        return bool(node.get(name, 0) >> position & 1)

    index: list[Any] = []
    rows = zip(begin.tolist(), end.tolist(), step.tolist(), strict=True)
    for position, (first, last, by) in enumerate(rows):
        if bit("ellipsis_mask", position):
            index.append(...)
        elif bit("new_axis_mask", position):
            index.append(None)
        elif bit("shrink_axis_mask", position):
            index.append(first)
        else:
            start = None if bit("begin_mask", position) else first
            index.append(slice(start, None if bit("end_mask", position) else last, by))
    return x[tuple(index)]


def tile(node: Node, m: Any, x: Any, times: np.ndarray) -> Any:
    """The array repeated along each axis."""
    sized(length * many for length, many in zip(np.shape(x), times.tolist(), strict=True))
    return m.tile(x, tuple(times.tolist()))


def fill(node: Node, m: Any, size: np.ndarray, value: Any) -> Any:
    """One value in a given shape."""
    return m.full(sized(size.tolist()), value)


def gather(node: Node, m: Any, x: Any, places: Any, axis: np.ndarray) -> Any:
    """The values at some indices along an axis."""
    if node.get("batch_dims", 0):
        raise WeightsError("GatherV2 with batch_dims is not supported.")
    return m.take(x, places, axis=int(axis))


def sparse_to_dense(
    node: Node, m: Any, places: np.ndarray, size: np.ndarray, values: Any, rest: Any
) -> Any:
    """A constant array with other values at some indices."""
    index = np.asarray(places).reshape(-1, len(size))
    shape = sized(size.tolist())
    if m is np:
        filled = np.full(shape, rest)
        filled[tuple(index.T)] = values
        return filled
    return m.full(shape, rest).at[tuple(index.T)].set(values)


def depth_to_space(node: Node, m: Any, x: Any) -> Any:
    """Channels laid out as squares of pixels."""
    side = node.get("block_size", 1)
    batch, height, width, channels = x.shape
    inner = channels // (side * side)
    blocks = m.reshape(x, (batch, height, width, side, side, inner))
    blocks = m.transpose(blocks, (0, 1, 3, 2, 4, 5))
    return m.reshape(blocks, (batch, height * side, width * side, inner))
