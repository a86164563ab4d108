"""Intervals for figures of cross-validation, whose fits share most of their training rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import stats

from imagesasdata.options import FOLDS


def overlap(folds: int) -> float:
    """By how much the variance of a figure of cross-validation exceeds that of independent rows.

    The fits share training rows, and each is another fit than the model: an interval that takes the
    predictions as independent covers 80 to 90% in place of 95 (Bates et al. 2024). Nadeau and Bengio
    (2003) add the ratio of test rows to training rows, so that the variance is ``1 + k / (k - 1)``
    times as large for ``k`` folds. With it, 90 to 99% of intervals hold the model's accuracy.

    References: Nadeau, C. and Bengio, Y. (2003). Inference for the Generalization Error.
    doi:10.1023/A:1024068626366. Bates, S., Hastie, T. and Tibshirani, R. (2024). Cross-Validation: What
    Does It Estimate and How Well Does It Do It? doi:10.1080/01621459.2023.2197686.
    """
    return 1.0 + folds / (folds - 1.0)


def variance_factor(share: float) -> float:
    """By how much, if a ``share`` of the rows has predictions of the usual number of folds."""
    return 1.0 + share * (overlap(FOLDS) - 1.0)


def less_certain(p_value: Any, factor: float) -> Any:
    """Two-sided p values for a variance ``factor`` times as large."""
    size = stats.norm.isf(np.asarray(p_value, float) / 2.0) / math.sqrt(factor)
    return 2.0 * stats.norm.sf(size)


def widened(
    value: Any, low: Any, high: Any, factor: float, ends: tuple[float, float] = (0.0, 1.0)
) -> tuple[Any, Any]:
    """Intervals for a variance ``factor`` times as large, within the ``ends`` of the measure."""
    by = math.sqrt(factor)
    value, low, high = (np.asarray(cells, float) for cells in (value, low, high))
    wide_low = np.maximum(value - by * (value - low), ends[0])
    wide_high = np.minimum(value + by * (high - value), ends[1])
    return np.minimum(low, wide_low)[()], np.maximum(high, wide_high)[()]
