"""Predict-then-debias (PTD): three ordinary regressions and a bootstrap, for any predicted variable.

The regression of the gold values in the gold rows is moved by how the regression of the predictions
differs between gold rows and all rows, each coefficient by as much as makes its variance least. So it is
power tuning for predicted outcomes and explanations alike, in every family, with any sampling
probabilities and clusters.

The variance is that of a bootstrap: gold rows are drawn again within their strata (of equal sampling
probability), or whole clusters are; of few clusters, each is left out once in place of it. What the many
rows without gold values add is as good as normal, and is drawn so instead of fitting them again (the
convolution of the paper).

Kluger, D. M., Lu, K., Zrnic, T., Wang, S. and Bates, S. (2025). Prediction-Powered Inference with Imputed
Covariates and Nonuniform Sampling. doi:10.48550/arXiv.2501.18577.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float, Int

from imagesasdata.arrays.stats.coding import strata
from imagesasdata.arrays.stats.dsl import Variables, gold_df
from imagesasdata.arrays.stats.families import FAMILIES, Family, FamilyName
from imagesasdata.arrays.stats.fits import Fit, coefficients
from imagesasdata.arrays.stats.sandwich import FEW_CLUSTERS, jackknife, left_out, summed, sums
from imagesasdata.errors import ArgumentError

ROUNDS = 500
# If more of the bootstrap samples have no solution, their variance is not that of the estimate.
_MOST_FAILED = 0.1
_STEPS = 50
_DONE = 1e-9
_SINGULAR = 1e-10


def ptd(
    predicted: Variables,
    gold: Variables,
    is_gold: Bool[np.ndarray, " rows"],
    sample_prob: Float[np.ndarray, " gold_rows"],
    family: FamilyName,
    *,
    weights: Float[np.ndarray, " rows"] | None = None,
    clusters: Int[np.ndarray, " rows"] | None = None,
    seed: int = 0,
) -> Fit:
    """Regress with predicted variables in all rows and gold variables in some; arguments as in `dsl`.

    Raises
    ------
    ArgumentError
        When a regression, or that of many bootstrap samples, has no solution.
    """
    kind = FAMILIES[family]
    weight = np.ones_like(predicted.outcome) if weights is None else weights / weights.mean()
    gold_weight = weight[is_gold] / sample_prob
    gold_weight /= gold_weight.mean()
    same = Variables(predicted.design[is_gold], predicted.outcome[is_gold])
    true, said, every = (
        coefficients(*part, family, each)
        for part, each in ((gold, gold_weight), (same, gold_weight), (predicted, weight))
    )
    pull = _influence(kind, predicted, weight, every)
    gap = -pull
    gap[is_gold] += _influence(kind, same, gold_weight, said)
    own = np.zeros_like(pull)
    own[is_gold] = _influence(kind, gold, gold_weight, true)
    df = gold_df(gold.design, None if clusters is None else clusters[is_gold])
    few = clusters is not None and df[0] + 1.0 < FEW_CLUSTERS
    # From few clusters a tuning would be chance.
    tuning = _tuning(own, gap, None if few else clusters)
    estimate = true - tuning * (said - every)
    if clusters is not None and few:
        number, of_gold = int(clusters.max()) + 1, clusters[is_gold]
        one, other, whole = (
            _left_out(kind, *part, number)
            for part in (
                (gold, gold_weight, true, of_gold),
                (same, gold_weight, said, of_gold),
                (predicted, weight, every, clusters),
            )
        )
        return Fit(estimate, jackknife(one - tuning * (other - whole)), number, df=df)
    random = np.random.default_rng(seed)
    if clusters is None:
        again = _of_rows(pull, is_gold, sample_prob, random)
    else:
        again = _of_clusters(pull, is_gold, clusters, random)
    times, moved = map(np.stack, zip(*again, strict=True))
    each = times * gold_weight
    truth, guess = (
        _fitted(kind, part, each, start) for part, start in ((gold, true), (same, said))
    )
    drawn = truth - tuning * (guess - every - moved)
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    failed = ROUNDS - len(drawn)
    if failed > _MOST_FAILED * ROUNDS:
        raise ArgumentError(
            f"In {failed:,} of {ROUNDS:,} bootstrap samples of the gold rows the regression has no "
            "solution: a level or a class has too few gold rows.",
            'code more pictures of it, or give method="imputation".',
        )
    number = None if clusters is None else len(np.unique(clusters))
    covariance = np.atleast_2d(np.cov(drawn, rowvar=False))
    return Fit(estimate, covariance, number, df=df)


def _left_out(
    kind: Family,
    part: Variables,
    weight: np.ndarray,
    beta: np.ndarray,
    clusters: np.ndarray,
    count: int,
) -> np.ndarray:
    """By how much each cluster moves the coefficients of one regression."""
    mean = kind.mean(part.design @ beta)
    slopes = summed(part.design, weight * kind.slope(mean), clusters, count)
    scores = part.design * (weight * (part.outcome - mean))[:, None]
    return left_out(slopes, sums(scores, clusters, count))


def _influence(kind: Family, part: Variables, weight: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """By how much each row moves the coefficients."""
    mean = kind.mean(part.design @ beta)
    slopes = (part.design.T * (weight * kind.slope(mean))) @ part.design
    return (part.design * (weight * (part.outcome - mean))[:, None]) @ np.linalg.inv(slopes)


def _tuning(own: np.ndarray, gap: np.ndarray, clusters: np.ndarray | None) -> np.ndarray:
    """For each coefficient, how far it is moved, so that its variance is least."""
    if clusters is not None:
        own, gap = (sums(part, clusters, int(clusters.max()) + 1) for part in (own, gap))
    cost = (gap**2).sum(axis=0)
    return np.divide((own * gap).sum(axis=0), cost, out=np.zeros(len(cost)), where=cost > 0.0)


def _of_rows(
    pull: np.ndarray, is_gold: np.ndarray, sample_prob: np.ndarray, random: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """How often gold rows are drawn, and how far this moves the regression of all predictions.

    Strata are drawn, too: how many rows of all are in each is chance.
    """
    found = strata(sample_prob)
    group = np.zeros(len(sample_prob), np.int64) if found is None else found
    members = [np.flatnonzero(group == one) for one in range(int(group.max()) + 1)]
    sizes = np.bincount(group, 1.0 / sample_prob)
    own = pull[is_gold]
    share = 1.0 / sample_prob / sizes[group]
    center = np.stack([np.bincount(group, share * column) for column in own.T], axis=1)
    rest = pull[~is_gold]
    # What differs between strata is drawn with their sizes.
    between = (center.T * np.maximum(sizes - np.bincount(group), 0.0)) @ center
    values, vectors = np.linalg.eigh(rest.T @ rest - between)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    for _ in range(ROUNDS):
        times = np.zeros(len(own))
        for some in members:
            times[some] = np.bincount(random.integers(len(some), size=len(some)), None, len(some))
        part = random.multinomial(round(sizes.sum()), sizes / sizes.sum()) / sizes
        moved = own.T @ (times - 1.0) + (part - 1.0) * sizes @ center
        yield times * part[group], moved + root @ random.standard_normal(len(root))


def _of_clusters(
    pull: np.ndarray, is_gold: np.ndarray, clusters: np.ndarray, random: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The same with whole clusters drawn."""
    count = int(clusters.max()) + 1
    moved = sums(pull, clusters, count)
    for _ in range(ROUNDS):
        times = np.bincount(random.integers(count, size=count), minlength=count)
        yield times[clusters[is_gold]].astype(float), moved.T @ (times - 1.0)


def _fitted(kind: Family, part: Variables, weights: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The coefficients for each row of ``weights``, by Newton's method; NaN where there are none."""
    design, outcome = part
    terms = len(start)
    squares = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    beta = np.tile(start, (len(weights), 1))
    left = np.arange(len(weights))
    for _ in range(_STEPS):
        mean = kind.mean(beta[left] @ design.T)
        values = (weights[left] * (outcome - mean)) @ design
        slopes = ((weights[left] * kind.slope(mean)) @ squares).reshape(-1, terms, terms)
        size = np.sqrt(np.einsum("bii->bi", slopes))
        with np.errstate(invalid="ignore", divide="ignore"):
            even = np.nan_to_num(slopes / (size[:, :, None] * size[:, None, :]))
        fine = np.linalg.eigvalsh(even)[:, 0] > _SINGULAR
        beta[left[~fine]] = np.nan
        left = left[fine]
        step = np.linalg.solve(slopes[fine], values[fine][:, :, None])[:, :, 0]
        beta[left] += step
        left = left[np.abs(step).max(axis=1) > _DONE * (1.0 + np.abs(beta[left]).max(axis=1))]
        if not len(left):
            return beta
    beta[left] = np.nan
    return beta
