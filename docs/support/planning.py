"""The measured tables of the page on planning."""

from __future__ import annotations

import json
import math
from typing import Any

from benchmark_tables import RESULTS

MILLION = 1_000_000


def measured() -> str:
    """Each verb's rate, and the hours of a million pictures."""
    found = _results("planning")
    lines = ["| verb | pictures a second | hours for a million |", "| --- | --- | --- |"]
    for row in found["rows"]:
        hours = MILLION / row["value"] / 3600
        lines.append(f"| `{row['name']}` | {row['value']:.1f} | {hours:,.1f} |")
    return "\n".join([*lines, "", _source(found)])


def ray() -> str:
    """From how many pictures Ray pays, by the figures that were measured."""
    found = _results("ray_data")
    ratio, rate, launch, first = (row["value"] for row in found["rows"][:4])
    begin = launch + first
    lines = [
        f"Measured with `classify` and two actors on two cores: q = {ratio:.2f}, r = {rate:.0f} a "
        f"second, s = {begin:.0f} seconds. n / r = s + n / (q m r) gives n = r s / (1 - 1 / (q m)):",
        "",
        "| machines | Ray is faster from |",
        "| --- | --- |",
    ]
    for machines in (1, 2, 4, 8):
        gain = 1 - 1 / (ratio * machines)
        pays = f"{math.ceil(rate * begin / gain):,} pictures" if gain > 0 else "never: q is under 1"
        lines.append(f"| {machines} | {pays} |")
    return "\n".join([*lines, "", _source(found)])


def _results(name: str) -> dict[str, Any]:
    return json.loads(RESULTS.read_text("utf-8"))[name]


def _source(found: dict[str, Any]) -> str:
    return f"`{found['command']}`, {found['date']}, {found['processor']}, {found['cores']} cores."
