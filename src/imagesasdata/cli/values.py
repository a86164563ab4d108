"""Convert the texts on a command line to the values that a verb takes."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import imagesasdata
from imagesasdata.verbs.signatures import Parameter

TABLES = (
    ".parquet",
    ".csv",
    ".feather",
    ".dta",
)  # `tables.files` knows how, and takes time to load


class Tables:
    """The tables that a command opens; the columns ``texts`` of a CSV file are not taken for numbers."""

    def __init__(self, texts: Collection[str] = ()) -> None:
        self.texts = texts
        self.opened: list[Any] = []

    def read(self, file: str) -> Any:
        """The table in a file."""
        from imagesasdata.tables.files import read

        self.opened.append(read(file, self.texts))
        return self.opened[-1].frame


def value(parameter: Parameter, given: Any, tables: Tables | None = None) -> Any:
    """The value that the verb takes for what the command line gave; ``tables`` has what was opened."""
    tables = tables or Tables()
    texts: list[Any] = [*given] if isinstance(given, (list, tuple)) else [given]
    if parameter.is_argument and len(texts) > 1:  # several files are all paths, even of tables
        return texts
    if parameter.is_argument:
        number = _number(texts[0]) if "int" in parameter.kinds else texts[0]
        is_file = parameter.is_data and isinstance(number, str)
        return _opened(number, tables) if is_file else number
    if "Mapping" in parameter.kinds and "=" in texts[0]:
        mapping: dict[Any, list[Any]] = {}
        for name, _, rest in (text.partition("=") for text in texts):
            mapping.setdefault(_number(name), []).append(_number(rest))
        return {name: cells if len(cells) > 1 else cells[0] for name, cells in mapping.items()}
    values = [_single(parameter, text, tables) for text in texts]
    if (parameter.is_either or parameter.is_data) and len(values) == 1:
        return values[0]
    return (
        values
        if "Sequence" in parameter.kinds and values[0] not in parameter.choices
        else values[0]
    )


def _single(parameter: Parameter, text: Any, tables: Tables) -> Any:
    if not isinstance(text, str) or text in parameter.choices:
        return text
    if "Step" in parameter.kinds:
        from imagesasdata.steps.written import read_step

        return read_step(text)
    if text == "none" and "None" in parameter.kinds:
        return None
    number = _number(text) if parameter.kinds & {"int", "float", "Any"} else text
    if isinstance(number, str):
        is_file = parameter.is_data or "FittedModel" in parameter.kinds
        return _opened(text, tables) if is_file else text
    return (number,) if "tuple" in parameter.kinds and isinstance(number, int) else number


def _opened(text: str, tables: Tables) -> Any:
    """The table or fitted model in a file; any other text stays as it is."""
    if text.lower().endswith(TABLES):
        return tables.read(text)
    return imagesasdata.load_model(text) if text.endswith(".iad") else text


def _number(text: str) -> Any:
    """A number, a tuple for several numbers with commas, or else the text itself."""
    number = r"-?(\d+|\d*\.\d+)(e-?\d+)?"
    if not re.fullmatch(f"{number}(, ?{number})*", text):
        return text
    parts = [float(one) if set(one) & set(".e") else int(one) for one in text.split(",")]
    return tuple(parts) if len(parts) > 1 else parts[0]
