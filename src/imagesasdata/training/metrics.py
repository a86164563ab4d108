"""How good predictions are: accuracy, F1, area under the curve, calibration, errors of numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from imagesasdata.training.outcome import OutcomeKind

Measures = dict[str, float]

_BINS = 10


def decide(kind: OutcomeKind, chances: Float[np.ndarray, "n k"]) -> np.ndarray:
    """The predicted class numbers (n,), labels (n, k) or values (n,)."""
    if kind == "numeric":
        return chances[:, 0]
    if kind == "multilabel":
        return (chances >= 0.5).astype(np.float32)
    if kind == "binary":
        return (chances[:, 1] >= 0.5).astype(np.int32)
    return chances.argmax(axis=1).astype(np.int32)


def quick(kind: OutcomeKind, codes: np.ndarray, chances: Float[np.ndarray, "n k"]) -> Measures:
    """The measures that are followed from epoch to epoch."""
    if kind == "numeric":
        return {"rmse": rmse(codes, chances[:, 0]), "r_squared": r_squared(codes, chances[:, 0])}
    predicted = decide(kind, chances)
    return {
        "accuracy": accuracy(codes, predicted),
        "macro_f1": macro_f1(codes, predicted, chances.shape[1]),
    }


def full(kind: OutcomeKind) -> dict[str, Callable[[np.ndarray, np.ndarray], float]]:
    """The measures of a finished model, as functions of codes and chances."""
    if kind == "numeric":
        return {
            "rmse": lambda codes, values: rmse(codes, values[:, 0]),
            "mae": lambda codes, values: float(np.abs(codes - values[:, 0]).mean()),
            "r_squared": lambda codes, values: r_squared(codes, values[:, 0]),
            "correlation": lambda codes, values: correlation(codes, values[:, 0]),
        }
    found: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
        "accuracy": lambda codes, chances: accuracy(codes, decide(kind, chances)),
        "macro_f1": lambda codes, chances: macro_f1(codes, decide(kind, chances), chances.shape[1]),
        "auc": lambda codes, chances: macro_auc(kind, codes, chances),
        "calibration_error": lambda codes, chances: calibration_error(kind, codes, chances),
    }
    if kind == "ordered":
        found["class_distance"] = lambda codes, chances: float(
            np.abs(codes - decide(kind, chances)).mean()
        )
    return found


def accuracy(codes: np.ndarray, predicted: np.ndarray) -> float:
    """Share of rows that are right; where a picture may have several labels, of labels."""
    return float((codes == predicted).mean())


def counts_of(codes: np.ndarray, predicted: np.ndarray, classes: int) -> Int[np.ndarray, "k 3"]:
    """For each class how often it was both coded and predicted, coded, and predicted."""
    if codes.ndim == 2:
        both = (codes * predicted).sum(axis=0)
        return np.stack([both, codes.sum(axis=0), predicted.sum(axis=0)], axis=1).astype(np.int64)
    both = np.bincount(codes[codes == predicted], minlength=classes)
    coded = np.bincount(codes, minlength=classes)
    return np.stack([both, coded, np.bincount(predicted, minlength=classes)], axis=1)


def f1_scores(codes: np.ndarray, predicted: np.ndarray, classes: int) -> Float[np.ndarray, " k"]:
    """Harmonic mean of precision and recall of each class; 0 for one that is never hit."""
    both, coded, said = counts_of(codes, predicted, classes).T
    total = coded + said
    return np.divide(2.0 * both, total, out=np.zeros(classes), where=total > 0)


def macro_f1(codes: np.ndarray, predicted: np.ndarray, classes: int) -> float:
    """Mean of the F1 scores of those classes that are coded or predicted at all."""
    _, coded, said = counts_of(codes, predicted, classes).T
    seen = (coded + said) > 0
    return float(f1_scores(codes, predicted, classes)[seen].mean()) if seen.any() else float("nan")


def auc(positive: np.ndarray, scores: np.ndarray) -> float:
    """The chance that a positive row has a higher score than a negative one; ties count half."""
    from scipy.stats import rankdata

    positive = positive.astype(bool)
    several, rest = int(positive.sum()), int((~positive).sum())
    if not several or not rest:
        return float("nan")
    ranks = rankdata(scores)[positive].sum()
    return float((ranks - several * (several + 1) / 2) / (several * rest))


def macro_auc(kind: OutcomeKind, codes: np.ndarray, chances: np.ndarray) -> float:
    """The area under the curve; of several classes the mean of each against the rest."""
    if kind == "binary":
        return auc(codes == 1, chances[:, 1])
    each = [
        auc(codes[:, k] > 0 if codes.ndim == 2 else codes == k, chances[:, k])
        for k in range(chances.shape[1])
    ]
    known = [value for value in each if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def calibration(
    kind: OutcomeKind, codes: np.ndarray, chances: np.ndarray, bins: int = _BINS
) -> list[tuple[float, float, int]]:
    """Mean probability, share that came true and number of rows, in bins of equal width.

    The probability is that of the second class (binary), of each label (several labels) or of the
    predicted class.
    """
    if kind == "binary":
        said, true = chances[:, 1], codes == 1
    elif kind == "multilabel":
        said, true = chances.ravel(), codes.ravel() > 0
    else:
        said, true = chances.max(axis=1), chances.argmax(axis=1) == codes
    place = np.minimum((said * bins).astype(int), bins - 1)
    return [
        (float(said[place == b].mean()), float(true[place == b].mean()), int((place == b).sum()))
        for b in range(bins)
        if (place == b).any()
    ]


def calibration_error(kind: OutcomeKind, codes: np.ndarray, chances: np.ndarray) -> float:
    """Mean distance of probability and share that came true, over the bins (Guo et al. 2017)."""
    found = calibration(kind, codes, chances)
    total = sum(count for _, _, count in found)
    return sum(count * abs(said - true) for said, true, count in found) / total


def rmse(values: np.ndarray, predicted: np.ndarray) -> float:
    """Root of the mean squared error."""
    return float(np.sqrt(((values - predicted) ** 2).mean()))


def r_squared(values: np.ndarray, predicted: np.ndarray) -> float:
    """Share of the variance that the predictions explain; below 0 when the mean would be better."""
    spread = ((values - values.mean()) ** 2).sum()
    return float(1 - ((values - predicted) ** 2).sum() / spread) if spread > 0 else float("nan")


def correlation(values: np.ndarray, predicted: np.ndarray) -> float:
    """Pearson's correlation."""
    if len(values) < 2 or np.ptp(values) == 0 or np.ptp(predicted) == 0:
        return float("nan")
    return float(np.corrcoef(values, predicted)[0, 1])
