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

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from imagesasdata.arrays.stats.families import FAMILIES, Family, FamilyName
from imagesasdata.arrays.stats.fits import Fit, coefficients
from imagesasdata.arrays.stats.newton import solve
from imagesasdata.arrays.stats.sandwich import sandwich


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
    """
    kind = FAMILIES[family]
    weight = np.ones_like(predicted.outcome) if weights is None else weights / weights.mean()
    gold_weight = weight[is_gold] / sample_prob
    same = Variables(predicted.design[is_gold], predicted.outcome[is_gold])
    rows = len(weight)

    def equations(beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        parts = ((predicted, weight), (same, -gold_weight), (gold, gold_weight))
        moments = [_moment(kind, part, share, beta) for part, share in parts]
        values, slopes = (sum(pieces) / rows for pieces in zip(*moments, strict=True))
        return np.asarray(values), np.asarray(slopes)

    start = coefficients(gold.design, gold.outcome, family, gold_weight)
    estimate = solve(equations, start)
    scores = _scores(kind, predicted, weight, estimate)
    scores[is_gold] += _scores(kind, gold, gold_weight, estimate) - _scores(
        kind, same, gold_weight, estimate
    )
    bread = np.linalg.inv(equations(estimate)[1])
    number = None if clusters is None else len(np.unique(clusters))
    return Fit(estimate, sandwich(bread, scores / rows, clusters), number)


def _moment(
    kind: Family, part: Variables, weight: np.ndarray, beta: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    mean = kind.mean(part.design @ beta)
    values = part.design.T @ (weight * (part.outcome - mean))
    slopes = -(part.design.T * (weight * kind.slope(mean))) @ part.design
    return values, slopes


def _scores(kind: Family, part: Variables, weight: np.ndarray, beta: np.ndarray) -> np.ndarray:
    return part.design * (weight * (part.outcome - kind.mean(part.design @ beta)))[:, None]
