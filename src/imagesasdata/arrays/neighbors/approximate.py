"""Approximate nearest neighbors by a faiss index, for collections too large to search exactly."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from jaxtyping import Float32

from imagesasdata.arrays.neighbors.distances import Metric, of_pairs, unit
from imagesasdata.arrays.neighbors.exact import Found, nearest
from imagesasdata.errors import MissingPackageError

Index = Literal["exact", "hnsw", "ivf"]

_SAMPLE = 200
_LINKS = 32
_PROBES = 16


def nearest_by_index(
    queries: Float32[np.ndarray, "queries size"],
    rows: Float32[np.ndarray, "rows size"],
    k: int,
    metric: Metric,
    index: Index,
) -> Found:
    """The k nearest rows that a faiss index finds: most of the true neighbors, not always all.

    Raises
    ------
    MissingPackageError
        When faiss is not installed.
    """
    faiss = _faiss()
    k = min(k, len(rows))
    size = rows.shape[1]
    scaled = (unit(rows), unit(queries)) if metric == "cosine" else (rows, queries)
    kind = faiss.METRIC_INNER_PRODUCT if metric == "cosine" else faiss.METRIC_L2
    if index == "hnsw":
        searcher: Any = faiss.IndexHNSWFlat(size, _LINKS, kind)
        searcher.hnsw.efConstruction = 80
        searcher.hnsw.efSearch = max(64, 2 * k)
    else:
        cells = max(1, min(int(4 * np.sqrt(len(rows))), len(rows) // 40))
        coarse: Any = faiss.IndexFlat(size, kind)
        searcher = faiss.IndexIVFFlat(coarse, size, cells, kind)
        searcher.nprobe = min(_PROBES, cells)
        searcher.train(np.ascontiguousarray(scaled[0]))
    searcher.add(np.ascontiguousarray(scaled[0]))
    _, found = searcher.search(np.ascontiguousarray(scaled[1]), k)
    found = found.astype(np.int64)
    # If the index finds fewer than k, the remaining rows are -1.
    distances = of_pairs(
        queries, rows, np.repeat(np.arange(len(queries)), k), np.maximum(found, 0).ravel(), metric
    ).reshape(found.shape)
    distances[found < 0] = np.nan
    order = np.lexsort((found, distances), axis=1)
    return Found(
        np.take_along_axis(found, order, axis=1), np.take_along_axis(distances, order, axis=1)
    )


def recall(
    found: Found,
    queries: Float32[np.ndarray, "queries size"],
    rows: Float32[np.ndarray, "rows size"],
    metric: Metric,
    *,
    device: Any = None,
    seed: int = 0,
) -> float:
    """The share of true neighbors that were found, for a sample of at most 200 queries."""
    if not found.rows.size:
        return 1.0
    sample = np.random.default_rng(seed).permutation(len(queries))[:_SAMPLE]
    truth = nearest(queries[sample], rows, found.rows.shape[1], metric, device=device)
    # Compared by distance, because rows at the same distance are equally correct.
    worst = truth.distances[:, -1:] + 1e-6
    return float(np.mean(found.distances[sample] <= worst))


def _faiss() -> Any:
    try:
        import faiss  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise MissingPackageError(
            "An index needs the package faiss, which is not installed.",
            'pip install "imagesasdata[faiss]", or leave index="exact".',
        ) from None
    return faiss
