"""Partitions rows into clusters, by scikit-learn's algorithms."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int

from imagesasdata.arrays.clustering.starts import Starts
from imagesasdata.arrays.clustering.threads import fitting_threads
from imagesasdata.errors import ArgumentError

Method = Literal["kmeans", "hdbscan", "agglomerative", "gmm"]

MINI_BATCH_ROWS = 100_000
AGGLOMERATIVE_ROWS = 20_000

_STARTS = 4


class Partition(NamedTuple):
    """Each row's cluster (0 is the largest, ``-1`` none) and its distance to the center."""

    clusters: Int[np.ndarray, " rows"]
    distances: Float[np.ndarray, " rows"]


def part(
    vectors: Float32[np.ndarray, "rows size"],
    method: Method,
    k: int | None,
    *,
    least: int = 5,
    seed: int = 0,
) -> Partition:
    """Partition the rows into k clusters; hdbscan determines their number itself.

    Parameters
    ----------
    vectors
        The rows.
    method
        The algorithm.
    k
        The number of clusters; not used by hdbscan.
    least
        The size of the smallest cluster, for hdbscan.
    seed
        The seed of algorithms with a random start.
    """
    with fitting_threads(vectors):
        labels = _labels(vectors, method, k, least, seed)
    clusters = _by_size(labels)
    count = clusters.max() + 1 if len(clusters) else 0
    distances = np.full(len(vectors), np.nan)
    for cluster in range(count):
        members = clusters == cluster
        rows = vectors[members].astype(np.float64)
        distances[members] = np.linalg.norm(rows - rows.mean(axis=0), axis=1)
    return Partition(clusters, distances)


def _labels(
    vectors: np.ndarray, method: Method, k: int | None, least: int, seed: int
) -> np.ndarray:
    from sklearn import cluster, mixture

    if method == "hdbscan":
        if len(vectors) < 2:
            return np.full(len(vectors), -1)
        size = min(least, len(vectors))
        return cluster.HDBSCAN(max(size, 2), copy=True).fit_predict(vectors)  # type: ignore[arg-type]
    if k is None or k == 1 or not len(vectors):
        return np.zeros(len(vectors), np.int64)
    if method == "agglomerative":
        if len(vectors) > AGGLOMERATIVE_ROWS:
            raise ArgumentError(
                f"Agglomerative clustering keeps all distances: {len(vectors):,} pictures are more "
                f"than the {AGGLOMERATIVE_ROWS:,} that are allowed.",
                'choose method="kmeans", or cluster a sample.',
            )
        return cluster.AgglomerativeClustering(k).fit_predict(vectors)
    if method == "gmm":
        mixed = mixture.GaussianMixture(
            k, covariance_type="diag", reg_covar=1e-5, random_state=seed
        )
        return mixed.fit_predict(vectors.astype(np.float64))
    if len(vectors) > MINI_BATCH_ROWS:
        batches = cluster.MiniBatchKMeans(k, n_init=_STARTS, batch_size=4096, random_state=seed)  # type: ignore[arg-type]
        return batches.fit_predict(vectors)
    many = cluster.KMeans(k, init=Starts(_STARTS), n_init=_STARTS, random_state=seed)  # type: ignore[arg-type]
    return many.fit_predict(vectors)


def _by_size(labels: np.ndarray) -> np.ndarray:
    """Clusters numbered by size, the largest first; ties by their first row."""
    names, first, counts = np.unique(labels, return_index=True, return_counts=True)
    real = np.flatnonzero(names >= 0)
    order = real[np.lexsort((first[real], -counts[real]))]
    numbers = dict(zip(names[order].tolist(), range(len(order)), strict=True))
    return np.array([numbers.get(label, -1) for label in labels.tolist()], np.int64)
