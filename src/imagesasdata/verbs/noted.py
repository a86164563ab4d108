"""The options of a call that a table notes: what the numbers depend on, and nothing secret."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

from imagesasdata.options import SHARED
from imagesasdata.verbs.takes import Takes

# What says where things are and how a run goes on, not what is computed; a secret; and the model, because
# what was used is noted when it is loaded.
_LEFT_OUT = (SHARED.keys() - {"seed", "decode"}) | {
    "self",
    "key",
    "to",
    "query",
    "references",
    "checkpoint",
}
_MOST_TEXT = 200


def told_options(bound: inspect.BoundArguments, kinds: Mapping[str, Takes]) -> dict[str, Any]:
    """The options of a call as plain values, defaults included; those that are off are left out.

    Tables, pictures and folders are no options.
    """
    found: dict[str, Any] = {}
    for name, parameter in bound.signature.parameters.items():
        taken = kinds[name]
        value = bound.arguments.get(name, parameter.default)
        if name in _LEFT_OUT or taken.path or taken.stream or value is parameter.empty:
            continue
        if value is None or value is False or (isinstance(value, list | tuple) and not value):
            continue
        told = _plain(value)
        if told is not None:
            found[name] = told if len(repr(told)) <= _MOST_TEXT else f"{repr(told)[:_MOST_TEXT]}..."
    return found


def _plain(value: Any) -> Any:
    """A value that JSON can hold; ``None`` of what is no plain value."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, Real):
        number = float(value)
        return int(number) if number.is_integer() else number
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, range):
        return repr(value)
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_plain(one) for one in value]
    inside = type(value).__module__.startswith(f"{__name__.partition('.')[0]}.")
    return repr(value) if inside else None
