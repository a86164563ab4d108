"""The share of each class in groups, from probabilities of classes, calibrated on rows of known truth.

If only how common the classes are differs between groups ("prior shift"), the probability of a class in
a group is that of the coded rows times the ratio of its shares in both, made to add up to 1. The shares
that make all probabilities most likely are found by expectation maximization (Saerens, Latinne and
Decaestecker 2002). That needs probabilities that are right in the coded rows: so they are first
calibrated there, with one temperature and a constant for each class (Alexandari et al. 2020).

Intervals are percentiles of a Bayesian bootstrap of the coded rows and of the rows of each group.

Saerens, M., Latinne, P. and Decaestecker, C. (2002). Adjusting the Outputs of a Classifier to New a
Priori Probabilities. doi:10.1162/089976602753284446. Alexandari, A., Kundaje, A. and Shrikumar, A.
(2020). Maximum Likelihood with Bias-Corrected Calibration is Hard-To-Beat at Label Shift Adaptation.
doi:10.48550/arXiv.1901.06852.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from imagesasdata.arrays.stats.quantification import Shares

ROUNDS = 200
_STEPS = 1000
_DONE = 1e-6
# The probability of a class is taken as at least this, as its logarithm is used.
_NEAR = 1e-4
# The spread of the calibration's constants in a prior, in log odds: it keeps those of few rows finite.
_WIDE = 10.0

Chances = Float[np.ndarray, "rows classes"]


def to_one(columns: Sequence[Float[np.ndarray, " rows"]]) -> Chances:
    """Probabilities of each class, made to add up to 1 in each row; equal ones where all are 0."""
    chances = np.stack(columns, axis=1)
    total = chances.sum(axis=1, keepdims=True)
    return np.where(total > 0.0, chances / np.where(total > 0.0, total, 1.0), 1.0 / len(columns))


def calibration(
    chances: Chances, truth: Int[np.ndarray, " rows"], weights: Float[np.ndarray, " rows"]
) -> Float[np.ndarray, " classes"]:
    """The inverse temperature, and the constants of all classes but the first."""
    logs, classes = np.log(np.maximum(chances, _NEAR)), chances.shape[1]
    place = np.arange(len(truth)), truth
    each = weights / weights.sum()

    def loss(free: np.ndarray) -> tuple[float, np.ndarray]:
        linear = free[0] * logs + np.append(0.0, free[1:])
        gap = softmax(linear, axis=1)
        value = -each @ log_softmax(linear, axis=1)[place]
        gap[place] -= 1.0
        slope = np.append((each @ (gap * logs)).sum(), (each @ gap)[1:])
        wide = free[1:] / _WIDE**2 / len(truth)
        return float(value + 0.5 * wide @ free[1:]), slope + np.append(0.0, wide)

    found = minimize(loss, np.append(1.0, np.zeros(classes - 1)), jac=True, method="BFGS")
    return found.x


def calibrated(chances: Chances, free: Float[np.ndarray, " classes"]) -> Chances:
    """Probabilities by a calibration."""
    logs = np.log(np.maximum(chances, _NEAR))
    return softmax(free[0] * logs + np.append(0.0, free[1:]), axis=1)


def most_likely(
    chances: Chances,
    prior: Float[np.ndarray, " classes"],
    weights: Float[np.ndarray, " rows"],
    start: Float[np.ndarray, " classes"],
) -> Float[np.ndarray, " classes"]:
    """The shares of the classes among rows whose probabilities are right where shares are ``prior``."""
    ratio, each, share = chances / prior, weights / weights.sum(), start
    for _ in range(_STEPS):
        part = ratio * share
        new = each @ (part / part.sum(axis=1, keepdims=True))
        moved, share = np.abs(new - share).max(), new
        if moved < _DONE:
            break
    return share


def shifted_shares(
    chances: Chances,
    groups: Int[np.ndarray, " rows"],
    coded: Float[np.ndarray, "coded classes"],
    truth: Int[np.ndarray, " coded"],
    weights: Float[np.ndarray, " coded"],
    *,
    seed: int,
) -> Shares:
    """The shares of the classes in each group.

    Parameters
    ----------
    chances, groups
        Of the rows whose shares are wanted.
    coded, truth, weights
        Probabilities, classes and weights of the rows whose truth is known.
    """
    random, classes = np.random.default_rng(seed), chances.shape[1]
    members = [chances[groups == one] for one in range(int(groups.max()) + 1)]
    begin = np.full(classes, 1.0 / classes)

    def fitted(mass: np.ndarray, of_rows: list[np.ndarray], starts: list[np.ndarray]) -> np.ndarray:
        free = calibration(coded, truth, mass)
        prior = np.bincount(truth, mass, classes) / mass.sum()
        return np.stack(
            [
                most_likely(calibrated(some, free), prior, each, start)
                for some, each, start in zip(members, of_rows, starts, strict=True)
            ]
        )

    value = fitted(weights, [np.ones(len(some)) for some in members], [begin] * len(members))
    near = list(0.98 * value + 0.02 / classes)
    drawn = np.stack(
        [
            fitted(
                weights * random.standard_gamma(1.0, len(weights)),
                [random.standard_gamma(1.0, len(some)) for some in members],
                near,
            )
            for _ in range(ROUNDS)
        ]
    )
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return Shares(value, np.minimum(low, value), np.maximum(high, value))
