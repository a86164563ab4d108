"""The types of a CSV file's columns: numbers and truth values where all cells are such, else text.

A text that a number does not keep, such as ``00123``, ``+49`` or one of 20 digits, stays text.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from imagesasdata.tables.csv_file import CsvFile, Dialect

# Words for "missing": taken so among numbers; in a column of text they may be a country or a name.
_MISSING = ("NA", "N/A", "#N/A", "n/a", "<NA>", "NaN", "nan", "NULL", "null", "None")
_WHOLE = r"^\s*-?(0|[1-9][0-9]*)\s*$"
_POINT = r"^\s*-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$|^\s*-?inf\s*$"
_COMMA = r"^\s*-?((0|[1-9][0-9]*)(,[0-9]*)?|,[0-9]+)([eE][+-]?[0-9]+)?\s*$|^\s*-?inf\s*$"
_THOUSANDS = r"^\s*-?[0-9]{1,3}(\.[0-9]{3})+\s*$"
# Numbers as people write them: 1.234,5 and 1 234, 1'234.5, 1,5 between commas, 12 %.
_PEOPLES = (
    r"^\s*[-+]?(?:[1-9][0-9]{0,2}(?:[., '\x{2019}\x{a0}\x{202f}][0-9]{3})+(?:[.,][0-9]+)?|[0-9]+,[0-9]+"
    r"|[0-9]+(?:[.,][0-9]+)?[ \x{a0}\x{202f}]?%)\s*$"
)
_TRUTH = (("True", "False"), ("TRUE", "FALSE"), ("true", "false"))


@dataclass(frozen=True, eq=False)
class Typed:
    """A CSV file with its types.

    Parameters
    ----------
    file
        The file, with its decimal sign.
    columns
        The columns by name, with their types.
    doubts
        For columns of text, what in them could be meant otherwise.
    """

    file: CsvFile
    columns: dict[str, pa.ChunkedArray]
    doubts: dict[str, str]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def frame(self) -> Any:
        """The table as pandas; whole numbers and truth values with gaps have its nullable types."""
        import pandas as pd

        nullable = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
        made = {
            name: cells.to_pandas(types_mapper=nullable.get if cells.null_count else None)
            for name, cells in self.columns.items()
        }
        return pd.DataFrame(made, index=pd.RangeIndex(len(self)))


def typed(file: CsvFile, texts: Collection[str] = ()) -> Typed:
    """Tell the type of each column; those in ``texts`` stay text."""
    quotes = [_is_quoted(cells) for cells in file.columns]
    every_cell_quoted = all(pc.call_function("all", [one]).as_py() is not False for one in quotes)
    header_quoted = all(name.startswith('"') for name in file.header)
    empty_is_missing = len(file.header) == 1 or (every_cell_quoted and header_quoted)
    columns: dict[str, pa.ChunkedArray] = {}
    doubts: dict[str, str] = {}
    decimals = {}
    for number, name in enumerate(file.names):
        values, marks = file.values(number), quotes[number]
        is_empty = pc.call_function("equal", [values, ""])
        # An empty text in quotation marks is a text, where not every cell has such marks.
        bare = is_empty if empty_is_missing else pc.call_function("and_not", [is_empty, marks])
        found = None if name in texts else _numbers(_without(values, is_empty), file.dialect)
        if found is not None:
            columns[name], decimals[name] = found
            continue
        cells = _without(values, bare)
        if header_quoted:
            cells = _without_r_missing(cells, marks)
        columns[name] = cells
        if doubt := _doubt(cells):
            doubts[name] = doubt
    if "," in decimals.values():
        for number, name in enumerate(file.names):
            if decimals.get(name) == "." and _all(file.values(number), _THOUSANDS):
                columns[name] = file.values(number)
                doubts[name] = "points that could be thousands or fractions"
    decimal = "," if "," in decimals.values() and "." not in decimals.values() else "."
    return Typed(replace(file, dialect=replace(file.dialect, decimal=decimal)), columns, doubts)


def _numbers(cells: pa.ChunkedArray, dialect: Dialect) -> tuple[pa.ChunkedArray, str] | None:
    """The cells as numbers or truth values and their decimal sign; ``None`` if they are text."""
    words = pc.call_function("is_in", [cells], pc.SetLookupOptions(pa.array(_MISSING)))
    present = _without(cells, words)
    if present.null_count == len(present):
        return None
    for true, false in _TRUTH:
        either = pc.SetLookupOptions(pa.array([true, false]), skip_nulls=True)
        if pc.call_function("is_in", [present.drop_null()], either).to_pylist().count(False) == 0:
            return pc.call_function("equal", [present, true]), ""
    trimmed = pc.call_function("utf8_trim_whitespace", [present])
    if _all(present, _WHOLE):
        try:
            return trimmed.cast(pa.int64()), ""
        except pa.ArrowInvalid:
            return None  # more digits than a whole number has
    if _all(present, _POINT):
        return trimmed.cast(pa.float64()), "."
    if dialect.delimiter != "," and _all(present, _COMMA):
        pointed = pc.call_function(
            "replace_substring", [trimmed], pc.ReplaceSubstringOptions(",", ".")
        )
        return pointed.cast(pa.float64()), ","
    return None


def _without_r_missing(cells: pa.ChunkedArray, marks: pa.ChunkedArray) -> pa.ChunkedArray:
    """R puts all text in quotation marks, and a missing one is NA without them."""
    bare = pc.call_function("invert", [marks])
    is_na = pc.call_function("and_kleene", [pc.call_function("equal", [cells, "NA"]), bare])
    others = pc.call_function("and_not_kleene", [bare, is_na])
    return cells if pc.call_function("any", [others]).as_py() else _without(cells, is_na)


def _doubt(cells: pa.ChunkedArray) -> str | None:
    for word in _MISSING:
        count = pc.call_function("sum", [pc.call_function("equal", [cells, word])]).as_py()
        if count:
            return f"the text {word!r} in {count:,} row{'s'[: count - 1]}"
    numbers = pc.call_function(
        "match_substring_regex", [cells], pc.MatchSubstringOptions(f"{_PEOPLES}|{_POINT}|{_COMMA}")
    )
    written = pc.call_function(
        "match_substring_regex", [cells], pc.MatchSubstringOptions(_PEOPLES)
    ).fill_null(False)
    if pc.call_function("all", [numbers]).as_py() and pc.call_function("any", [written]).as_py():
        return f"{cells.filter(written)[0].as_py()!r}, which may be meant as a number"
    return None


def _all(cells: pa.ChunkedArray, pattern: str) -> bool:
    """Whether all cells that are present match."""
    matches = pc.call_function("match_substring_regex", [cells], pc.MatchSubstringOptions(pattern))
    return pc.call_function("all", [matches]).as_py() is not False


def _is_quoted(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.call_function("starts_with", [cells], pc.MatchSubstringOptions('"'))


def _without(cells: pa.ChunkedArray, gone: pa.ChunkedArray) -> pa.ChunkedArray:
    """The cells with null where ``gone``."""
    missing = gone.fill_null(False)
    return pc.call_function("if_else", [missing, pa.scalar(None, cells.type), cells])
