"""Vectors in fewer dimensions: principal components, UMAP, t-SNE."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from jaxtyping import Float32

from imagesasdata.arrays.clustering.threads import fitting_threads
from imagesasdata.arrays.neighbors.distances import unit
from imagesasdata.errors import MissingPackageError, quiet

Reduction = Literal["pca", "umap", "tsne"]
# Reductions that may come before clustering.
Reduce = Literal["pca", "umap"]

_NEIGHBORS = 15
_PERPLEXITY = 30.0
# t-SNE's authors first reduce to 50 components: more dimensions take time and add mostly noise.
_BEFORE = 50
_FOR_CLUSTERS = {"pca": 50, "umap": 10}


def for_clusters(
    vectors: Float32[np.ndarray, "rows size"], method: Reduce | None, *, seed: int = 0
) -> Float32[np.ndarray, "rows dims"]:
    """Vectors prepared for clustering: scaled to length one and, with a method, reduced."""
    scaled = unit(vectors)
    if method is None or not len(scaled):
        return scaled
    return project(scaled, method, min(_FOR_CLUSTERS[method], *scaled.shape), seed=seed)


def project(
    vectors: Float32[np.ndarray, "rows size"], method: Reduction, dims: int, *, seed: int = 0
) -> Float32[np.ndarray, "rows dims"]:
    """The rows in ``dims`` dimensions; dimensions that the rows do not span are 0.

    Raises
    ------
    MissingPackageError
        When UMAP is requested but not installed.
    """
    with fitting_threads(vectors):
        return _projected(vectors, method, dims, seed)


def _projected(vectors: np.ndarray, method: Reduction, dims: int, seed: int) -> np.ndarray:
    rows, size = vectors.shape
    if not rows:
        return np.zeros((0, dims), np.float32)
    umap = _umap() if method == "umap" else None
    result = np.zeros((rows, dims), np.float32)
    if rows <= 2 or method == "pca":
        found = _components(vectors, min(dims, rows, size), seed)
    elif umap is not None and rows > dims + 2:
        reducer = umap.UMAP(
            n_components=dims,
            n_neighbors=min(_NEIGHBORS, rows - 1),
            metric="cosine",
            random_state=seed,
            n_jobs=1,
            init="spectral" if rows > 4 * dims + 8 else "random",
        )
        found = reducer.fit_transform(vectors)
    elif method == "tsne":
        from sklearn.manifold import TSNE

        before = vectors
        if size > _BEFORE:
            before = _components(vectors, min(_BEFORE, rows, size), seed)
        perplexity = min(_PERPLEXITY, (rows - 1) / 3)
        exact = "exact" if dims > 3 else "barnes_hut"
        reducer = TSNE(dims, perplexity=perplexity, random_state=seed, init="random", method=exact)
        found = reducer.fit_transform(before)
    else:
        found = _components(vectors, min(dims, rows, size), seed)
    result[:, : found.shape[1]] = found
    return result


def _components(vectors: np.ndarray, count: int, seed: int) -> np.ndarray:
    if len(vectors) < 2:
        return np.zeros((len(vectors), count), np.float32)
    from sklearn.decomposition import PCA

    return PCA(count, svd_solver="auto", random_state=seed).fit_transform(vectors)


def _umap() -> Any:
    try:
        # umap warns when TensorFlow is missing.
        with quiet(ImportWarning):
            import umap  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise MissingPackageError(
            "UMAP needs the package umap-learn, which is not installed.",
            'pip install "imagesasdata[umap]", or choose "pca".',
        ) from None
    return umap
