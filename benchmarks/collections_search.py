"""The 10 nearest of 1,000 queries in 100,000 vectors, against the product and other searches."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
from measure import Row, alternate, speed_ratios
from sklearn.neighbors import NearestNeighbors

from imagesasdata.arrays.neighbors.exact import nearest

K, SIZE = 10, 1280
# The bare product is what every exact search has to do; the search may take 1.4 times as long.
TARGETS = {
    "the bare product": 1 / 1.4,
    "numpy argpartition": 1.0,
    "scikit-learn": 1.0,
    "faiss flat": 1.0,
}


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Ratios of the time for the same vectors of length one."""
    rows, asked = (20_000, 200) if quick else (100_000, 1_000)
    draws = np.random.default_rng(0)
    collection, queries = (
        _unit(draws.standard_normal((count, SIZE), dtype=np.float32)) for count in (rows, asked)
    )
    flat = faiss.IndexFlatIP(SIZE)
    flat.add(collection)
    brute = NearestNeighbors(n_neighbors=K, algorithm="brute", metric="cosine").fit(collection)
    programs = {
        "imagesasdata": lambda: nearest(queries, collection, K).rows,
        "the bare product": lambda: queries @ collection.T,
        "numpy argpartition": lambda: _argpartition(queries, collection),
        "scikit-learn": lambda: brute.kneighbors(queries, return_distance=False),
        "faiss flat": lambda: flat.search(queries, K)[1],
    }
    _check({name: run() for name, run in programs.items() if name != "the bare product"})
    seconds = alternate(programs, max(3, rounds // 3), warm_up=0)
    case = f"top {K} of {asked:,} in {rows:,}"
    return speed_ratios(case, seconds, TARGETS)


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _argpartition(queries: np.ndarray, collection: np.ndarray) -> np.ndarray:
    return np.argpartition(-(queries @ collection.T), K, axis=1)[:, :K]


def _check(found: dict[str, np.ndarray]) -> None:
    """All programs give the same neighbors, in any order."""
    first, *others = (np.sort(rows, axis=1) for rows in found.values())
    for rows in others:
        if np.mean(rows == first) < 0.999:
            raise AssertionError("the programs do not find the same")
