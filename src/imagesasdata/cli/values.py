"""From the text of a command to the value that a verb takes."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from imagesasdata.cli.signatures import Parameter

LISTS = {"Sequence", "Iterable", "list"}


def value(one: Parameter, given: Any) -> Any:
    """What a verb takes for a parameter, of what the command says."""
    texts = given if isinstance(given, (list, tuple)) else [given]
    if one.is_argument and len(texts) > 1:  # of several files all are paths, tables' too
        return list(texts)
    if one.is_argument:
        return _opened(texts[0]) if one.is_data else texts[0]
    if "Mapping" in one.kinds and "=" in texts[0]:
        found: dict[Any, list[Any]] = {}
        for name, _, rest in (text.partition("=") for text in texts):
            found.setdefault(_number(name), []).append(_number(rest))
        return {name: cells if len(cells) > 1 else cells[0] for name, cells in found.items()}
    values = [_single(one, text) for text in texts]
    return values if one.kinds & LISTS and values[0] not in one.choices else values[0]


def _single(one: Parameter, text: Any) -> Any:
    if not isinstance(text, str) or text in one.choices:
        return text
    if "Step" in one.kinds:
        from imagesasdata.steps.written import read_step

        return read_step(text)
    if text == "none" and "None" in one.kinds:
        return None
    number = _number(text) if one.kinds & {"int", "float", "Any"} else text
    if isinstance(number, str):
        return _opened(text) if one.is_data or "FittedModel" in one.kinds else text
    return (number,) if "tuple" in one.kinds and isinstance(number, int) else number


def _number(text: str) -> Any:
    """A number, several with commas between them as a tuple, or the text."""
    try:
        parts = tuple(ast.literal_eval(part.strip()) for part in text.split(","))
    except (ValueError, SyntaxError):
        return text
    numbers = all(isinstance(part, (int, float)) for part in parts)
    return text if not numbers else parts if len(parts) > 1 else parts[0]


def _opened(text: str) -> Any:
    """The table or the fitted model that a file holds; of any other text, itself."""
    if Path(text).suffix.lower() in (".parquet", ".csv", ".feather"):
        from imagesasdata.tables.table import read

        return read(text)
    if text.endswith(".iad"):
        from imagesasdata import load_model

        return load_model(text)
    return text
