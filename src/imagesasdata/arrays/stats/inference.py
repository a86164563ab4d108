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
    """Tests against zero and confidence intervals; with clusters by Student's t, else normal."""
    error = np.sqrt(np.diag(fit.covariance))
    spread = stats.norm if fit.clusters is None else stats.t(fit.clusters - 1)
    statistic = fit.estimate / error
    half = spread.ppf(0.5 + level / 2.0) * error
    p_value = 2.0 * spread.sf(np.abs(statistic))
    return Inference(
        fit.estimate, error, statistic, p_value, fit.estimate - half, fit.estimate + half
    )
