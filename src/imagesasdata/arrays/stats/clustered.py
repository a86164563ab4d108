"""CR2: covariance of a linear regression with few clusters, and Satterthwaite's degrees of freedom.

The residuals of a cluster are too small, most of all those of a cluster that pulls the fit to itself.
CR2 enlarges them so that the covariance is right on average if errors are independent and equally
large. The degrees of freedom of each coefficient are those of a t distribution with the same spread.

Bell, R. M. and McCaffrey, D. F. (2002). Bias Reduction in Standard Errors for Linear Regression with
Multi-Stage Samples. Survey Methodology 28. Pustejovsky, J. E. and Tipton, E. (2018). Small-Sample
Methods for Cluster-Robust Variance Estimation. doi:10.1080/07350015.2016.1247004.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

Matrix = Float[np.ndarray, "terms terms"]
# With more clusters, CR2 and CR1 do not differ, and this would take long.
MOST = 5000
_TINY = 1e-10


def cr2(
    design: Float[np.ndarray, "rows terms"],
    residual: Float[np.ndarray, " rows"],
    weights: Float[np.ndarray, " rows"],
    bread: Matrix,
    clusters: Int[np.ndarray, " rows"],
) -> tuple[Matrix, Float[np.ndarray, " terms"]]:
    """The covariance, and the degrees of freedom of each coefficient.

    Parameters
    ----------
    bread
        The inverse of the design's weighted cross product.
    clusters
        The cluster of each row, numbered from 0.
    """
    weighted = design * weights[:, None]
    both = bread @ (weighted.T @ weighted) @ bread
    count, terms = int(clusters.max()) + 1, design.shape[1]
    scores = np.empty((count, terms))
    plain, scaled = np.empty((2, count, terms, terms))
    sizes = np.empty((count, terms))
    order = np.argsort(clusters, kind="stable")
    for number, rows in enumerate(np.split(order, np.bincount(clusters).cumsum()[:-1])):
        one, heavy = design[rows], weighted[rows]
        root = _inverse_root(one, heavy, bread, both)
        scores[number] = heavy.T @ root(residual[rows, None])[:, 0]
        pull = root(heavy @ bread)
        plain[number], scaled[number] = one.T @ pull, heavy.T @ pull
        sizes[number] = (pull**2).sum(axis=0)
    covariance = bread @ (scores.T @ scores) @ bread
    middle = np.block([[both, -bread], [-bread, np.zeros_like(bread)]])
    df = np.empty(terms)
    for term in range(terms):
        sides = np.concatenate([plain[:, :, term], scaled[:, :, term]], axis=1)
        shared = np.einsum("ij,jk,ik->i", sides, middle, sides, optimize=True)
        cross = middle @ (sides.T @ sides)
        size = sizes[:, term]
        squares = (size**2).sum() + 2.0 * (size * shared).sum() + np.trace(cross @ cross)
        df[term] = (size + shared).sum() ** 2 / squares
    return covariance, df


def _inverse_root(one: np.ndarray, heavy: np.ndarray, bread: np.ndarray, both: np.ndarray):
    """Multiply by the inverse root of the covariance of a cluster's residuals.

    That covariance is the identity, less a matrix of low rank, in whose space it is computed.
    """
    basis, _ = np.linalg.qr(np.concatenate([one, heavy], axis=1))
    inner, outer = basis.T @ one, basis.T @ heavy
    lost = inner @ bread @ outer.T
    core = np.eye(basis.shape[1]) - lost - lost.T + inner @ both @ inner.T
    values, vectors = np.linalg.eigh(core)
    # A direction that the cluster alone determines has no residuals.
    factor = np.where(values > _TINY, np.maximum(values, _TINY) ** -0.5, 0.0) - 1.0
    turned = basis @ vectors
    return lambda columns: columns + turned @ (factor[:, None] * (turned.T @ columns))
