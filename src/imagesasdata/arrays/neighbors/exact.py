"""Exact nearest neighbors of queries in a collection, in blocks that bound the memory."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int
from threadpoolctl import threadpool_limits

from imagesasdata.arrays.neighbors.distances import Metric, of_pairs, unit
from imagesasdata.machine import cores, usual_rules

# Measured: only the groups of a block's scores with the highest maxima are examined, so that the
# selection takes little time compared with the product.
_BLOCK = 8192
_GROUPS = 256
_QUERIES = 1024
# Scores held at once (512 MiB); with many cores, each takes fewer queries.
_SCORES = 2**27
# Vectors whose squared lengths differ from 1 by at most this count as scaled to length one.
_ROUNDING = 1e-6


class Found(NamedTuple):
    """The neighbors of each query, the nearest first; ``-1`` and NaN if there are fewer than k."""

    rows: Int[np.ndarray, "queries k"]
    distances: Float[np.ndarray, "queries k"]

    def listed(self) -> Listed:
        """All neighbors as one list, those of the first query first."""
        real = self.rows >= 0
        queries, ranks = np.nonzero(real)
        return Listed(queries, ranks, self.rows[real], self.distances[real])


class Listed(NamedTuple):
    """Neighbors as a list: for each the query, its rank from 0, its row and its distance."""

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
        The number of neighbors; if there are fewer rows, all are returned.
    metric
        ``"cosine"`` or ``"euclidean"``.
    device
        A JAX device; ``None`` for JAX's default.

    Notes
    -----
    Blocks of 8,192 rows are multiplied with the queries. The scores of a block are divided into 256
    groups. The k best scores are in the k groups with the highest maxima, so only those groups are
    examined, and in them only scores that are better than the best so far. The distances of the rows
    found are recomputed in float64. On a CPU, NumPy computes the products, one block per core, because
    it is faster there than XLA (measured: 1.4 times); on other devices everything is compiled.
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
    """Each block's first row number, number of rows, and rows; the last is padded with zeros."""
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
    """The search on a CPU: one thread per core, which keeps the best scores of its own blocks."""
    starts = range(0, len(rows), _BLOCK)
    lanes = min(cores(), len(starts))

    def lane(number: int) -> _Best:
        best = _Best(len(queries), k)
        scores = np.empty((len(queries), _BLOCK), np.float32)
        for first in starts[number::lanes]:
            block = rows[first : first + _BLOCK]
            if len(block) < _BLOCK:
                # Padded only to whole groups; a product with rows padded as in `_blocks` would cost more.
                scores = np.full(
                    (len(queries), -(-len(block) // _GROUPS) * _GROUPS), -np.inf, np.float32
                )
                scores[:, : len(block)] = queries @ block.T
            else:
                np.matmul(queries, block.T, out=scores)
            _weigh(scores[:, : len(block)], block, metric)
            best.add(scores, first)
        return best

    # Two products with one thread each are as fast as one product with two threads, and then the work
    # after a product also runs on all cores.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(lanes) as pool:
        whole, *others = pool.map(lane, range(lanes))
    for best in others:
        whole.merge(np.repeat(np.arange(len(queries)), k), best.scores.ravel(), best.rows.ravel())
    return whole.rows


def _weigh(scores: np.ndarray, block: np.ndarray, metric: Metric) -> None:
    """Turn products into scores, in place; the nearest row has the highest score."""
    squares = np.einsum("ij,ij->i", block, block)
    if metric == "euclidean":
        scores -= np.float32(0.5) * squares
    elif np.abs(squares - 1).max() > _ROUNDING:
        scores *= 1 / np.sqrt(np.maximum(squares, np.finfo(np.float32).tiny))


class _Best:
    """The k best rows of each query so far; ``-1`` and minus infinity if there are fewer."""

    def __init__(self, queries: int, k: int) -> None:
        self.scores = np.full((queries, k), -np.inf, np.float32)
        self.rows = np.full((queries, k), -1, np.int64)

    def add(self, scores: np.ndarray, first: int) -> None:
        """Add a block's scores, (queries, a multiple of `_GROUPS`), for the rows from ``first``."""
        k = self.scores.shape[1]
        # Group g holds the scores g, g + groups, g + 2 groups, ..., so that maxima run along memory.
        grouped = scores.reshape(len(scores), -1, _GROUPS)
        maxima = grouped.max(axis=1)
        # Rows come in order and ties go to earlier rows, so a score must exceed the worst so far. At
        # least k scores of this block reach the k-th highest maximum, so lower ones cannot be needed.
        floor = np.nextafter(self.scores.min(axis=1), np.float32(np.inf))
        if k <= _GROUPS:
            floor = np.maximum(floor, np.partition(maxima, -k, axis=1)[:, -k])
        asked, groups = np.nonzero(maxima >= floor[:, None])
        members = grouped[asked, :, groups]
        hit, step = np.nonzero(members >= floor[asked, None])
        self.merge(asked[hit], members[hit, step], first + step * _GROUPS + groups[hit])

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
    indices = jax.device_put(np.full((len(queries), k), -1, np.int32), device)
    step = _step(k, metric)
    for first, count, block in _blocks(rows):
        best, indices = step(part, jax.device_put(block, device), best, indices, first, count)
    return np.asarray(indices)


@functools.cache
def _step(k: int, metric: Metric) -> Any:
    """A compiled function that merges one block of rows into the best so far."""
    import jax
    import jax.numpy as jnp
    from jax import lax

    @usual_rules()
    def step(queries: Any, rows: Any, best: Any, indices: Any, first: Any, count: Any) -> Any:
        scores = jnp.matmul(queries, rows.T, precision=lax.Precision.HIGHEST)
        squares = jnp.sum(rows * rows, axis=1)
        if metric == "cosine":
            scores = scores * lax.rsqrt(jnp.maximum(squares, jnp.finfo(jnp.float32).tiny))
        else:
            scores = scores - 0.5 * squares
        real = jnp.arange(len(rows), dtype=jnp.int32) < count
        scores = jnp.where(real, scores, -jnp.inf)
        # Groups as in `_Best.add`.
        grouped = scores.reshape(len(queries), -1, _GROUPS)
        groups = lax.top_k(jnp.max(grouped, axis=1), min(k, _GROUPS))[1]
        chosen = jnp.take_along_axis(grouped, groups[:, None, :], axis=2)
        members = jnp.arange(grouped.shape[1], dtype=jnp.int32)[:, None] * _GROUPS
        numbers = first + members + groups[:, None, :]
        # Earlier rows come first, so ties go to the lower row.
        both = jnp.concatenate([best, chosen.reshape(len(queries), -1)], axis=1)
        numbers = jnp.concatenate([indices, numbers.reshape(len(queries), -1)], axis=1)
        best, order = lax.top_k(both, k)
        return best, jnp.take_along_axis(numbers, order, axis=1)

    return jax.jit(step)
