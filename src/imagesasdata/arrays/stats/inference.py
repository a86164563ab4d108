"""From coefficients and their covariance to standard errors, tests and intervals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import stats

from imagesasdata.arrays.stats.fits import Fit

Terms = Float[np.ndarray, " terms"]


class Inference(NamedTuple):
    """Each coefficient, its standard error, their ratio, its two-sided p, and its interval."""

    estimate: Terms
    std_error: Terms
    statistic: Terms
    p_value: Terms
    low: Terms
    high: Terms


def infer(fit: Fit, level: float) -> Inference:
    """Tests against zero, and intervals at a level; by Student's t where there are clusters."""
    error = np.sqrt(np.diag(fit.covariance))
    spread = stats.norm if fit.clusters is None else stats.t(fit.clusters - 1)
    statistic = fit.estimate / error
    half = spread.ppf(0.5 + level / 2.0) * error
    p_value = 2.0 * spread.sf(np.abs(statistic))
    return Inference(
        fit.estimate, error, statistic, p_value, fit.estimate - half, fit.estimate + half
    )
