"""Figures that show whether gold rows are like the rows that they stand for."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

# A weighted mean this many standard errors from that of all rows is not chance.
_FAR = 4.0


def balance(
    design: Float[np.ndarray, "rows terms"],
    is_gold: Bool[np.ndarray, " rows"],
    gold_weights: Float[np.ndarray, " gold_rows"],
) -> tuple[int, float, bool] | None:
    """The variable whose weighted mean in gold rows differs most from that of all rows.

    Returns
    -------
    tuple
        Its place, the difference in standard deviations, and whether it is more than chance; ``None`` if
        no variable varies.
    """
    spread = design.std(axis=0)
    varied = np.flatnonzero(spread > 1e-12 * np.maximum(np.abs(design).max(axis=0), 1.0))
    if not len(varied):
        return None
    share = gold_weights / gold_weights.sum()
    away = (share @ design[is_gold] - design.mean(axis=0))[varied] / spread[varied]
    error = np.sqrt((share**2).sum())
    worst = int(np.argmax(np.abs(away)))
    return int(varied[worst]), float(away[worst]), bool(abs(away[worst]) > _FAR * error)


def agreement_with_gold(
    predicted: Float[np.ndarray, " gold_rows"], gold: Float[np.ndarray, " gold_rows"]
) -> tuple[str, float]:
    """How well predictions fit gold values: their accuracy if both are classes, else correlation."""
    if len(np.union1d(predicted, gold)) <= 10:
        return "accuracy", float((predicted == gold).mean())
    if np.ptp(predicted) == 0.0 or np.ptp(gold) == 0.0:
        return "correlation", float("nan")
    return "correlation", float(np.corrcoef(predicted, gold)[0, 1])
