"""The stability of a clustering under other seeds and samples."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Int

from imagesasdata.arrays.clustering.partition import Method, part

SAMPLE = 2000


def stability(
    vectors: Float32[np.ndarray, "rows size"],
    clusters: Int[np.ndarray, " rows"],
    method: Method,
    k: int | None,
    *,
    runs: int,
    least: int = 5,
    seed: int = 0,
) -> float:
    """The mean adjusted Rand index between ``clusters`` and ``runs`` new clusterings.

    Each new clustering has another seed and a bootstrap sample (drawn with replacement, at most 2,000
    rows), and is compared on the rows of the sample. 1 means identical clusters, 0 agreement by chance
    (Hubert & Arabie 1985, Comparing Partitions, Journal of Classification 2,
    https://doi.org/10.1007/BF01908075).
    """
    from sklearn.metrics import adjusted_rand_score

    if len(vectors) < 2:
        return float("nan")
    scores = []
    for run in range(1, runs + 1):
        draws = np.random.default_rng([seed, run])
        rows = np.unique(draws.integers(0, len(vectors), min(len(vectors), SAMPLE)))
        number = None if k is None else min(k, len(rows))
        again = part(vectors[rows], method, number, least=least, seed=seed + run).clusters
        scores.append(adjusted_rand_score(clusters[rows], again))
    return float(np.mean(scores))
