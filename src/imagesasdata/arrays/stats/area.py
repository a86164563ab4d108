"""The interval of an AUC, by draws that allow for ranks that no coded row happens to have.

Resampling rows knows only the ranks that it has seen: if a model misses one in six of a class, and six
coded rows of it happen to be found, every resample has an AUC near 1. So in each draw, the rows of each
class get weights from a Dirichlet distribution (a Bayesian bootstrap) with half a row more at each end
of the ranks. Where rows of a class are either above or below all of the other one, that is Jeffreys'
interval for the share above. With unequal weights, the half rows at the wrong end have the largest, as a
row that was missed may have.

Rubin, D. B. (1981). The Bayesian Bootstrap. doi:10.1214/aos/1176345338. Brown, L. D., Cai, T. T. and
DasGupta, A. (2001). Interval Estimation for a Binomial Proportion. doi:10.1214/ss/1009213286.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from imagesasdata.arrays.stats.classification import auc

# Beyond all probabilities: whether these half rows are of the class, and where they are.
_OF_CLASS = np.array([True, True, False, False])
_PLACES = np.array([2.0, -1.0, -1.0, 2.0])
_WRONG = np.array([False, True, False, True])


def area_ends(
    truth: Bool[np.ndarray, " rows"],
    prob: Float[np.ndarray, " rows"],
    weights: Float[np.ndarray, " rows"],
    *,
    rounds: int,
    seed: int,
) -> tuple[float, float]:
    """The ends of a 95% interval that holds the AUC itself; NaN if all rows have the same truth."""
    if truth.all() or not truth.any():
        return float("nan"), float("nan")
    if (2 * int(truth.sum()), bool(truth[0])) > (len(truth), False):
        # The other class, with its own probability, has the same area and the same draws.
        truth, prob = ~truth, 1.0 - prob
    random = np.random.default_rng(seed)
    usual = np.where(_OF_CLASS, weights[truth].mean(), weights[~truth].mean())
    each = np.concatenate([weights, np.where(_WRONG, weights.max(), usual)])
    shape = np.concatenate([np.ones(len(truth)), np.full(len(_PLACES), 0.5)])
    event, places = np.concatenate([truth, _OF_CLASS]), np.concatenate([prob, _PLACES])
    drawn = [auc(event, places, each * random.standard_gamma(shape)) for _ in range(rounds)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    value = auc(truth, prob, weights)
    # An AUC of 0 or 1 is an end itself.
    return (
        0.0 if value == 0.0 else min(float(low), value),
        1.0 if value == 1.0 else max(float(high), value),
    )
