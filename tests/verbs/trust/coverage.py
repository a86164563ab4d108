"""How often intervals of simulated studies hold the truth, and whether results say that they may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

# Words of notes that an interval may not hold the truth as often as it says.
_TOLD = ("narrow", "too few", "may be wrong")


class Interval(NamedTuple):
    """An estimate's interval, the truth, and whether the result says that it may be too narrow."""

    low: float
    high: float
    truth: float
    told: bool = False

    @property
    def holds(self) -> bool:
        """Whether the truth is inside."""
        return bool(self.low <= self.truth <= self.high)


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
        some = [study[name] for study in studies if name in study]
        quiet = [one.holds for one in some if not one.told]
        found[name] = Summary(
            float(np.mean([one.holds for one in some])),
            float(np.mean(quiet)) if quiet else float("nan"),
            1.0 - len(quiet) / len(some),
            1.0 - len(some) / len(studies),
        )
    return found
