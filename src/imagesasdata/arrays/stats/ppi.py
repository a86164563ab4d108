"""Prediction-powered inference with power tuning (PPI++) for a predicted outcome.

The predictions of all rows are regressed on the design, and the rows with a gold value serve to
estimate the bias of that regression. The weight of the predictions (``power``, 0 to 1) minimizes the
sum of the estimates' variances; at 0, the result is that of the gold rows alone.

Angelopoulos, A. N., Duchi, J. C. and Zrnic, T. (2023). PPI++: Efficient Prediction-Powered Inference.
doi:10.48550/arXiv.2311.01453. The arithmetic follows the authors' package ppi-python, to give the same
numbers: for ols, the two parts are regressed separately, and the power is tuned twice.

With unequal sampling probabilities, the rows without a gold value cannot stand for all rows (a stratum
may be coded in full). Then the predictions of all rows are used, the gold rows' too, and the variance
takes into account that a gold row is in both parts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from imagesasdata.arrays.stats.dsl import Variables, gold_df
from imagesasdata.arrays.stats.families import FAMILIES, FamilyName
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
from imagesasdata.errors import ArgumentError

# Probabilities within this relative range count as equal.
_SAME = 1e-9


class Gold(NamedTuple):
    """The rows with a gold value, and their predictions."""

    design: Float[np.ndarray, "rows terms"]
    outcome: Float[np.ndarray, " rows"]
    predicted: Float[np.ndarray, " rows"]
    weights: Float[np.ndarray, " rows"]
    clusters: Int[np.ndarray, " rows"] | None = None


class Rest(NamedTuple):
    """The rows without a gold value; or all rows, and ``is_gold`` says which have one."""

    design: Float[np.ndarray, "rows terms"]
    predicted: Float[np.ndarray, " rows"]
    weights: Float[np.ndarray, " rows"]
    clusters: Int[np.ndarray, " rows"] | None = None
    is_gold: Bool[np.ndarray, " rows"] | None = None


class _Scores(NamedTuple):
    """Gradients of each row's loss, and the inverse of the mean second derivative."""

    gold: np.ndarray
    predicted: np.ndarray
    rest: np.ndarray
    bread: np.ndarray


def parted(
    predicted: Variables,
    gold: Variables,
    is_gold: Bool[np.ndarray, " rows"],
    weights: Float[np.ndarray, " rows"],
    sample_prob: Float[np.ndarray, " gold_rows"],
    clusters: Int[np.ndarray, " rows"] | None = None,
) -> tuple[Gold, Rest]:
    """The gold rows with inverse-probability weights, and the rows whose predictions are used.

    The latter are those without a gold value; with unequal sampling probabilities, all rows.

    Raises
    ------
    ArgumentError
        When every row has a gold value.
    """
    (design, outcome), others = predicted, ~is_gold
    if not others.any():
        raise ArgumentError(
            "Every row has a gold value, so there is nothing to predict.", 'give method="gold".'
        )
    equal = bool(np.ptp(sample_prob) < _SAME * sample_prob.max())
    used = others if equal else np.ones(len(is_gold), bool)
    return (
        Gold(
            design[is_gold],
            gold.outcome,
            outcome[is_gold],
            weights[is_gold] / sample_prob,
            None if clusters is None else clusters[is_gold],
        ),
        Rest(
            design[used],
            outcome[used],
            weights[used],
            None if clusters is None else clusters[used],
            None if equal else is_gold,
        ),
    )


def check_rest(design: Float[np.ndarray, "rows terms"]) -> None:
    """Raise when a term does not vary in the rows whose predictions are used.

    Raises
    ------
    ArgumentError
        With what to do.
    """
    rank = np.linalg.matrix_rank(design / np.maximum(np.abs(design).max(axis=0), 1e-300))
    if rank < design.shape[1]:
        raise ArgumentError(
            'method="ppi" regresses predictions in the rows without a gold value, and in these '
            f"{len(design):,} rows the terms are collinear.",
            'give method="dsl", or leave out the term that varies only among coded rows.',
        )


def ppi(gold: Gold, rest: Rest, family: FamilyName) -> Fit:
    """Regress a predicted outcome on a design, corrected by gold rows.

    Weights are scaled to a mean of one in each part. With clusters, the covariance is clustered; a
    cluster may have rows in both parts.
    """
    gold = gold._replace(weights=gold.weights / gold.weights.mean())
    rest = rest._replace(weights=rest.weights / rest.weights.mean())
    power, estimate = 1.0, _estimate(gold, rest, family, 1.0)
    for _ in range(2):
        scores = _scores(gold, rest, family, estimate, power=1.0)
        power = _power(scores) if rest.is_gold is None else _shared_power(scores, gold, rest)
        estimate = _estimate(gold, rest, family, power)
    scores = _scores(gold, rest, family, estimate, power)
    df = gold_df(gold.design, gold.clusters)
    if rest.is_gold is not None:
        coded, change = _shared_parts(scores, gold, rest)
        rows, clusters = coded + power * change, rest.clusters
        if clusters is None:
            return Fit(estimate, sandwich(scores.bread, rows), None, power, df)
        covariance = _clustered(scores.bread, rows, clusters, gold, rest, family, estimate, power)
        return Fit(estimate, covariance, len(np.unique(clusters)), power, df)
    residual = scores.gold - power * scores.predicted
    parts = [_centered(residual), power * _centered(scores.rest)]
    if gold.clusters is None or rest.clusters is None:
        covariance = sum(
            sandwich(scores.bread, part / np.sqrt(len(part) * (len(part) - 1))) for part in parts
        )
        return Fit(estimate, np.asarray(covariance), None, power, df)
    rows = np.concatenate([part / len(part) for part in parts])
    clusters = np.concatenate([gold.clusters, rest.clusters])
    covariance = _clustered(scores.bread, rows, clusters, gold, rest, family, estimate, power)
    return Fit(estimate, covariance, len(np.unique(clusters)), power, df)


def _clustered(
    bread: np.ndarray,
    rows: np.ndarray,
    clusters: np.ndarray,
    gold: Gold,
    rest: Rest,
    family: FamilyName,
    estimate: np.ndarray,
    power: float,
) -> np.ndarray:
    """The clustered covariance of rows that add up to the estimate; of few clusters the jackknife."""
    if gold.clusters is None or rest.clusters is None:
        raise ValueError("clusters of both parts are needed")
    if len(np.unique(gold.clusters)) >= FEW_CLUSTERS:
        return sandwich(bread, rows, clusters)
    kind, count = FAMILIES[family], int(clusters.max()) + 1
    slopes = np.zeros((count, *bread.shape))
    for part, share, where in ((gold, 1.0 - power, gold.clusters), (rest, power, rest.clusters)):
        each = part.weights * kind.slope(kind.mean(part.design @ estimate))
        slopes += share / len(each) * summed(part.design, each, where, count)
    return jackknife(left_out(slopes, sums(rows, clusters, count)))


def _shared_parts(scores: _Scores, gold: Gold, rest: Rest) -> tuple[np.ndarray, np.ndarray]:
    """What each row adds to the estimate: by its gold value, and by its prediction at a power of 1."""
    coded, change = np.zeros_like(scores.rest), _share(scores.rest, rest.weights)
    coded[rest.is_gold] = _share(scores.gold, gold.weights)
    change[rest.is_gold] -= _share(scores.predicted, gold.weights)
    return coded, change


def _share(scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Each row's part of a weighted mean of scores, less the mean's."""
    rows = len(scores)
    return (scores - weights[:, None] * scores.mean(axis=0)) / np.sqrt(rows * (rows - 1))


def _shared_power(scores: _Scores, gold: Gold, rest: Rest) -> float:
    """The power that minimizes the sum of the variances when gold rows are in both parts."""
    coded, change = (part @ scores.bread for part in _shared_parts(scores, gold, rest))
    cost = float((change**2).sum())
    return float(np.clip(-(coded * change).sum() / cost, 0.0, 1.0)) if cost > 0.0 else 0.0


def _estimate(gold: Gold, rest: Rest, family: FamilyName, power: float) -> np.ndarray:
    if family == "ols":
        return coefficients(
            rest.design, power * rest.predicted, family, rest.weights
        ) + coefficients(gold.design, gold.outcome - power * gold.predicted, family, gold.weights)
    kind = FAMILIES[family]

    def equations(beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean = kind.mean(gold.design @ beta)
        rest_mean = kind.mean(rest.design @ beta)
        share, rest_share = gold.weights / len(gold.weights), rest.weights / len(rest.weights)
        error = (1.0 - power) * mean - gold.outcome + power * gold.predicted
        values = gold.design.T @ (share * error)
        values += power * rest.design.T @ (rest_share * (rest_mean - rest.predicted))
        slopes = (1.0 - power) * (gold.design.T * (share * kind.slope(mean))) @ gold.design
        slopes += power * (rest.design.T * (rest_share * kind.slope(rest_mean))) @ rest.design
        return values, slopes

    return solve(equations, coefficients(gold.design, gold.outcome, family, gold.weights))


def _scores(
    gold: Gold, rest: Rest, family: FamilyName, estimate: np.ndarray, power: float
) -> _Scores:
    kind = FAMILIES[family]
    mean = kind.mean(gold.design @ estimate)
    rest_mean = kind.mean(rest.design @ estimate)
    second = (gold.design.T * (gold.weights * kind.slope(mean))) @ gold.design
    rows = len(gold.design)
    if power > 0.0:
        second = second + (rest.design.T * (rest.weights * kind.slope(rest_mean))) @ rest.design
        rows += len(rest.design)
    return _Scores(
        gold.design * (gold.weights * (mean - gold.outcome))[:, None],
        gold.design * (gold.weights * (mean - gold.predicted))[:, None],
        rest.design * (rest.weights * (rest_mean - rest.predicted))[:, None],
        np.linalg.inv(second / rows),
    )


def _power(scores: _Scores) -> float:
    """The power that minimizes the sum of the estimates' variances, clipped to 0 ... 1."""
    rows, others = len(scores.gold), len(scores.rest)
    shared = _centered(scores.gold).T @ _centered(scores.predicted) / rows
    spread = _centered(np.concatenate([scores.predicted, scores.rest]))
    spread = spread.T @ spread / (rows + others - 1)
    gain = np.trace(scores.bread @ (shared + shared.T) @ scores.bread)
    cost = 2.0 * (1.0 + rows / others) * np.trace(scores.bread @ spread @ scores.bread)
    return float(np.clip(gain / cost, 0.0, 1.0)) if cost > 0.0 else 0.0


def _centered(rows: np.ndarray) -> np.ndarray:
    return rows - rows.mean(axis=0)
