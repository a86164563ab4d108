"""Measures of predicted numbers against the truth."""

from __future__ import annotations

import numpy as np
from jaxtyping import Real

Numbers = Real[np.ndarray, " rows"]


def rmse(truth: Numbers, predicted: Numbers) -> float:
    """Root of the mean squared error."""
    return float(np.sqrt(((truth - predicted) ** 2).mean()))


def mae(truth: Numbers, predicted: Numbers) -> float:
    """Mean absolute error."""
    return float(np.abs(truth - predicted).mean())


def r_squared(truth: Numbers, predicted: Numbers) -> float:
    """Share of the variance that the predictions explain; below 0 when the mean would be better."""
    spread = ((truth - truth.mean()) ** 2).sum()
    return float(1 - ((truth - predicted) ** 2).sum() / spread) if spread > 0 else float("nan")


def correlation(truth: Numbers, predicted: Numbers) -> float:
    """Pearson's correlation; NaN if either does not vary."""
    if len(truth) < 2 or np.ptp(truth) == 0 or np.ptp(predicted) == 0:
        return float("nan")
    return float(np.corrcoef(truth, predicted)[0, 1])
