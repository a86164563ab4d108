"""What each Ray worker gets: processors, GPUs and rows per block."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Workers:
    """How many actors a verb starts, and what each gets."""

    actors: int | None = None
    cpus: int = 1
    gpus: float = 0
    rows: int = 256


_DEFAULT = Workers()
_chosen: ContextVar[Workers] = ContextVar("ray_workers", default=_DEFAULT)


def chosen() -> Workers:
    """The settings of the innermost `ray_workers`."""
    return _chosen.get()


@contextlib.contextmanager
def choose(workers: Workers) -> Iterator[None]:
    """Use these settings within a ``with`` block."""
    before = _chosen.set(workers)
    try:
        yield
    finally:
        _chosen.reset(before)
