"""k-means with 50 clusters on 100,000 vectors of 256, against scikit-learn with the same starts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from measure import Row, alternate, speed_ratios
from sklearn.cluster import KMeans

from imagesasdata.arrays.clustering.partition import part

CLUSTERS, SIZE = 50, 256


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """The ratio of the time, and that of the inertia."""
    rows = 10_000 if quick else 100_000
    draws = np.random.default_rng(0)
    centers = draws.standard_normal((CLUSTERS, SIZE))
    vectors = centers[draws.integers(0, CLUSTERS, rows)] + 1.5 * draws.standard_normal((rows, SIZE))
    vectors = vectors.astype(np.float32)
    theirs = KMeans(CLUSTERS, n_init=4, random_state=0)
    programs = {
        "imagesasdata": lambda: part(vectors, "kmeans", CLUSTERS),
        "scikit-learn": lambda: theirs.fit(vectors),
    }
    seconds = alternate(programs, max(2, rounds // 4), warm_up=0)
    inertia = float(np.sum(part(vectors, "kmeans", CLUSTERS).distances ** 2))
    case = f"k-means of {rows:,} into {CLUSTERS}"
    return [
        *speed_ratios(case, seconds, {"scikit-learn": 1 / 1.2}),
        Row(f"{case}, inertia", inertia / theirs.inertia_, "x", at_most=1.01),
    ]
