"""Regression families with their canonical link: the mean and its slope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.special import expit

FamilyName = Literal["ols", "logit", "poisson"]
Rows = Float[np.ndarray, " rows"]

# exp overflows at 709. A linear predictor this large means a diverging step, which is then halved.
_LARGEST = 500.0


@dataclass(frozen=True)
class Family:
    """The ``mean`` as a function of a linear predictor, and its ``slope`` as a function of the mean."""

    name: FamilyName
    mean: Callable[[Rows], Rows]
    slope: Callable[[Rows], Rows]


FAMILIES: dict[str, Family] = {
    "ols": Family("ols", lambda linear: linear, np.ones_like),
    "logit": Family("logit", expit, lambda mean: mean * (1.0 - mean)),
    "poisson": Family(
        "poisson", lambda linear: np.exp(np.minimum(linear, _LARGEST)), lambda mean: mean
    ),
}
