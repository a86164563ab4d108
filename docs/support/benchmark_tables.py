"""What `benchmarks/results.json` holds, as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

RESULTS = Path("benchmarks/results.json")


def tables() -> str:
    """A table for each benchmark, and below each how, when and on what it was measured."""
    return "\n\n".join(
        _table(found["rows"]) + "\n\n" + _source(found)
        for found in json.loads(RESULTS.read_text("utf-8")).values()
    )


def _table(rows: Iterable[dict[str, Any]]) -> str:
    head = ["| what | figure | aim |", "| --- | --- | --- |"]
    return "\n".join([*head, *(f"| {r['name']} | {_figure(r)} | {_aim(r)} |" for r in rows)])


def _figure(row: dict[str, Any]) -> str:
    value = row["value"]
    number = _number(value)
    rounds = (row["details"] or {}).get("ratios", [])
    if len(rounds) > 1:
        number += f" ({_number(min(rounds))} to {_number(max(rounds))})"
    return f"{number} {row['unit']}" + ("" if row["met"] else " (missed)")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def _aim(row: dict[str, Any]) -> str:
    if row["at_least"] is not None:
        return f"at least {row['at_least']:g}"
    return "" if row["at_most"] is None else f"at most {row['at_most']:g}"


def _source(found: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in found["packages"].items())
    return (
        f"`{found['command']}`, {found['date']}, {found['processor']}, {found['cores']} cores, "
        f"Python {found['python']}; {packages}."
    )
