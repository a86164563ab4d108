"""Figures that show whether gold rows are like the rows that they stand for."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from imagesasdata.arrays.stats.rare import FEW

# A weighted mean this many standard errors from that of all rows is not chance.
_FAR = 4.0
# A mean of fewer gold rows per unit of kurtosis is too far from normal to be judged (of a rare class:
# fewer than so many expected gold rows).
_LEAST = 5.0
# The least accuracy or correlation that is more often one of rows of training than of others.
_TOO_GOOD = 0.98
# More values than these are numbers, not classes.
_CLASSES = 10


def balance(
    design: Float[np.ndarray, "rows terms"],
    is_gold: Bool[np.ndarray, " rows"],
    gold_weights: Float[np.ndarray, " gold_rows"],
    weights: Float[np.ndarray, " rows"],
    clusters: Int[np.ndarray, " rows"] | None = None,
) -> tuple[int, float, bool] | None:
    """The variable whose weighted mean in gold rows differs most from that of all rows.

    With clusters, gold rows may be those of a sample of clusters, which differ more by chance.

    Returns
    -------
    tuple
        Its place, the difference in standard deviations, and whether it is more than chance; ``None`` if
        no variable varies enough.
    """
    share, every = gold_weights / gold_weights.sum(), weights / weights.sum()
    away = design - every @ design
    spread = np.sqrt(every @ away**2)
    varied = np.flatnonzero(spread > 1e-12 * np.maximum(np.abs(design).max(axis=0), 1.0))
    away = away[:, varied] / spread[varied]
    error = np.sqrt((share**2).sum())
    kurtosis = every @ away**4
    varied, away = (part[..., kurtosis * error**2 * _LEAST <= 1.0] for part in (varied, away))
    if not len(varied):
        return None
    parts = share[:, None] * away[is_gold]
    found = parts.sum(axis=0)
    if clusters is not None:
        parts = np.stack([np.bincount(clusters[is_gold], column) for column in parts.T], axis=1)
    chance = np.maximum(error, np.sqrt((parts**2).sum(axis=0)))
    worst = int(np.argmax(np.abs(found) / chance))
    return int(varied[worst]), float(found[worst]), bool(abs(found[worst]) > _FAR * chance[worst])


def is_too_good(agreement: float, gold: Shaped[np.ndarray, " gold_rows"]) -> bool:
    """Whether predictions agree with gold values as those of a model's own rows of training do.

    A model that is so good on other rows is rare. Predictions of classes must also be wrong for less
    than a tenth of the rows that the most frequent class alone is wrong for.
    """
    if len(gold) < FEW or not agreement >= _TOO_GOOD:
        return False
    counts = np.unique(gold, return_counts=True)[1]
    wrong_by_most = 1.0 - float(counts.max()) / len(gold)
    return len(counts) > _CLASSES or 1.0 - agreement < wrong_by_most / 10.0


def agreement_with_gold(
    predicted: Float[np.ndarray, " gold_rows"], gold: Float[np.ndarray, " gold_rows"]
) -> tuple[str, float]:
    """How well predictions fit gold values: their accuracy if both are classes, else correlation."""
    if len(np.union1d(predicted, gold)) <= _CLASSES:
        return "accuracy", float((predicted == gold).mean())
    if np.ptp(predicted) == 0.0 or np.ptp(gold) == 0.0:
        return "correlation", float("nan")
    return "correlation", float(np.corrcoef(predicted, gold)[0, 1])
