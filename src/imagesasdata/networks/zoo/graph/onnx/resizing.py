"""ONNX operations that resize maps, as a matrix product along each side that changes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from imagesasdata.errors import WeightsError
from imagesasdata.networks.zoo.graph.nodes import Node
from imagesasdata.networks.zoo.graph.onnx.shapes import whole
from imagesasdata.networks.zoo.graph.program import sized

Op = Callable[..., Any]


class Side(NamedTuple):
    """The share of each old value in each new one, along one side; new ones that lie outside it."""

    weights: Float[np.ndarray, "new old"]
    outside: Bool[np.ndarray, " new"]


def sides(
    node: Node, old: Sequence[int], roi: Any = None, scales: Any = None, sizes: Any = None
) -> dict[int, Side]:
    """The sides that change, by their axis.

    Raises
    ------
    WeightsError
        When the settings are not those of ONNX, or the new map would be out of all proportion.
    """
    rank = len(old)
    axes = [axis % rank for axis in node.get("axes") or range(rank)]
    factors, new = _factors(node, [old[axis] for axis in axes], scales, sizes)
    sized([dict(zip(axes, new, strict=True)).get(axis, old[axis]) for axis in range(rank)])
    part = [0.0, 1.0] * len(axes)
    if roi is not None and np.size(roi):
        flat = np.asarray(roi, float).reshape(-1).tolist()
        part = [
            end for pair in zip(flat[: len(axes)], flat[len(axes) :], strict=True) for end in pair
        ]
    changed = {}
    for at, axis in enumerate(axes):
        begin, end = part[2 * at : 2 * at + 2]
        if new[at] == old[axis] and factors[at] == 1 and (begin, end) == (0, 1):
            continue
        changed[axis] = _side(node, old[axis], new[at], factors[at], begin, end)
    return changed


def apply(node: Node, x: Any, changed: Mapping[int, Side]) -> Any:
    """The map with its sides changed."""
    x = jnp.asarray(x)
    kind = x.dtype
    for axis, side in changed.items():
        weights = side.weights
        if (weights.max(axis=1) == 1).all() and (np.count_nonzero(weights, axis=1) == 1).all():
            x = jnp.take(x, weights.argmax(axis=1), axis=axis)  # nearest: nothing to multiply
            continue
        # Whole numbers are computed with a point, and cut off at the end as the standard does.
        factor = weights.astype(kind if jnp.issubdtype(kind, np.floating) else np.float32)
        x = jnp.moveaxis(jnp.tensordot(x.astype(factor.dtype), factor, axes=(axis, 1)), -1, axis)
    value = node.get("extrapolation_value", 0.0)
    for axis, side in changed.items():
        if side.outside.any():
            shape = [-1 if at == axis else 1 for at in range(x.ndim)]
            x = jnp.where(side.outside.reshape(shape), np.asarray(value, x.dtype), x)
    return x.astype(kind)


def _factors(node: Node, old: list[int], scales: Any, sizes: Any) -> tuple[list[float], list[int]]:
    if sizes is not None and np.size(sizes):
        wanted = whole(sizes)
        factors = [new / length for new, length in zip(wanted, old, strict=True)]
        policy = node.get("keep_aspect_ratio_policy", "stretch")
        if policy == "stretch":
            return factors, wanted
        factor = min(factors) if policy == "not_larger" else max(factors)
        return [factor] * len(old), [math.floor(factor * length + 0.5) for length in old]
    given = node.get("scales") if scales is None else np.asarray(scales).reshape(-1).tolist()
    if not given or min(given) <= 0:
        raise WeightsError(f"{node.op} needs the new size or a factor above 0 for each side.")
    factors = [float(factor) for factor in given]
    return factors, [math.floor(length * by) for length, by in zip(old, factors, strict=True)]


def _side(node: Node, old: int, new: int, factor: float, begin: float, end: float) -> Side:
    places = _places(node, old, new, factor, begin, end)
    cut = _mode(node) == "tf_crop_and_resize"
    outside = ((places < 0) | (places > old - 1)) if cut else np.zeros(new, bool)
    kind = node.get("mode", "nearest")
    if kind == "nearest":
        index = np.clip(_nearest(node, places), 0, old - 1).astype(int)
        return Side(np.eye(old)[index], outside)
    if kind not in {"linear", "bilinear", "cubic"}:
        raise WeightsError(f"{node.op} with mode {kind!r} is not known here.")
    # Each new value is a mean of the old ones around its place; the nearest before it is the first.
    before = np.ceil(places) - 1
    shrink = min(factor, 1.0) if node.get("antialias", 0) else 1.0
    reach = 2 if kind == "cubic" else 1
    first = math.floor(-reach / shrink) + 1
    steps = np.arange(first, 2 - first)
    distance = (steps - (places - before)[:, None]) * shrink
    shares = (
        _cubic(distance, node.get("cubic_coeff_a", -0.75))
        if reach == 2
        else np.clip(1 - abs(distance), 0, None)
    )
    index = before[:, None] + steps
    if node.get("exclude_outside", 0):
        shares = np.where((index < 0) | (index >= old), 0, shares)
    shares = shares / shares.sum(axis=1, keepdims=True)
    weights = np.zeros((new, old))
    np.add.at(weights, (np.arange(new)[:, None], np.clip(index, 0, old - 1).astype(int)), shares)
    return Side(weights, outside)


def _mode(node: Node) -> str:
    old_file = node.op == "Upsample" or node.get("opset", 13) < 11
    return "asymmetric" if old_file else node.get("coordinate_transformation_mode", "half_pixel")


def _places(
    node: Node, old: int, new: int, factor: float, begin: float, end: float
) -> Float[np.ndarray, " new"]:
    """Where each new value lies among the old ones."""
    x = np.arange(new, dtype=float)
    length = factor * old
    mode = _mode(node)
    if mode == "asymmetric":
        return x / factor
    if mode == "align_corners":
        return x * 0 if length == 1 else x * (old - 1) / (length - 1)
    if mode == "tf_crop_and_resize":
        step = 0.5 if length == 1 else x / (length - 1)
        return begin * (old - 1) + step * (end - begin) * (old - 1) + x * 0
    centers = (x + 0.5) / factor - 0.5
    if mode == "half_pixel":
        return centers
    if mode == "tf_half_pixel_for_nn":
        return centers + 0.5
    if mode == "pytorch_half_pixel":
        return x * 0 - 0.5 if length == 1 else centers
    if mode == "half_pixel_symmetric":
        return old / 2 * (1 - new / length) + centers
    raise WeightsError(f"{node.op} with coordinates {mode!r} is not known here.")


def _nearest(node: Node, places: np.ndarray) -> np.ndarray:
    old_file = node.op == "Upsample" or node.get("opset", 13) < 11
    kind = "floor" if old_file else node.get("nearest_mode", "round_prefer_floor")
    how = {
        "round_prefer_floor": lambda x: np.ceil(x - 0.5),
        "round_prefer_ceil": lambda x: np.floor(x + 0.5),
        "floor": np.floor,
        "ceil": np.ceil,
    }
    if kind not in how:
        raise WeightsError(f"{node.op} with rounding {kind!r} is not known here.")
    return how[kind](places)


def _cubic(distance: np.ndarray, a: float) -> np.ndarray:
    """Keys's cubic kernel."""
    x = abs(distance)
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((x - 5) * x + 8) * x * a - 4 * a
    return np.where(x <= 1, near, np.where(x < 2, far, 0))


def _resize(node: Node, m: Any, x: Any, *given: Any) -> Any:
    return apply(node, x, sides(node, np.shape(x), *arguments(node, given)))


def arguments(node: Node, given: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """The part of the map, the factors and the new size, wherever the file's version has them."""
    roi, scales, sizes = (*given, None, None, None)[:3]
    if node.op == "Upsample" or node.get("opset", 13) < 11:
        roi, scales, sizes = None, roi, None
    return roi, scales, sizes


OPS: Mapping[str, Op] = {"Resize": _resize, "Upsample": _resize}
