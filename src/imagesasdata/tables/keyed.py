"""Columns from objects that may have any keys: one for each key, of the type of its values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from imagesasdata.columns import Kind

_LARGEST = 2**63


class Keyed(NamedTuple):
    """The cells of a key, one for each object; in how many it is; the types of its values."""

    kind: Kind
    cells: list[Any]
    given: int
    types: set[str]


def by_key(objects: Sequence[Mapping[str, Any]]) -> dict[str, Keyed]:
    """The keys of all objects, in order of appearance; an object without a key has a null there.

    Truth values, whole numbers, numbers and texts keep their type where all values of a key have it;
    whole and other numbers together are numbers. Lists and objects become JSON, and so do the values
    of a key with several types.
    """
    keys = dict.fromkeys(key for one in objects for key in one)
    return {key: _column([one.get(key) for one in objects], key, objects) for key in keys}


def _column(values: list[Any], key: str, objects: Sequence[Mapping[str, Any]]) -> Keyed:
    types = {_type(value) for value in values if value is not None}
    count = sum(key in one for one in objects)
    plain: dict[frozenset[str], Kind] = {
        frozenset(): "string",
        frozenset({"text"}): "string",
        frozenset({"truth value"}): "bool",
        frozenset({"whole number"}): "int64",
        frozenset({"number"}): "float64",
        frozenset({"number", "whole number"}): "float64",
    }
    kind = plain.get(frozenset(types))
    if kind is None:
        return Keyed("string", [_text(value) for value in values], count, types)
    return Keyed(kind, values, count, types)


def _type(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "truth value"
    if isinstance(value, int) and -_LARGEST <= value < _LARGEST:
        return "whole number"
    return "number" if isinstance(value, float) else "list or object"


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
