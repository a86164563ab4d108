"""How many clusters: the silhouette of each number, on a sample."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float32

from imagesasdata.arrays.clustering.partition import Method, part

SAMPLE = 2000


def silhouettes(
    vectors: Float32[np.ndarray, "rows size"],
    method: Method,
    numbers: Iterable[int],
    *,
    seed: int = 0,
) -> dict[int, float]:
    """The mean silhouette for each number of clusters, from 2 on; the best is the highest.

    A number that needs more rows than there are is left out. Of many rows a sample of 2,000 is
    clustered and scored. It is from -1 to 1: how much nearer rows are to their own cluster than to the
    next nearest.
    """
    from sklearn.metrics import silhouette_score

    sample = np.random.default_rng(seed).permutation(len(vectors))[:SAMPLE]
    some = vectors[np.sort(sample)]
    curve = {}
    for k in numbers:
        if k >= len(some):
            continue
        clusters = part(some, method, k, seed=seed).clusters
        found = len(np.unique(clusters))
        # Identical rows cannot be separated.
        curve[k] = float(silhouette_score(some, clusters)) if 1 < found < len(some) else -1.0
    return curve
