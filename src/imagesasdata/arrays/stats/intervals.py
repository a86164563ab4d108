"""Confidence intervals: Wilson's for a proportion, and by resampling for anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Int
from scipy import stats


def wilson(share: Any, count: Any, level: float = 0.95) -> tuple[Any, Any]:
    """The interval of proportions ``share`` of ``count``; not a number where ``count`` is 0.

    ``count`` may be the effective number of weighted rows. Wilson, E. B. (1927). Probable inference, the
    law of succession, and statistical inference. doi:10.1080/01621459.1927.10502953.
    """
    z = stats.norm.ppf(0.5 + level / 2.0)
    share, count = np.asarray(share, float), np.asarray(count, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = (share + z**2 / (2.0 * count)) / (1.0 + z**2 / count)
        half = (
            z
            / (1.0 + z**2 / count)
            * np.sqrt(share * (1.0 - share) / count + z**2 / (4.0 * count**2))
        )
    low, high = middle - half, middle + half
    # At the ends the formula gives the end itself, up to rounding.
    low, high = np.where(share == 0.0, 0.0, low), np.where(share == 1.0, 1.0, high)
    known = count > 0.0
    return np.where(known, low, np.nan)[()], np.where(known, high, np.nan)[()]


def effective(weights: np.ndarray) -> float:
    """The effective number of weighted rows (Kish)."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


def bootstrap(
    measure: Callable[[Int[np.ndarray, " rows"]], np.ndarray],
    strata: np.ndarray,
    *,
    rounds: int,
    seed: int,
    level: float = 0.95,
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile intervals of measures of rows, which are resampled within each stratum.

    ``measure`` is given row numbers and gives an array; a round in which one is not a number does not
    count for it.
    """
    random = np.random.default_rng(seed)
    groups = [np.flatnonzero(strata == one) for one in np.unique(strata)]
    drawn = [
        measure(np.concatenate([random.choice(rows, len(rows)) for rows in groups]))
        for _ in range(rounds)
    ]
    tail = (1.0 - level) / 2.0
    return tuple(_quantile(np.stack(drawn), at) for at in (tail, 1.0 - tail))  # type: ignore[return-value]


def _quantile(values: np.ndarray, at: float) -> np.ndarray:
    found = np.full(values.shape[1:], np.nan)
    some = ~np.isnan(values).all(axis=0)
    found[some] = np.nanquantile(values[:, some], at, axis=0)
    return found
