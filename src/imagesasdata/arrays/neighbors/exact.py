"""The nearest rows of a collection to each query, exactly, in blocks that bound the memory."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int
from threadpoolctl import threadpool_limits

from imagesasdata.arrays.neighbors.distances import Metric, of_pairs, unit
from imagesasdata.machine import cores

# Measured: of a block's scores only the groups with the highest maxima are looked at, so that the
# selection costs little beside the product.
_BLOCK = 8192
_GROUPS = 256
_QUERIES = 1024
# Scores (512 MiB) held at once; where there are many cores, each has fewer queries.
_SCORES = 2**27
# Vectors whose squared lengths differ from 1 by at most this were scaled to length one.
_ROUNDING = 1e-6


class Found(NamedTuple):
    """The neighbors of each query, the nearest first; ``-1`` and NaN where there are fewer than k."""

    rows: Int[np.ndarray, "queries k"]
    distances: Float[np.ndarray, "queries k"]

    def listed(self) -> Listed:
        """All neighbors one after another, those of the first query first."""
        real = self.rows >= 0
        queries, ranks = np.nonzero(real)
        return Listed(queries, ranks, self.rows[real], self.distances[real])


class Listed(NamedTuple):
    """Neighbors as a list: whose each is, its place from 0, its row and how far it is."""

    queries: Int[np.ndarray, " found"]
    ranks: Int[np.ndarray, " found"]
    rows: Int[np.ndarray, " found"]
    distances: Float[np.ndarray, " found"]


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
    groups: the k best scores are in the k groups with the highest maxima, so only those are looked at,
    and of these only what is better than the best so far. The distances of the rows found are
    recomputed in float64. On a CPU the product is numpy's, which is faster than XLA's there
    (measured: 1.4 times), one block on each core; on other devices all of it is compiled.
    """
    k = min(k, len(rows))
    if not k or not len(queries):
        return Found(np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0)))
    if device is None:
        import jax

        device = jax.local_devices()[0]
    here = device.platform == "cpu"
    search = _search_here if here else _search_there
    count = min(_QUERIES, max(1, _SCORES // (_BLOCK * cores()))) if here else _QUERIES
    found = np.empty((len(queries), k), np.int64)
    for start in range(0, len(queries), count):
        some = queries[start : start + count]
        scaled = unit(some) if metric == "cosine" else some
        found[start : start + count] = search(scaled, rows, k, metric, device)
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
    """On a CPU: a thread for each core, which takes blocks and keeps the best of its own."""
    starts = range(0, len(rows), _BLOCK)
    lanes = min(cores(), len(starts))

    def lane(number: int) -> _Best:
        best = _Best(len(queries), k)
        scores = np.empty((len(queries), _BLOCK), np.float32)
        for first in starts[number::lanes]:
            block = rows[first : first + _BLOCK]
            if len(block) < _BLOCK:
                # Filled up to whole groups only: a product with the rows that `_blocks` adds costs more.
                scores = np.full(
                    (len(queries), -(-len(block) // _GROUPS) * _GROUPS), -np.inf, np.float32
                )
                scores[:, : len(block)] = queries @ block.T
            else:
                np.matmul(queries, block.T, out=scores)
            _weigh(scores[:, : len(block)], block, metric)
            best.add(scores, first)
        return best

    # Two products of one thread each are as fast as one of two threads, and what comes after a
    # product then runs on all cores, too.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(lanes) as pool:
        whole, *others = pool.map(lane, range(lanes))
    for best in others:
        whole.merge(np.repeat(np.arange(len(queries)), k), best.scores.ravel(), best.rows.ravel())
    return whole.rows


def _weigh(scores: np.ndarray, block: np.ndarray, metric: Metric) -> None:
    """Turn products into scores that are highest for the nearest, in place."""
    squares = np.einsum("ij,ij->i", block, block)
    if metric == "euclidean":
        scores -= np.float32(0.5) * squares
    elif np.abs(squares - 1).max() > _ROUNDING:
        scores *= 1 / np.sqrt(np.maximum(squares, np.finfo(np.float32).tiny))


class _Best:
    """The k best of each query so far; ``-1`` and minus infinity where there are fewer."""

    def __init__(self, queries: int, k: int) -> None:
        self.scores = np.full((queries, k), -np.inf, np.float32)
        self.rows = np.full((queries, k), -1, np.int64)

    def add(self, scores: np.ndarray, first: int) -> None:
        """Add a block's scores, (queries, some number of groups), for the rows from ``first``."""
        k = self.scores.shape[1]
        # Group g has the scores g, g + groups, g + 2 groups, ...: maxima over them run along memory.
        grouped = scores.reshape(len(scores), -1, _GROUPS)
        maxima = grouped.max(axis=1)
        # Rows come in order, so a score equal to the worst so far is too late; and at least k
        # scores of this block are as high as the k-th highest maximum.
        floor = np.nextafter(self.scores.min(axis=1), np.float32(np.inf))
        if k <= _GROUPS:
            floor = np.maximum(floor, np.partition(maxima, -k, axis=1)[:, -k])
        asked, groups = np.nonzero(maxima >= floor[:, None])
        members = grouped[asked, :, groups]
        found, place = np.nonzero(members >= floor[asked, None])
        self.merge(asked[found], members[found, place], first + place * _GROUPS + groups[found])

    def merge(self, asked: np.ndarray, scores: np.ndarray, rows: np.ndarray) -> None:
        """Add scores of some queries, in any order."""
        queries, k = self.scores.shape
        if not len(asked):
            return
        every = np.concatenate([np.repeat(np.arange(queries), k), asked])
        scores = np.concatenate([self.scores.ravel(), scores])
        rows = np.concatenate([self.rows.ravel(), rows])
        # Ties go to the lower row.
        order = np.lexsort((rows, -scores, every))
        starts = np.searchsorted(every[order], np.arange(queries))
        taken = order[starts[:, None] + np.arange(k)]
        self.scores, self.rows = scores[taken], rows[taken]


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
    """A compiled function that merges one block of rows into the best so far."""
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
        # Earlier rows come first: ties go to the lower row.
        both = jnp.concatenate([best, chosen.reshape(len(queries), -1)], axis=1)
        numbers = jnp.concatenate([places, numbers.reshape(len(queries), -1)], axis=1)
        best, order = lax.top_k(both, k)
        return best, jnp.take_along_axis(numbers, order, axis=1)

    return jax.jit(step)
