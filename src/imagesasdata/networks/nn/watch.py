"""Lets someone look at what happens between layers: pooling and attention, which have no weights.

A layer that is an object can be watched from outside; a plain function has to say what it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

import jax


class Step(NamedTuple):
    """What a function did: its kind, input and output, window and step, and multiply-adds."""

    kind: str
    x: jax.Array
    y: jax.Array
    side: int = 1
    stride: int = 1
    multiply_adds: int = 0


_watcher: ContextVar[Callable[[Step], None] | None] = ContextVar("watcher", default=None)


def say(step: Step) -> None:
    """Tell whoever is watching; nobody is, as a rule."""
    watcher = _watcher.get()
    if watcher is not None:
        watcher(step)


@contextmanager
def watching(watcher: Callable[[Step], None]) -> Iterator[None]:
    """Hear of every step in what runs inside, in this thread."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)
