"""Choosing the number of clusters: silhouettes on a sample."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float32

from imagesasdata.arrays.clustering.partition import Method, part
from imagesasdata.arrays.clustering.threads import fitting_threads

SAMPLE = 2000


def silhouettes(
    vectors: Float32[np.ndarray, "rows size"],
    method: Method,
    numbers: Iterable[int],
    *,
    seed: int = 0,
) -> dict[int, float]:
    """The mean silhouette for each number of clusters, from 2; the highest is the best.

    The silhouette, from -1 to 1, says how much nearer rows are to their own cluster than to the next
    nearest. At most 2,000 rows, drawn at random, are clustered and scored; numbers of clusters that
    need more rows are left out.
    """
    from sklearn.metrics import pairwise_distances, silhouette_score

    sample = np.random.default_rng(seed).permutation(len(vectors))[:SAMPLE]
    some = vectors[np.sort(sample)]
    numbers = [k for k in numbers if k < len(some)]
    if not numbers:
        return {}
    with fitting_threads(some):
        distances = pairwise_distances(some)
    curve = {}
    for k in numbers:
        clusters = part(some, method, k, seed=seed).clusters
        count = len(np.unique(clusters))
        # Identical rows may leave a single cluster, which has no silhouette.
        curve[k] = -1.0
        if 1 < count < len(some):
            curve[k] = float(silhouette_score(distances, clusters, metric="precomputed"))
    return curve
