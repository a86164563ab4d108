"""Standard errors, tests and confidence intervals of coefficients."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import stats

from imagesasdata.arrays.stats.fits import Fit

Terms = Float[np.ndarray, " terms"]


class Inference(NamedTuple):
    """For each coefficient: estimate, standard error, their ratio, two-sided p value, interval."""

    estimate: Terms
    std_error: Terms
    statistic: Terms
    p_value: Terms
    low: Terms
    high: Terms


def infer(fit: Fit, level: float) -> Inference:
    """Tests against zero and confidence intervals, by Student's t or the normal distribution."""
    error = np.sqrt(np.diag(fit.covariance))
    if fit.alike is not None:
        return _alike(fit.estimate, error, fit.alike, level)
    df = fit.df
    if df is None and fit.clusters is not None:
        df = np.full(len(error), fit.clusters - 1.0)
    spread = stats.norm() if df is None else stats.t(df)
    statistic = fit.estimate / error
    half = spread.ppf(0.5 + level / 2.0) * error
    p_value = 2.0 * spread.sf(np.abs(statistic))
    return Inference(
        fit.estimate, error, statistic, p_value, fit.estimate - half, fit.estimate + half
    )


def _alike(estimate: Terms, error: Terms, rows: float, level: float) -> Inference:
    """For a share of 0 or 1: no test, and Clopper and Pearson's interval."""
    width = 1.0 - (0.5 - level / 2.0) ** (1.0 / rows)
    low = np.where(estimate == 0.0, 0.0, 1.0 - width)
    return Inference(estimate, error, error, error, low, low + width)
