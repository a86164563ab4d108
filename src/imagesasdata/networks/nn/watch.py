"""Lets operations without weights (pooling, attention) report their calls to a recorder.

A layer that is an object can be wrapped to record it; a plain function has to report itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

import jax


class Step(NamedTuple):
    """A function's call: its kind, input and output, window and step, and multiply-adds."""

    kind: str
    x: jax.Array
    y: jax.Array
    side: int = 1
    stride: int = 1
    multiply_adds: int = 0


_watcher: ContextVar[Callable[[Step], None] | None] = ContextVar("watcher", default=None)


def say(step: Step) -> None:
    """Report a call to the listener; usually there is none."""
    watcher = _watcher.get()
    if watcher is not None:
        watcher(step)


@contextmanager
def watching(watcher: Callable[[Step], None]) -> Iterator[None]:
    """Listen to every call made within the block, in this thread."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)
