"""Draws from the posterior of a logit with Jeffreys' prior, for classes of which few rows are known.

Of few rows, the posterior is wide and skewed, so that it is drawn itself (importance resampling from a t
distribution), not its normal approximation. Jeffreys' prior keeps it proper where classes are separated,
and its mode is Firth's estimate.

Firth, D. (1993). Bias reduction of maximum likelihood estimates. doi:10.1093/biomet/80.1.27.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import expit

Features = Float[np.ndarray, "rows columns"]

_PROPOSALS = 2000
# Degrees of freedom of the proposals, whose tails must be wider than the posterior's.
_TAILS = 4.0
_STEPS = 200
_LARGEST_STEP = 2.0
_DONE = 1e-8
_MOST_CELLS = 1_000_000


def posterior_draws(
    features: Features,
    is_class: Bool[np.ndarray, " rows"],
    weights: Float[np.ndarray, " rows"],
    draws: int,
    random: np.random.Generator,
) -> Float[np.ndarray, "draws columns"]:
    """Draws of a logit's coefficients, with Jeffreys' prior."""
    outcome = is_class.astype(float)
    mode, covariance = _mode(features, outcome, weights)
    columns = features.shape[1]
    root = np.linalg.cholesky(covariance)
    normal = random.standard_normal((_PROPOSALS, columns))
    spread = np.sqrt(random.chisquare(_TAILS, _PROPOSALS) / _TAILS)
    proposed = mode + (normal / spread[:, None]) @ root.T
    away = (normal**2).sum(axis=1) / spread**2
    log_proposal = -0.5 * (_TAILS + columns) * np.log1p(away / _TAILS)
    size = max(1, _MOST_CELLS // len(features))
    log_posterior = np.concatenate(
        [
            _log_posterior(features, outcome, weights, proposed[start : start + size])
            for start in range(0, _PROPOSALS, size)
        ]
    )
    gap = log_posterior - log_proposal
    share = np.exp(gap - gap.max())
    return proposed[random.choice(_PROPOSALS, draws, p=share / share.sum())]


def _log_posterior(
    features: np.ndarray, outcome: np.ndarray, weights: np.ndarray, betas: np.ndarray
) -> np.ndarray:
    """The logarithm of the posterior density at each row of ``betas``, up to a constant."""
    linear = betas @ features.T
    chance = expit(linear)
    columns = features.shape[1]
    squares = (features[:, :, None] * features[:, None, :]).reshape(len(features), -1)
    information = ((weights * chance * (1.0 - chance)) @ squares).reshape(-1, columns, columns)
    sign, size = np.linalg.slogdet(information)
    likelihood = (outcome * linear - np.logaddexp(0.0, linear)) @ weights
    return np.where(sign > 0.0, likelihood + 0.5 * size, -np.inf)


def _mode(
    features: np.ndarray, outcome: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The posterior's mode, by Firth's modified scores, and the inverse of the information there."""
    beta, covariance = np.zeros(features.shape[1]), np.eye(features.shape[1])
    for _ in range(_STEPS):
        chance = expit(features @ beta)
        slope = weights * chance * (1.0 - chance)
        covariance = np.linalg.inv((features.T * slope) @ features)
        leverage = slope * np.einsum("ij,jk,ik->i", features, covariance, features, optimize=True)
        step = covariance @ (
            features.T @ (weights * (outcome - chance) + leverage * (0.5 - chance))
        )
        size = np.abs(step).max()
        beta = beta + step * min(1.0, _LARGEST_STEP / size) if size > 0.0 else beta
        if size < _DONE:
            break
    return beta, covariance
