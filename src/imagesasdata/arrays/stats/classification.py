"""How well predicted classes and probabilities match the truth, with weights or without.

- accuracy: share of rows whose prediction is the truth. Macro: the mean over classes.
- precision: of rows predicted to be of a class, the share that is. Recall: of rows of a class, the share
  predicted to be. F1: their harmonic mean.
- AUC: the chance that a row of the class has a higher probability than one that is not; ties count half.
- Brier score: the mean squared difference between probability and truth.
- Calibration error: rows are sorted into ten bins of probability (0 to 0.1, ...); the mean over rows of
  the difference between the bin's mean probability and its share of rows of the class.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

BINS = 10
# Of each row; without them all count the same.
Weights = Float[np.ndarray, " rows"] | None


class Counts(NamedTuple):
    """Weighted true positives, false positives, false negatives, true negatives of each class."""

    true_positive: np.ndarray
    false_positive: np.ndarray
    false_negative: np.ndarray
    true_negative: np.ndarray

    @property
    def precision(self) -> np.ndarray:
        """Not a number where nothing was predicted to be of the class."""
        return _ratio(self.true_positive, self.true_positive + self.false_positive)

    @property
    def recall(self) -> np.ndarray:
        """Not a number where nothing is of the class."""
        return _ratio(self.true_positive, self.true_positive + self.false_negative)

    @property
    def f1(self) -> np.ndarray:
        """Of 2 TP / (2 TP + FP + FN)."""
        twice = 2.0 * self.true_positive
        return _ratio(twice, twice + self.false_positive + self.false_negative)


def count(
    truth: Int[np.ndarray, " rows"],
    predicted: Int[np.ndarray, " rows"],
    classes: int,
    weights: Weights = None,
) -> Counts:
    """Numbers of rows by class, for classes as numbers from 0."""
    right = truth == predicted
    hits = np.bincount(truth[right], None if weights is None else weights[right], classes)
    of_class = np.bincount(truth, weights, classes)
    said = np.bincount(predicted, weights, classes)
    total = len(truth) if weights is None else weights.sum()
    return Counts(hits, said - hits, of_class - hits, total - of_class - said + hits)


def count_labels(
    truth: Bool[np.ndarray, "rows classes"], predicted: Bool[np.ndarray, "rows classes"]
) -> Counts:
    """Numbers of rows by class, where a row may be of several or of none."""
    pairs = ((truth, predicted), (~truth, predicted), (truth, ~predicted), (~truth, ~predicted))
    return Counts(*((one & other).sum(axis=0) for one, other in pairs))


def confusion(
    truth: Int[np.ndarray, " rows"],
    predicted: Int[np.ndarray, " rows"],
    classes: int,
    weights: Weights = None,
) -> np.ndarray:
    """Numbers of rows, a row for each true class and a column for each predicted one."""
    return np.bincount(truth * classes + predicted, weights, classes**2).reshape(classes, classes)


def row_shares(table: np.ndarray) -> Float[np.ndarray, "classes classes"]:
    """A table of counts as shares of its rows; 0 in a row of nothing."""
    whole = np.broadcast_to(table.sum(axis=1)[:, None], table.shape)
    return np.divide(table, whole, out=np.zeros(table.shape), where=whole > 0)


def mean_known(values: np.ndarray) -> float:
    """The mean of those values that are numbers; not a number where none is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def auc(
    truth: Bool[np.ndarray, " rows"],
    prob: Float[np.ndarray, " rows"],
    weights: Weights = None,
) -> float:
    """Area under the ROC curve; not a number without rows of both kinds."""
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
    """For each bin of probability: mean probability, share of the class, weight of its rows."""

    prob: np.ndarray
    share: np.ndarray
    weight: np.ndarray


def calibration(
    truth: Bool[np.ndarray, " rows"],
    prob: Float[np.ndarray, " rows"],
    weights: Weights = None,
) -> Bins:
    """The rows in ten bins of equal width."""
    place = np.minimum((prob * BINS).astype(np.int64), BINS - 1)
    each = np.ones(len(truth)) if weights is None else weights
    weight = np.bincount(place, each, BINS)
    return Bins(
        _ratio(np.bincount(place, each * prob, BINS), weight),
        _ratio(np.bincount(place, each * truth, BINS), weight),
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


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0.0, part / whole, np.nan)
