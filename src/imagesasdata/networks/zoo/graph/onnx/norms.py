"""ONNX operations that normalize: by channel (of maps whose channels come last), or along axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from imagesasdata.errors import WeightsError
from imagesasdata.networks.zoo.graph.nodes import Node

Op = Callable[..., Any]


def _batch(
    node: Node, x: Float[Array, "b *sides c"], scale: Any, offset: Any, mean: Any, variance: Any
) -> Float[Array, "b *sides c"]:
    """By the means and variances of training."""
    if node.get("training_mode", 0) or node.get("outputs", 1) > 1:
        raise WeightsError("The graph is one for training: it normalizes by the batch.")
    factor = scale / jnp.sqrt(variance + np.asarray(node.get("epsilon", 1e-5), variance.dtype))
    return (x - mean) * factor + offset


def _instance(
    node: Node, x: Float[Array, "b *sides c"], scale: Any, offset: Any
) -> Float[Array, "b *sides c"]:
    """By each picture's own channel."""
    sides = tuple(range(1, x.ndim - 1))
    return _standard(x, sides, node.get("epsilon", 1e-5)) * scale + offset


def _group(
    node: Node, x: Float[Array, "b *sides c"], scale: Any, offset: Any
) -> Float[Array, "b *sides c"]:
    """By groups of each picture's own channels."""
    groups = node.get("num_groups", 1)
    parts = x.reshape(*x.shape[:-1], groups, x.shape[-1] // groups)
    axes = (*range(1, x.ndim - 1), x.ndim)
    scaled = _standard(parts, axes, node.get("epsilon", 1e-5))
    if node.get("opset", 21) < 21:  # a factor for each group
        return (scaled * scale[:, None] + offset[:, None]).reshape(x.shape)
    return scaled.reshape(x.shape) * scale + offset


def _local_response(node: Node, x: Float[Array, "b *sides c"]) -> Float[Array, "b *sides c"]:
    """By the squares of neighboring channels."""
    size = node.get("size", 1)
    window = (*[1] * (x.ndim - 1), size)
    around = (*[(0, 0)] * (x.ndim - 1), ((size - 1) // 2, size - 1 - (size - 1) // 2))
    squares = lax.reduce_window(
        x * x, np.zeros((), x.dtype)[()], lax.add, window, (1,) * x.ndim, around
    )
    scale = node.get("bias", 1.0) + node.get("alpha", 1e-4) / size * squares
    return x / scale ** node.get("beta", 0.75)


def _layer(node: Node, m: Any, x: Any, scale: Any, offset: Any = None) -> Any:
    axes = tuple(range(node.get("axis", -1) % np.ndim(x), np.ndim(x)))
    mean = x.mean(axis=axes, keepdims=True)
    spread = _spread(x, axes, node.get("epsilon", 1e-5))
    y = (x - mean) * spread * scale
    return (y if offset is None else y + offset), mean, spread


def _root_mean_square(node: Node, m: Any, x: Any, scale: Any) -> Any:
    axes = tuple(range(node.get("axis", -1) % np.ndim(x), np.ndim(x)))
    epsilon = np.asarray(node.get("epsilon", 1e-5), x.dtype)
    return x / jnp.sqrt((x * x).mean(axis=axes, keepdims=True) + epsilon) * scale


def _lp(node: Node, m: Any, x: Any) -> Any:
    axis, p = node.get("axis", -1), node.get("p", 2)
    size = (m.abs(x) ** p).sum(axis=axis, keepdims=True) ** (1 / p)
    return m.where(size == 0, m.zeros_like(x), x / m.where(size == 0, m.ones_like(size), size))


def _mean_variance(node: Node, m: Any, x: Any) -> Any:
    axes = tuple(node.get("axes") or (0, 2, 3))
    mean = x.mean(axis=axes, keepdims=True)
    sd = m.sqrt(((x - mean) ** 2).mean(axis=axes, keepdims=True))
    return (x - mean) / (sd + np.asarray(1e-9, x.dtype))


def _standard(x: Any, axes: tuple[int, ...], epsilon: float) -> Any:
    return (x - x.mean(axis=axes, keepdims=True)) * _spread(x, axes, epsilon)


def _spread(x: Any, axes: tuple[int, ...], epsilon: float) -> Any:
    """One over the standard deviation."""
    return lax.rsqrt(jnp.asarray(x).var(axis=axes, keepdims=True) + np.asarray(epsilon, x.dtype))


# Of maps whose channels come last.
OF_MAPS: Mapping[str, Op] = {
    "BatchNormalization": _batch,
    "GroupNormalization": _group,
    "InstanceNormalization": _instance,
    "LRN": _local_response,
}

OPS: Mapping[str, Op] = {
    "LayerNormalization": _layer,
    "LpNormalization": _lp,
    "MeanVarianceNormalization": _mean_variance,
    "RMSNormalization": _root_mean_square,
}
