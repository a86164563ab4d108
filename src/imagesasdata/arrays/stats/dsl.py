"""Design-based supervised learning (DSL): regression with predicted variables and known sampling.

The moment of every row is computed with the predicted values. For rows with gold values, it is
corrected by the difference to the moment with gold values, divided by the row's sampling probability.
Because that probability is known by design, the estimate is consistent, however wrong the predictions
are. Better predictions make it more precise.

Egami, N., Hinck, M., Stewart, B. M. and Wei, H. (2023). Using Imperfect Surrogates for Downstream
Inference: Design-based Supervised Learning for Social Science Applications of Large Language Models.
NeurIPS. doi:10.48550/arXiv.2306.04746. For a predicted outcome the moment is that of a regression on
their pseudo-outcome; for covariates it is that of their general framework (Egami, Hinck, Stewart and Wei
2024, Using Large Language Model Annotations for the Social Sciences).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from imagesasdata.arrays.stats.families import FAMILIES, Family, FamilyName
from imagesasdata.arrays.stats.fits import Fit, coefficients
from imagesasdata.arrays.stats.newton import solve
from imagesasdata.arrays.stats.sandwich import (
    FEW_CLUSTERS,
    jackknife,
    left_out,
    sandwich,
    summed,
    sums,
)


class Variables(NamedTuple):
    """A design and an outcome."""

    design: Float[np.ndarray, "rows terms"]
    outcome: Float[np.ndarray, " rows"]


def dsl(
    predicted: Variables,
    gold: Variables,
    is_gold: Bool[np.ndarray, " rows"],
    sample_prob: Float[np.ndarray, " gold_rows"],
    family: FamilyName,
    *,
    weights: Float[np.ndarray, " rows"] | None = None,
    clusters: Int[np.ndarray, " rows"] | None = None,
    noise: tuple[Variables, Float[np.ndarray, " gold_rows"]] | None = None,
) -> Fit:
    """Regress with predicted variables in all rows and gold variables in some.

    Parameters
    ----------
    predicted
        All rows, with the (cross-fitted) predictions.
    gold
        The rows where ``is_gold`` is true, with gold values.
    is_gold
        Which rows have gold values.
    sample_prob
        The probabilities with which these rows were sampled.
    family
        ``"ols"``, ``"logit"`` or ``"poisson"``.
    weights
        Survey weights of all rows.
    clusters
        The number of each row's cluster, for a clustered covariance.
    noise
        Of variables less their means, for ``"ols"``: the errors of the gold rows' predictions, with the
        weights by which their squares and products are too small (`level_noise`).
    """
    kind = FAMILIES[family]
    weight = np.ones_like(predicted.outcome) if weights is None else weights / weights.mean()
    gold_weight = weight[is_gold] / sample_prob
    same = Variables(predicted.design[is_gold], predicted.outcome[is_gold])
    rows = len(weight)

    def equations(beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        parts = [(predicted, weight), (same, -gold_weight), (gold, gold_weight)]
        parts += [] if noise is None else [noise]
        moments = [_moment(kind, part, share, beta) for part, share in parts]
        values, slopes = (sum(pieces) / rows for pieces in zip(*moments, strict=True))
        return np.asarray(values), np.asarray(slopes)

    # The equations of ols are linear, and have one solution from any start.
    start = np.zeros(predicted.design.shape[1])
    if family != "ols":
        start = coefficients(gold.design, gold.outcome, family, gold_weight)
    estimate = solve(equations, start)
    scores = _scores(kind, predicted, weight, estimate)
    scores[is_gold] += _scores(kind, gold, gold_weight, estimate) - _scores(
        kind, same, gold_weight, estimate
    )
    if noise is not None:
        scores[is_gold] += _scores(kind, *noise, estimate)
    df = gold_df(gold.design, None if clusters is None else clusters[is_gold])
    if clusters is None:
        bread = np.linalg.inv(equations(estimate)[1])
        return Fit(estimate, sandwich(bread, scores / rows), df=df)
    number = int(clusters.max()) + 1
    if df[0] + 1.0 >= FEW_CLUSTERS:
        bread = np.linalg.inv(equations(estimate)[1])
        return Fit(estimate, sandwich(bread, scores / rows, clusters), number, df=df)
    of_gold = clusters[is_gold]
    parts = [(predicted, weight, clusters), (same, -gold_weight, of_gold)]
    parts += [(gold, gold_weight, of_gold)]
    parts += [] if noise is None else [(*noise, of_gold)]
    slopes = sum(
        summed(one.design, share * kind.slope(kind.mean(one.design @ estimate)), where, number)
        for one, share, where in parts
    )
    away = left_out(np.asarray(slopes), sums(scores, clusters, number))
    return Fit(estimate, jackknife(away), number, df=df)


def gold_df(
    design: Float[np.ndarray, "gold_rows terms"], clusters: Int[np.ndarray, " gold_rows"] | None
) -> Float[np.ndarray, " terms"]:
    """Degrees of freedom: gold rows less terms; with clusters, those of gold rows less one."""
    rows, terms = design.shape
    left = rows - terms if clusters is None else len(np.unique(clusters)) - 1
    return np.full(terms, float(max(left, 1)))


def median_of(fits: Sequence[Fit]) -> Fit:
    """One fit from several that differ by chance alone, as by their folds.

    The estimates are medians; the squared standard errors are medians of each fit's own plus its squared
    distance from the median (Chernozhukov et al. 2018, doi:10.1111/ectj.12097).
    """
    if len(fits) == 1:
        return fits[0]
    estimate = np.median([one.estimate for one in fits], axis=0)
    covariances = np.stack([one.covariance for one in fits])
    away = np.stack([one.estimate for one in fits]) - estimate
    error = np.sqrt(np.median(np.diagonal(covariances, axis1=1, axis2=2) + away**2, axis=0))
    mean = covariances.mean(axis=0)
    size = np.sqrt(np.diag(mean))
    return fits[0]._replace(
        estimate=estimate, covariance=mean / np.outer(size, size) * np.outer(error, error)
    )


def _moment(
    kind: Family, part: Variables, weight: np.ndarray, beta: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    mean = kind.mean(part.design @ beta)
    values = part.design.T @ (weight * (part.outcome - mean))
    slopes = -(part.design.T * (weight * kind.slope(mean))) @ part.design
    return values, slopes


def _scores(kind: Family, part: Variables, weight: np.ndarray, beta: np.ndarray) -> np.ndarray:
    return part.design * (weight * (part.outcome - kind.mean(part.design @ beta)))[:, None]
