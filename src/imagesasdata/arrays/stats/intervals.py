"""Confidence intervals: Wilson's for proportions, and the bootstrap for anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Int, Shaped
from scipy import stats

# The largest number of rows drawn in all rounds together.
_MOST_DRAWN = 20_000_000


def wilson(share: Any, count: Any, level: float = 0.95) -> tuple[Any, Any]:
    """The interval of proportions ``share`` of ``count``; NaN if ``count`` is 0.

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
    # For 0 and 1, the formula gives exactly that limit, up to rounding.
    low, high = np.where(share == 0.0, 0.0, low), np.where(share == 1.0, 1.0, high)
    known = count > 0.0
    return np.where(known, low, np.nan)[()], np.where(known, high, np.nan)[()]


def effective(weights: np.ndarray) -> float:
    """The effective number of weighted rows (Kish)."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if len(weights) else 0.0


Draw = Callable[[np.random.Generator], Int[np.ndarray, " drawn"]]


def within_strata(strata: Shaped[np.ndarray, " rows"]) -> Draw:
    """Resampling with replacement within each stratum, as many rows as it has."""
    members = [np.flatnonzero(strata == one) for one in np.unique(strata)]
    return lambda random: np.concatenate([random.choice(rows, len(rows)) for rows in members])


def whole_groups(groups: Int[np.ndarray, " rows"]) -> Draw:
    """Resampling of whole groups, because rows of a group are not independent."""
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=groups[order][0] - 1))
    members = np.split(order, starts[1:])
    alone = len(members) == len(groups)

    def draw(random: np.random.Generator) -> np.ndarray:
        drawn = random.integers(len(members), size=len(members))
        return order[drawn] if alone else np.concatenate([members[one] for one in drawn])

    return draw


def bootstrap(
    measure: Callable[[Int[np.ndarray, " drawn"]], np.ndarray],
    draw: Draw,
    *,
    rounds: int,
    seed: int,
    level: float = 0.95,
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile intervals of measures, by resampling rows.

    Parameters
    ----------
    measure
        Computes an array of measures from row numbers, which may occur several times. Rounds in which
        a measure is NaN do not count for it; if these are more than half, it has no interval.
    draw
        `within_strata` or `whole_groups`.

    Returns
    -------
    tuple
        The lower and the upper ends; NaN if there is no interval.
    """
    random = np.random.default_rng(seed)
    drawn = np.stack([measure(draw(random)) for _ in range(rounds)])
    drawn = np.where(np.isfinite(drawn), drawn, np.nan)
    some = np.isfinite(drawn).sum(axis=0) * 2 >= rounds
    tail = (1.0 - level) / 2.0
    low, high = np.full((2, *drawn.shape[1:]), np.nan)
    if some.any():
        low[some], high[some] = np.nanquantile(drawn[:, some], [tail, 1.0 - tail], axis=0)
    return low, high


def fewer_rounds(rows: int, rounds: int) -> int:
    """``rounds``, or fewer for very many rows, but at least 200."""
    return max(200, min(rounds, _MOST_DRAWN // rows))
