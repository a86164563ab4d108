"""Measures of how good predictions are, by the kind of outcome."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float

from imagesasdata.arrays.stats import numeric
from imagesasdata.arrays.stats.classification import (
    Counts,
    auc,
    calibration_error,
    count,
    count_labels,
    mean_known,
)
from imagesasdata.training.outcome import OutcomeKind

Measure = Callable[[np.ndarray, np.ndarray], float]


# The lowest and the highest value of measures that do not go from 0 to 1.
ENDS = {
    "rmse": (0.0, math.inf),
    "mae": (0.0, math.inf),
    "r_squared": (-math.inf, 1.0),
    "correlation": (-1.0, 1.0),
    "class_distance": (0.0, math.inf),
}


def decide(kind: OutcomeKind, chances: Float[np.ndarray, "n k"]) -> np.ndarray:
    """The predicted class numbers (n,), labels (n, k) or values (n,)."""
    if kind == "numeric":
        return chances[:, 0]
    if kind == "multilabel":
        return (chances >= 0.5).astype(np.float32)
    if kind == "binary":
        return (chances[:, 1] >= 0.5).astype(np.int32)
    return chances.argmax(axis=1).astype(np.int32)


def quick(
    kind: OutcomeKind, codes: np.ndarray, chances: Float[np.ndarray, "n k"]
) -> dict[str, float]:
    """The measures recorded after each epoch; of two classes, precision and recall are the second's."""
    if kind == "numeric":
        values = chances[:, 0]
        return {"rmse": numeric.rmse(codes, values), "r_squared": numeric.r_squared(codes, values)}
    predicted = decide(kind, chances)
    counts = counts_of(codes, predicted, chances.shape[1])
    found = {"accuracy": accuracy(codes, predicted), "macro_f1": mean_known(counts.f1)}
    if kind == "binary":
        found |= {"precision": float(counts.precision[1]), "recall": float(counts.recall[1])}
    return found


def full(kind: OutcomeKind) -> dict[str, Measure]:
    """The measures of a finished model, as functions of codes and predicted probabilities."""
    if kind == "numeric":
        of_values = {
            "rmse": numeric.rmse,
            "mae": numeric.mae,
            "r_squared": numeric.r_squared,
            "correlation": numeric.correlation,
        }
        return {
            name: (lambda codes, values, f=measure: f(codes, values[:, 0]))
            for name, measure in of_values.items()
        }
    measures: dict[str, Measure] = {
        "accuracy": lambda codes, chances: accuracy(codes, decide(kind, chances)),
        "macro_f1": lambda codes, chances: macro_f1(codes, decide(kind, chances), chances.shape[1]),
        "auc": lambda codes, chances: macro_auc(kind, codes, chances),
        "calibration_error": lambda codes, chances: calibration_error(
            *true_and_said(kind, codes, chances)
        ),
    }
    if kind == "ordered":
        measures["class_distance"] = lambda codes, p: numeric.mae(codes, decide(kind, p))
    return measures


def accuracy(codes: np.ndarray, predicted: np.ndarray) -> float:
    """Share of rows predicted correctly; for several labels, share of labels."""
    return float((codes == predicted).mean())


def counts_of(codes: np.ndarray, predicted: np.ndarray, classes: int) -> Counts:
    """The true positives, false positives and false negatives of each class."""
    if codes.ndim == 2:
        return count_labels(codes > 0, predicted > 0)
    return count(codes, predicted, classes)


def macro_f1(codes: np.ndarray, predicted: np.ndarray, classes: int) -> float:
    """Mean F1 score of the classes that are coded or predicted at least once."""
    return mean_known(counts_of(codes, predicted, classes).f1)


def is_class(codes: np.ndarray, k: int) -> Bool[np.ndarray, " n"]:
    """Whether each row was coded as class ``k``, or has label ``k``."""
    return codes[:, k] > 0 if codes.ndim == 2 else codes == k


def macro_auc(kind: OutcomeKind, codes: np.ndarray, chances: np.ndarray) -> float:
    """The area under the ROC curve; for several classes the mean of each against the rest."""
    classes = [1] if kind == "binary" else range(chances.shape[1])
    return mean_known(np.array([auc(is_class(codes, k), chances[:, k]) for k in classes]))


def true_and_said(
    kind: OutcomeKind, codes: np.ndarray, chances: np.ndarray
) -> tuple[Bool[np.ndarray, " m"], Float[np.ndarray, " m"]]:
    """Whether an event came true, and its predicted probability, which calibration compares.

    The event is the second class (binary), each label (several labels) or the predicted class.
    """
    if kind == "binary":
        return codes == 1, chances[:, 1]
    if kind == "multilabel":
        return codes.ravel() > 0, chances.ravel()
    return chances.argmax(axis=1) == codes, chances.max(axis=1)
