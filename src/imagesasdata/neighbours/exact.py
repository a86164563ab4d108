"""The nearest rows of a collection to each query, exactly, in blocks that bound the memory."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int

from imagesasdata.neighbours.distances import Metric, of_pairs, unit

# Measured: of a block's scores only the groups with the highest maxima are sorted, so that the
# selection costs little beside the product.
_BLOCK = 8192
_GROUPS = 256
_QUERIES = 1024


class Found(NamedTuple):
    """The neighbours of each query, the nearest first; ``-1`` and NaN where there are fewer than k."""

    rows: Int[np.ndarray, "queries k"]
    distances: Float[np.ndarray, "queries k"]


def nearest(
    queries: Float32[np.ndarray, "queries size"],
    rows: Float32[np.ndarray, "rows size"],
    k: int,
    metric: Metric = "cosine",
    *,
    device: Any = None,
) -> Found:
    """The k nearest of ``rows`` to each of ``queries``.

    Parameters
    ----------
    queries, rows
        Finite numbers.
    k
        How many; of fewer rows all are given.
    metric
        ``"cosine"`` or ``"euclidean"``.
    device
        A JAX device; ``None`` for JAX's own choice.

    Notes
    -----
    Blocks of 8,192 rows are multiplied with the queries. The scores of a block are parted into 256
    groups: the k best scores are in the k groups with the highest maxima, so only those are sorted.
    The distances of what is found are computed anew in float64. On a CPU the product is numpy's, which
    is faster than XLA's there (measured: 1.4 times); on other devices all of it is compiled.
    """
    k = min(k, len(rows))
    if not k or not len(queries):
        return Found(np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0)))
    if device is None:
        import jax

        device = jax.local_devices()[0]
    search = _search_here if device.platform == "cpu" else _search_there
    found = np.empty((len(queries), k), np.int64)
    for start in range(0, len(queries), _QUERIES):
        some = queries[start : start + _QUERIES]
        scaled = unit(some) if metric == "cosine" else some
        found[start : start + _QUERIES] = search(scaled, rows, k, metric, device)
    distances = of_pairs(
        queries, rows, np.repeat(np.arange(len(queries)), k), found.ravel(), metric
    ).reshape(found.shape)
    order = np.lexsort((found, distances), axis=1)
    return Found(
        np.take_along_axis(found, order, axis=1), np.take_along_axis(distances, order, axis=1)
    )


def _blocks(rows: np.ndarray) -> Iterator[tuple[int, int, np.ndarray]]:
    """The first row, the number and the rows of each block; the last is filled up with zeros."""
    size = min(_BLOCK, -(-len(rows) // _GROUPS) * _GROUPS)
    for first in range(0, len(rows), size):
        some = rows[first : first + size]
        missing = size - len(some)
        if missing:
            filled = np.concatenate([some, np.zeros((missing, rows.shape[1]), np.float32)])
            yield first, len(some), filled
        else:
            yield first, size, some


def _search_here(
    queries: np.ndarray, rows: np.ndarray, k: int, metric: Metric, device: Any
) -> np.ndarray:
    best = np.full((len(queries), k), -np.inf, np.float32)
    places = np.full((len(queries), k), -1, np.int64)
    for first, count, block in _blocks(rows):
        scores = queries @ block.T
        squares = np.einsum("ij,ij->i", block, block)
        if metric == "cosine":
            scores *= 1 / np.sqrt(np.maximum(squares, np.finfo(np.float32).tiny))
        else:
            scores -= np.float32(0.5) * squares
        scores[:, count:] = -np.inf
        # Group g has the scores g, g + groups, g + 2 groups, ...: maxima over them run along memory.
        grouped = scores.reshape(len(queries), -1, _GROUPS)
        groups = _highest(grouped.max(axis=1), min(k, _GROUPS))
        chosen = np.take_along_axis(grouped, groups[:, None, :], axis=2)
        numbers = first + np.arange(grouped.shape[1])[:, None] * _GROUPS + groups[:, None, :]
        both = np.concatenate([best, chosen.reshape(len(queries), -1)], axis=1)
        numbers = np.concatenate([places, numbers.reshape(len(queries), -1)], axis=1)
        order = _highest(both, k)
        best = np.take_along_axis(both, order, axis=1)
        places = np.take_along_axis(numbers, order, axis=1)
    return places


def _highest(scores: np.ndarray, k: int) -> np.ndarray:
    if k == scores.shape[1]:
        return np.broadcast_to(np.arange(k), scores.shape)
    return np.argpartition(-scores, k - 1, axis=1)[:, :k]


def _search_there(
    queries: np.ndarray, rows: np.ndarray, k: int, metric: Metric, device: Any
) -> np.ndarray:
    import jax

    part = jax.device_put(queries, device)
    best = jax.device_put(np.full((len(queries), k), -np.inf, np.float32), device)
    places = jax.device_put(np.full((len(queries), k), -1, np.int32), device)
    step = _step(k, metric)
    for first, count, block in _blocks(rows):
        best, places = step(part, jax.device_put(block, device), best, places, first, count)
    return np.asarray(places)


@functools.cache
def _step(k: int, metric: Metric) -> Any:
    """A compiled function that takes one block of rows into the best so far."""
    import jax
    import jax.numpy as jnp
    from jax import lax

    def step(queries: Any, rows: Any, best: Any, places: Any, first: Any, count: Any) -> Any:
        scores = jnp.matmul(queries, rows.T, precision=lax.Precision.HIGHEST)
        squares = jnp.sum(rows * rows, axis=1)
        if metric == "cosine":
            scores = scores * lax.rsqrt(jnp.maximum(squares, jnp.finfo(jnp.float32).tiny))
        else:
            scores = scores - 0.5 * squares
        real = jnp.arange(len(rows), dtype=jnp.int32) < count
        scores = jnp.where(real, scores, -jnp.inf)
        # Group g has the scores g, g + groups, g + 2 groups, ...: maxima over them run along memory.
        grouped = scores.reshape(len(queries), -1, _GROUPS)
        groups = lax.top_k(jnp.max(grouped, axis=1), min(k, _GROUPS))[1]
        chosen = jnp.take_along_axis(grouped, groups[:, None, :], axis=2)
        members = jnp.arange(grouped.shape[1], dtype=jnp.int32)[:, None] * _GROUPS
        numbers = first + members + groups[:, None, :]
        # Those found earlier come first: of equal scores the lower row stays.
        both = jnp.concatenate([best, chosen.reshape(len(queries), -1)], axis=1)
        numbers = jnp.concatenate([places, numbers.reshape(len(queries), -1)], axis=1)
        best, order = lax.top_k(both, k)
        return best, jnp.take_along_axis(numbers, order, axis=1)

    return jax.jit(step)
