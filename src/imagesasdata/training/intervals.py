"""95% intervals for figures of a test set: Wilson's for shares, the bootstrap for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Int

from imagesasdata.arrays.stats import intervals

Interval = tuple[float, float]
NONE: Interval = (float("nan"), float("nan"))

_MOST_WORK = 20_000_000


def wilson(successes: float, count: float) -> Interval:
    """Wilson's score interval for a share of independent rows (Wilson 1927)."""
    if count <= 0:
        return NONE
    low, high = intervals.wilson(successes / count, count)
    return float(low), float(high)


def bootstrap(
    statistics: Mapping[str, Callable[[np.ndarray], float]],
    groups: Int[np.ndarray, " n"],
    *,
    seed: int,
    repeats: int = 1000,
) -> dict[str, Interval]:
    """Percentile intervals; whole groups are drawn, for rows of one group are not independent.

    Parameters
    ----------
    statistics
        From row numbers (some several times) to a figure; NaN where it is not defined.
    groups
        The group of each row.
    repeats
        Samples; fewer where there are very many rows, but at least 200.
    """
    count = len(groups)
    if count < 2:
        return dict.fromkeys(statistics, NONE)
    repeats = max(200, min(repeats, _MOST_WORK // count))
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=groups[order][0] - 1))
    members = np.split(order, starts[1:])
    alone = len(members) == count
    rng = np.random.default_rng(seed)
    found: dict[str, list[float]] = {name: [] for name in statistics}
    for _ in range(repeats):
        drawn = rng.integers(len(members), size=len(members))
        rows = order[drawn] if alone else np.concatenate([members[place] for place in drawn])
        for name, statistic in statistics.items():
            found[name].append(statistic(rows))
    return {name: _percentiles(np.asarray(values)) for name, values in found.items()}


def _percentiles(values: np.ndarray) -> Interval:
    known = values[np.isfinite(values)]
    if len(known) < len(values) / 2:
        return NONE
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)
