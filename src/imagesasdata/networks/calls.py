"""The call of a public function that is under way: what a table notes of how its columns were made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """A function's name, this library's version, the options, and the models that were used so far.

    ``fit`` tells of a fine-tuned model how it was trained.
    """

    name: str
    version: str
    options: Mapping[str, Any]
    models: list[str] = field(default_factory=list)
    fit: Mapping[str, Any] | None = None


_call: ContextVar[Call | None] = ContextVar("call", default=None)


def under_way() -> Call | None:
    """The call under way, if a user called a public function."""
    return _call.get()


@contextmanager
def calling(name: str, version: str, options: Mapping[str, Any]) -> Iterator[None]:
    """A call of a public function, within a ``with`` block; one within another belongs to that."""
    if _call.get() is not None:
        yield
        return
    token = _call.set(Call(name, version, options))
    try:
        yield
    finally:
        _call.reset(token)


def note_model(name: str) -> None:
    """Note that the call under way uses a model."""
    call = _call.get()
    if call is not None and name not in call.models:
        call.models.append(name)


def note_fit(fit: Mapping[str, Any]) -> None:
    """Note how the fine-tuned model that the call under way uses was trained."""
    call = _call.get()
    if call is not None:
        call.fit = fit
