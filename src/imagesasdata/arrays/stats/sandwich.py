"""Robust covariance of estimates: heteroskedasticity-consistent, or clustered."""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float, Int, Shaped

Robust = Literal["HC0", "HC1", "HC2", "HC3"]
# With fewer clusters the sandwich of estimating equations is too small.
FEW_CLUSTERS = 20
Matrix = Float[np.ndarray, "terms terms"]


def renumbered(clusters: Shaped[np.ndarray, " rows"]) -> Int[np.ndarray, " rows"]:
    """Clusters as numbers from 0."""
    return np.unique(clusters, return_inverse=True)[1].astype(np.int64)


def sandwich(
    bread: Matrix,
    scores: Float[np.ndarray, "rows terms"],
    clusters: Int[np.ndarray, " rows"] | None = None,
) -> Matrix:
    """``bread`` x (sum of squared scores) x ``bread``; scores are first summed within clusters.

    With G clusters, the result is multiplied by G / (G - 1).
    """
    if clusters is None:
        return bread @ (scores.T @ scores) @ bread.T
    count = int(clusters.max()) + 1
    added = sums(scores, clusters, count)
    return count / (count - 1) * (bread @ (added.T @ added) @ bread.T)


def left_out(
    slopes: Float[np.ndarray, "clusters terms terms"], scores: Float[np.ndarray, "clusters terms"]
) -> Float[np.ndarray, "clusters terms"]:
    """By how much the estimate moves without each cluster; of equations that are not linear, nearly.

    Parameters
    ----------
    slopes
        What each cluster adds to the matrix of derivatives of the estimating equations.
    scores
        What it adds to their values at the estimate.
    """
    left = np.linalg.pinv(slopes.sum(axis=0) - slopes, hermitian=True)
    return np.einsum("gij,gj->gi", left, scores)


def jackknife(away: Float[np.ndarray, "clusters terms"]) -> Matrix:
    """The covariance by leaving out each cluster once (CV3), for few clusters.

    A cluster that pulls the estimate to itself has small scores, so that the sandwich is too small;
    without the cluster, the estimate shows by how much.

    MacKinnon, J. G., Nielsen, M. O. and Webb, M. D. (2023). Fast and Reliable Jackknife and Bootstrap
    Methods for Cluster-Robust Inference. doi:10.1002/jae.2969.
    """
    count = len(away)
    return (count - 1) / count * (away.T @ away)


def summed(
    design: Float[np.ndarray, "rows terms"],
    weights: Float[np.ndarray, " rows"],
    clusters: Int[np.ndarray, " rows"],
    count: int,
) -> Float[np.ndarray, "clusters terms terms"]:
    """The weighted cross product of each cluster's design."""
    found = np.zeros((count, design.shape[1], design.shape[1]))
    for one in range(count):
        some = clusters == one
        found[one] = (design[some].T * weights[some]) @ design[some]
    return found


def sums(
    scores: Float[np.ndarray, "rows terms"], clusters: Int[np.ndarray, " rows"], count: int
) -> Float[np.ndarray, "clusters terms"]:
    """The sum of scores in each cluster."""
    return np.stack([np.bincount(clusters, column, count) for column in scores.T], axis=1)


def leverage_scores(
    scores: Float[np.ndarray, "rows terms"],
    leverage: Float[np.ndarray, " rows"],
    terms: int,
    kind: Robust,
) -> Float[np.ndarray, "rows terms"]:
    """Scores corrected for leverage, as in MacKinnon and White (1985)."""
    rows = len(scores)
    if kind == "HC0":
        return scores
    if kind == "HC1":
        return scores * np.sqrt(rows / (rows - terms))
    left = np.maximum(1.0 - leverage, 1e-12)
    return scores / (np.sqrt(left) if kind == "HC2" else left)[:, None]
