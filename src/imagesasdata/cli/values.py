"""From the text of a command to the value that a verb takes."""

from __future__ import annotations

import ast
import enum
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from imagesasdata.cli.signatures import Kind, Parameter
from imagesasdata.errors import ArgumentError

_TABLES = (".parquet", ".csv", ".feather")
_FITTED = ".iad"


def value(parameter: Parameter, given: Any) -> Any:
    """What a verb takes for a parameter, of what typer made of the command."""
    kind = parameter.kind
    if parameter.is_argument:
        return _argument(kind, given)
    texts = given if isinstance(given, (list, tuple)) else [given]
    if kind.pairs is not None and (kind.items or kind.scalars - {"None"} or kind.choices):
        if not any("=" in text for text in texts):
            return _scalar(kind, texts[0])
    if kind.pairs is not None:
        return _mapping(parameter.name, kind.pairs, texts)
    if kind.items is not None and not (len(texts) == 1 and texts[0] in kind.choices):
        return [_scalar(kind.items, text) for text in texts]
    return _scalar(kind, texts[0])


def _argument(kind: Kind, given: Any) -> Any:
    """Pictures or a table: one table's file is read; several are paths."""
    texts = given if isinstance(given, (list, tuple)) else [given]
    if kind.is_data:
        texts = [_opened(text, tables=len(texts) == 1) for text in texts]
    return texts[0] if len(texts) == 1 else list(texts)


def _opened(text: str, *, tables: bool = True) -> Any:
    ending = Path(text).suffix.lower()
    if tables and ending in _TABLES:
        from imagesasdata.tables.table import read

        return read(text)
    if ending == _FITTED:
        from imagesasdata import load_model

        return load_model(text)
    return text


def _mapping(name: str, kind: Kind, texts: Sequence[str]) -> dict[str, Any]:
    """``NAME=VALUE`` each; several values of a name are a list."""
    found: dict[str, Any] = {}
    for text in texts:
        key, equals, rest = text.partition("=")
        if not equals or not key:
            raise ArgumentError(
                f"--{name.replace('_', '-')} takes NAME=VALUE, got {text!r}.",
                f"for example --{name.replace('_', '-')} a=b; repeat it for more.",
            )
        one = _scalar(kind, rest)
        found[key] = [*_listed(found[key]), one] if key in found else one
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _scalar(kind: Kind, text: Any) -> Any:
    if isinstance(text, enum.Enum):
        return text.value
    if not isinstance(text, str) or text in kind.choices:
        return text
    if text == "none" and "None" in kind.scalars:
        return None
    if kind.scalars & {"Step", "Augmentation"} or (
        kind.items is not None and kind.items.scalars & {"Step", "Augmentation"}
    ):
        from imagesasdata.steps.written import read_step

        return read_step(text)
    if kind.is_data or "FittedModel" in kind.scalars:
        opened = _opened(text)
        if opened is not text:
            return opened
    if kind.is_data or kind.parts is not None or kind.scalars & {"int", "float"}:
        return _number(text, always_tuple=kind.parts is not None and not kind.scalars - {"None"})
    return text


def _number(text: str, *, always_tuple: bool) -> Any:
    """A number, or several with commas between them, or else the text."""
    try:
        parts = [ast.literal_eval(part.strip()) for part in text.split(",")]
    except (ValueError, SyntaxError):
        return text
    if not all(isinstance(part, (int, float)) for part in parts):
        return text
    return tuple(parts) if always_tuple or len(parts) > 1 else parts[0]
