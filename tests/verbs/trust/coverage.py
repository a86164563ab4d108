"""How often intervals of simulated studies hold the truth, and whether results say that they may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

# Words of notes that an interval may hold the truth less often than it says, or more often.
_TOLD = ("narrow", "too few", "may be wrong", "wider")


class Interval(NamedTuple):
    """An estimate's interval, the truth, and whether the result says that it may be too narrow."""

    low: float | None
    high: float | None
    truth: float
    told: bool = False

    @property
    def is_given(self) -> bool:
        """Whether there is an interval: of too few rows a verb gives none."""
        low, high = self.low, self.high
        return low is not None and high is not None and not np.isnan([low, high]).any()

    @property
    def holds(self) -> bool:
        """Whether the truth is inside."""
        low, high = self.low, self.high
        return low is not None and high is not None and bool(low <= self.truth <= high)


@dataclass(frozen=True)
class Summary:
    """Of many studies: how often the interval held the truth, in all and where nothing was said.

    ``told`` is the share of studies in which something was said, ``refused`` of those without interval.
    """

    coverage: float
    untold: float
    told: float
    refused: float = 0.0


def is_told(notes: Sequence[str]) -> bool:
    """Whether notes say that intervals may be too narrow."""
    return any(word in note for note in notes for word in _TOLD)


def summarize(studies: Sequence[Mapping[str, Interval]]) -> dict[str, Summary]:
    """The coverage of each interval."""
    found = {}
    for name in dict.fromkeys(key for study in studies for key in study):
        some = [study[name] for study in studies if name in study and study[name].is_given]
        quiet = [one.holds for one in some if not one.told]
        found[name] = Summary(
            _share([one.holds for one in some]),
            _share(quiet),
            1.0 - len(quiet) / max(len(some), 1),
            1.0 - len(some) / len(studies),
        )
    return found


def _share(holds: Sequence[bool]) -> float:
    return float(np.mean(holds)) if holds else float("nan")
