"""k-means against scikit-learn with the same starts, and silhouettes of several numbers of clusters."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from measure import Row, alternate, speed_ratios
from sklearn.cluster import KMeans

from imagesasdata.arrays.clustering.choosing import silhouettes
from imagesasdata.arrays.clustering.partition import part

CLUSTERS, SIZE = 50, 256


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """The ratio of the time, and that of the inertia."""
    wide = [] if quick else _k_means(10_000, 1280, 20, rounds)
    rows = 10_000 if quick else 100_000
    return [*wide, *_k_means(rows, SIZE, CLUSTERS, rounds), *_silhouettes(rounds)]


def _k_means(rows: int, size: int, count: int, rounds: int) -> list[Row]:
    vectors = _vectors(rows, size, count)
    theirs = KMeans(count, n_init=4, random_state=0)
    programs = {
        "imagesasdata": lambda: part(vectors, "kmeans", count),
        "scikit-learn": lambda: theirs.fit(vectors),
    }
    seconds = alternate(programs, max(2, rounds // 4), warm_up=0)
    inertia = float(np.sum(part(vectors, "kmeans", count).distances ** 2))
    case = f"k-means of {rows:,} x {size:,} into {count}"
    return [
        *speed_ratios(case, seconds, {"scikit-learn": 1.0}),
        Row(f"{case}, inertia", inertia / theirs.inertia_, "x", at_most=1.01),
    ]


def _silhouettes(rounds: int) -> list[Row]:
    """Processor seconds, of which threads that wait for each other take many."""
    vectors = _vectors(281, 1280, 12)
    spent = []
    for _ in range(max(2, rounds // 4)):
        start = time.process_time()
        silhouettes(vectors, "kmeans", range(2, 11))
        spent.append(time.process_time() - start)
    return [Row("k=2 to 10 for 281 x 1,280, processor time", max(spent), "s", at_most=3)]


def _vectors(rows: int, size: int, count: int) -> np.ndarray:
    draws = np.random.default_rng(0)
    centers = draws.standard_normal((count, size))
    noise = 1.5 * draws.standard_normal((rows, size))
    return (centers[draws.integers(0, count, rows)] + noise).astype(np.float32)
