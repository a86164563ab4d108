"""What every benchmark gives, and how two programs are timed side by side."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

# onnxruntime's threads spin for a moment after a call and would slow down the next program.
REST_SECONDS = 0.2


@dataclass(frozen=True)
class Row:
    """One figure and what it should be."""

    name: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        """Whether the figure is what it should be."""
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)


def alternate(
    programs: Mapping[str, Callable[[], Any]], rounds: int, *, warm_up: int = 1
) -> dict[str, list[float]]:
    """Seconds of each program in each round: A B C, A B C, ...

    Another program on this machine slows down all of a round, so the ratios within a round are
    reliable even where the seconds are not.
    """
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(warm_up + rounds):
        for name, program in programs.items():
            time.sleep(REST_SECONDS)
            start = time.perf_counter()
            program()
            if number >= warm_up:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def speed_ratios(
    case: str, seconds: Mapping[str, list[float]], targets: Mapping[str, float]
) -> list[Row]:
    """For each peer, the first program's speed relative to it: the median of the rounds' ratios."""
    (_, own), *peers = seconds.items()
    rows = []
    for peer, theirs in peers:
        ratios = [their / our for our, their in zip(own, theirs, strict=True)]
        details = {
            "seconds": statistics.median(own),
            "peer_seconds": statistics.median(theirs),
            "ratios": [round(ratio, 3) for ratio in ratios],
        }
        name = f"{case}, speed against {peer}"
        rows.append(
            Row(name, statistics.median(ratios), "x", at_least=targets.get(peer), details=details)
        )
    return rows


def as_table(rows: list[Row]) -> str:
    """The rows as text."""
    width = max(len(row.name) for row in rows)
    lines = []
    for row in rows:
        target = ""
        if row.at_least is not None:
            target = f"at least {row.at_least:g}"
        elif row.at_most is not None:
            target = f"at most {row.at_most:g}"
        figure = f"{row.value:,.0f}" if row.value >= 100 else f"{row.value:.2f}"
        verdict = "" if row.met else "MISSED"
        lines.append(f"{row.name:{width}}  {figure:>7} {row.unit:4} {target:13} {verdict}".rstrip())
    return "\n".join(lines)
