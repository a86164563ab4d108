"""Robust covariance of estimates: heteroskedasticity-consistent, or clustered."""

from __future__ import annotations

from typing import Literal

import numpy as np
from jaxtyping import Float, Int, Shaped

Robust = Literal["HC0", "HC1", "HC2", "HC3"]
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
    sums = np.stack(
        [np.bincount(clusters, weights=column, minlength=count) for column in scores.T], axis=1
    )
    return count / (count - 1) * (bread @ (sums.T @ sums) @ bread.T)


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
