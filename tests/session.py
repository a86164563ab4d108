"""How a session of pytest goes about its tests: in which order, and how it counts its suites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import pytest

SUITES = ("soak", "parity", "browser", "slow")
_COUNTED = ("passed", "skipped", "failed", "error", "xfailed", "xpassed")


def suite(marks: Iterable[str]) -> str:
    """The suite that a test of these marks belongs to."""
    found = set(marks)
    return next((name for name in SUITES if name in found), "fast")


def long_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Tests in the order that keeps so many workers busy to the end.

    Each worker is given an equal stretch of the list, and one that has done its own takes from the end
    of another's. So each stretch begins with its share of the slow tests, a file's together for what
    they share, and ends with fast ones, which can be dealt out evenly.
    """
    slow = [item for item in items if _suite(item) != "fast"]
    fast = [item for item in items if _suite(item) == "fast"]
    if workers < 2 or not slow or not fast:
        return items
    shares: list[list[pytest.Item]] = [[] for _ in range(workers)]
    files = [list(tests) for _, tests in groupby(slow, key=lambda item: item.path)]
    for tests in sorted(files, key=len, reverse=True):
        min(shares, key=len).extend(tests)
    ordered: list[pytest.Item] = []
    for number, share in enumerate(shares):
        end = len(items) * (number + 1) // workers
        filling = max(end - len(ordered) - len(share), 0)
        ordered += [*share, *fast[:filling]]
        fast = fast[filling:]
    return ordered + fast


def every(items: list[pytest.Item], step: int) -> list[pytest.Item]:
    """Of each file's tests the first and each ``step``-th after it."""
    seen = Counter[str]()
    kept = []
    for item in items:
        file = item.nodeid.partition("::")[0]
        if seen[file] % step == 0:
            kept.append(item)
        seen[file] += 1
    return kept


def tally(stats: Mapping[str, list[Any]]) -> list[str]:
    """A line for each suite, such as ``slow suite: 101 passed, 4 skipped``."""
    counts: dict[str, Counter[str]] = {}
    for outcome in _COUNTED:
        for report in stats.get(outcome, []):
            if hasattr(report, "keywords"):  # a file that cannot be read has none
                counts.setdefault(suite(report.keywords), Counter())[outcome] += 1
    return [
        f"{name} suite: " + ", ".join(f"{n} {outcome}" for outcome, n in counts[name].items())
        for name in ("fast", *reversed(SUITES))
        if name in counts
    ]


def _suite(item: pytest.Item) -> str:
    return suite(mark.name for mark in item.iter_markers())
