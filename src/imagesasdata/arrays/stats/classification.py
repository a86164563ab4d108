"""Measures of predicted classes and probabilities against the truth, with or without weights.

- Accuracy: the share of rows that are predicted correctly. Macro: the mean over classes.
- Precision: the share of rows predicted as a class that are of this class. Recall: the share of rows
  of a class that are predicted as this class. F1: their harmonic mean.
- AUC: the probability that a row of the class has a higher predicted probability than another row;
  ties count half.
- Brier score: the mean squared difference between probability and truth.
- Calibration error: rows are sorted into ten bins by their probability (0 to 0.1, ...). The error is
  the mean over rows of the difference between their bin's mean probability and its share of rows of
  the class; `debiased` takes off what chance adds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

BINS = 10
# A weight for each row; without weights, all rows count the same.
Weights = Float[np.ndarray, " rows"] | None


class Counts(NamedTuple):
    """Weighted true positives, false positives, false negatives, true negatives of each class."""

    true_positive: np.ndarray
    false_positive: np.ndarray
    false_negative: np.ndarray
    true_negative: np.ndarray

    @property
    def precision(self) -> np.ndarray:
        """Precision by class; NaN if no row was predicted as this class."""
        return _ratio(self.true_positive, self.true_positive + self.false_positive)

    @property
    def recall(self) -> np.ndarray:
        """Recall by class; NaN if no row is of this class."""
        return _ratio(self.true_positive, self.true_positive + self.false_negative)

    @property
    def f1(self) -> np.ndarray:
        """F1 by class: 2 TP / (2 TP + FP + FN)."""
        twice = 2.0 * self.true_positive
        return _ratio(twice, twice + self.false_positive + self.false_negative)


def count(
    truth: Int[np.ndarray, " rows"],
    predicted: Int[np.ndarray, " rows"],
    classes: int,
    weights: Weights = None,
) -> Counts:
    """Count rows by class, for classes as numbers from 0."""
    right = truth == predicted
    hits = np.bincount(truth[right], None if weights is None else weights[right], classes)
    of_class = np.bincount(truth, weights, classes)
    said = np.bincount(predicted, weights, classes)
    total = len(truth) if weights is None else weights.sum()
    return Counts(hits, said - hits, of_class - hits, total - of_class - said + hits)


def count_labels(
    truth: Bool[np.ndarray, "rows classes"], predicted: Bool[np.ndarray, "rows classes"]
) -> Counts:
    """Count rows by class, if a row may have several classes or none."""
    pairs = ((truth, predicted), (~truth, predicted), (truth, ~predicted), (~truth, ~predicted))
    return Counts(*((one & other).sum(axis=0) for one, other in pairs))


def confusion(
    truth: Int[np.ndarray, " rows"],
    predicted: Int[np.ndarray, " rows"],
    classes: int,
    weights: Weights = None,
) -> np.ndarray:
    """The confusion matrix: a row for each true class and a column for each predicted class."""
    return np.bincount(truth * classes + predicted, weights, classes**2).reshape(classes, classes)


def row_shares(table: np.ndarray) -> Float[np.ndarray, "classes classes"]:
    """A table of counts as shares of its rows; 0 in an empty row."""
    whole = np.broadcast_to(table.sum(axis=1)[:, None], table.shape)
    return np.divide(table, whole, out=np.zeros(table.shape), where=whole > 0)


def mean_known(values: np.ndarray) -> float:
    """The mean of the values that are not NaN; NaN if all are."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def auc(
    truth: Bool[np.ndarray, " rows"],
    prob: Float[np.ndarray, " rows"],
    weights: Weights = None,
) -> float:
    """Area under the ROC curve; NaN if all rows have the same truth."""
    order = np.argsort(prob, kind="stable")
    weight = np.ones(len(truth)) if weights is None else weights
    positive = np.where(truth, weight, 0.0)[order]
    negative = np.where(truth, 0.0, weight)[order]
    both = positive.sum() * negative.sum()
    if both == 0.0:
        return float("nan")
    values = prob[order]
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    negatives = np.add.reduceat(negative, starts)
    below = np.cumsum(negatives) - negatives
    return float((np.add.reduceat(positive, starts) * (below + negatives / 2.0)).sum() / both)


def brier(
    truth: Bool[np.ndarray, " rows"],
    prob: Float[np.ndarray, " rows"],
    weights: Weights = None,
) -> float:
    """Mean squared difference between probability and truth."""
    return float(np.average((prob - truth) ** 2, weights=weights))


class Bins(NamedTuple):
    """For each bin: mean probability, share of rows of the class, total weight."""

    prob: np.ndarray
    share: np.ndarray
    weight: np.ndarray


def calibration(
    truth: Bool[np.ndarray, " rows"],
    prob: Float[np.ndarray, " rows"],
    weights: Weights = None,
) -> Bins:
    """The rows in ten bins of equal width."""
    bin_of = np.minimum((prob * BINS).astype(np.int64), BINS - 1)
    each = np.ones(len(truth)) if weights is None else weights
    weight = np.bincount(bin_of, each, BINS)
    return Bins(
        _ratio(np.bincount(bin_of, each * prob, BINS), weight),
        _ratio(np.bincount(bin_of, each * truth, BINS), weight),
        weight,
    )


def calibration_error(
    truth: Bool[np.ndarray, " rows"],
    prob: Float[np.ndarray, " rows"],
    weights: Weights = None,
) -> float:
    """Mean over rows of the difference between their bin's probability and its share."""
    bins = calibration(truth, prob, weights)
    some = bins.weight > 0.0
    return float(np.average(np.abs(bins.prob - bins.share)[some], weights=bins.weight[some]))


class Debiased(NamedTuple):
    """A calibration error and the ends of its 95% interval."""

    value: float
    low: float
    high: float


def debiased(
    truth: Bool[np.ndarray, " rows"],
    prob: Float[np.ndarray, " rows"],
    weights: Weights = None,
    *,
    seed: int = 0,
) -> Debiased:
    """The calibration error less what chance adds, and an interval that can hold 0.

    By chance alone, the share of a bin differs from its mean probability, so that even of perfect
    probabilities the plain calibration error is above 0. Here, each bin's squared difference is
    lowered by its sampling variance (as in Kumar et al. 2019), but not below 0. The lower end is the
    plain error less the largest that chance adds in 97.5% of samples; the upper end lies 1.96 standard
    errors of the plain error above the estimate.

    Kumar, A., Liang, P. and Ma, T. (2019). Verified Uncertainty Calibration.
    doi:10.48550/arXiv.1909.10155.
    """
    bins = calibration(truth, prob, weights)
    some = bins.weight > 0.0
    each = np.ones(len(truth)) if weights is None else weights
    bin_of = np.minimum((prob * BINS).astype(np.int64), BINS - 1)
    rows = bins.weight[some] ** 2 / np.bincount(bin_of, each**2, BINS)[some]
    part = bins.weight[some] / bins.weight.sum()
    gap = bins.prob[some] - bins.share[some]
    share = (bins.share[some] * rows + 0.5) / (rows + 1.0)
    variance = share * (1.0 - share) / rows
    plain = float(part @ np.abs(gap))
    value = float(part @ np.sqrt(np.maximum(gap**2 - variance, 0.0)))
    chance = np.random.default_rng(seed).normal(size=(4000, len(part))) * np.sqrt(variance)
    by_chance = float(np.quantile(np.abs(chance) @ part, 0.975))
    error = float(np.sqrt((part**2) @ variance))
    low = min(max(plain - by_chance, 0.0), value)
    return Debiased(value, low, min(value + 1.96 * error, 1.0))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0.0, part / whole, np.nan)
