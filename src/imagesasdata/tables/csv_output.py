"""A result as a CSV file: the user's columns as they were read, and no formula in the library's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from imagesasdata.columns import FILE_ID, IMAGE_ID, PATH, VIDEO_ID
from imagesasdata.errors import ArgumentError
from imagesasdata.tables.csv_file import Dialect, quoted, unquoted
from imagesasdata.tables.csv_types import Typed
from imagesasdata.tables.kinds import duration_texts

# Spreadsheets read a cell that begins so as a formula, and a formula can start programs.
_FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")  # also in full width
_IDS = (VIDEO_ID.name, FILE_ID.name, IMAGE_ID.name)
_CHUNK_ROWS = 50_000
_EXACT = 2**53  # up to here a double has each whole number


def without_formula(text: str, *, is_path: bool = False) -> str:
    """A text that a spreadsheet does not compute: an apostrophe before it, or ``./`` before a path."""
    if not _FORMULA.match(text):
        return text
    return f"./{text}" if is_path else f"'{text}"


def with_formula(text: str) -> str:
    """The text that `without_formula` got, of one that begins with its apostrophe or with none."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text.lstrip("'")) else text


def no_vectors(column: str, ending: str) -> ArgumentError:
    """The error for a column of vectors in a kind of file that has none."""
    kind = {".csv": "CSV", ".dta": "Stata"}[ending]
    return ArgumentError(
        f"A {kind} file cannot hold the column {column!r}, whose cells are vectors.",
        "write .parquet, or ask for shape='wide'.",
    )


def write_csv(
    table: pa.Table,
    file: BinaryIO,
    own: Mapping[str, Typed | None],
    rows: Callable[[Typed], np.ndarray],
    *,
    escape: bool = False,
) -> None:
    """Write a table.

    Parameters
    ----------
    table
        The result.
    file
        Where to.
    own
        The columns that are the user's own: the CSV file that each was read from, or ``None``.
    rows
        For such a file its row of each row of the result; below 0 where it is not known.
    escape
        Whether no text of the user's own is a formula, either.
    """
    sources = [source for source in own.values() if source is not None]
    dialect = sources[0].file.dialect if sources else Dialect()
    cells = [
        _cells(table[name], name, own.get(name), dialect, rows, is_own=name in own)
        for name in table.column_names
    ]
    if escape:
        cells = [
            _escaped(one, name, dialect) if _is_text(table[name]) else one
            for one, name in zip(cells, table.column_names, strict=True)
        ]
    alone = len(cells) == 1  # an empty line would be no row
    names = [
        _header(name, own.get(name), dialect, is_own=name in own) for name in table.column_names
    ]
    if escape:
        names = [_without_formula(name, dialect) for name in names]
    encoding = dialect.encoding
    told = dialect.told and dialect.told + dialect.newline
    file.write((told + dialect.delimiter.join(names) + dialect.newline).encode(encoding))
    encoding = encoding.removesuffix("-sig") if encoding != "utf-16" else "utf-16-le"
    for start in range(0, table.num_rows, _CHUNK_ROWS):
        parts = [column.slice(start, _CHUNK_ROWS).to_pylist() for column in cells]
        lines = [dialect.delimiter.join(row) or '""' * alone for row in zip(*parts, strict=True)]
        file.write((dialect.newline.join(lines) + dialect.newline).encode(encoding))


def _escaped(cells: pa.ChunkedArray, name: str, dialect: Dialect) -> pa.ChunkedArray:
    """A column's texts as they stand in a file, without formulas."""
    is_path = name.endswith(PATH.name)
    texts = [_without_formula(cell, dialect, is_path=is_path) for cell in cells.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _without_formula(cell: str, dialect: Dialect, *, is_path: bool = False) -> str:
    text = unquoted(cell)
    plain = without_formula(text, is_path=is_path)
    return cell if plain == text else quoted(plain, dialect.delimiter)


def _is_text(cells: pa.ChunkedArray) -> bool:
    kind = _plain(cells).type
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def rows_of(result: pa.Table, index: Sequence[Any] | None, source: Typed) -> np.ndarray:
    """The row of a file that each row of a result comes from; -1 where that cannot be told.

    A column of ids tells it or pandas' index: the one by which most of the user's cells are the same.
    """
    shared = [name for name in source.columns if name in result.column_names]
    best, most = np.full(result.num_rows, -1, np.int64), 0
    for rows in _guesses(result, index, source):
        kept = [_is_kept(result[name], name, source, rows) for name in shared]
        count = sum(pc.call_function("sum", [one]).as_py() or 0 for one in kept if one is not None)
        if count > most:
            best, most = rows, count
    return best


def _guesses(result: pa.Table, index: Sequence[Any] | None, source: Typed) -> Iterator[np.ndarray]:
    count = len(source)
    for name in _IDS:
        if name not in result.column_names:
            continue
        own = source.columns.get(name)
        known: dict[Any, int] = {}
        for row, key in enumerate(range(count) if own is None else own.to_pylist()):
            known[key] = -1 if key in known else row
        cells = result[name].to_pylist()
        yield np.array([known.get(cell, -1) for cell in cells], np.int64)
    if index is None:
        return
    labels = [label if isinstance(label, (int, np.integer)) else -1 for label in index]
    rows = np.array(labels, np.int64)
    if len(rows) == count or not np.array_equal(rows, np.arange(len(rows))):  # not numbered anew
        yield np.where((rows >= 0) & (rows < count), rows, -1)


def _is_kept(
    cells: pa.ChunkedArray, name: str, source: Typed, rows: np.ndarray
) -> pa.ChunkedArray | None:
    """Where a column has the value that was read in these rows; ``None`` if it has another type."""
    before = source.columns[name]
    try:
        now = _plain(cells).cast(before.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    take = pa.array(rows, pa.int64(), mask=rows < 0)
    before = before.take(take)
    same = pc.call_function("equal", [before, now]).fill_null(False)
    missing = [pc.call_function("is_null", [one]) for one in (before, now)]
    either = pc.call_function("or", [same, pc.call_function("and", missing)])
    return pc.call_function("and", [either, take.is_valid()])


def _plain(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return cells.cast(cells.type.value_type) if pa.types.is_dictionary(cells.type) else cells


def _header(name: str, source: Typed | None, dialect: Dialect, *, is_own: bool) -> str:
    if source is not None and source.file.dialect.delimiter == dialect.delimiter:
        return source.file.header[source.file.names.index(name)]
    return quoted(name if is_own else without_formula(name), dialect.delimiter) if name else name


def _cells(
    cells: pa.ChunkedArray,
    name: str,
    source: Typed | None,
    dialect: Dialect,
    rows: Callable[[Typed], np.ndarray],
    *,
    is_own: bool,
) -> pa.ChunkedArray:
    """A column as the texts of a file."""
    cells = _plain(cells)
    fresh = _fresh(cells, name, dialect, is_own=is_own)
    return fresh if source is None else _as_read(cells, fresh, name, source, dialect, rows(source))


def _fresh(cells: pa.ChunkedArray, name: str, dialect: Dialect, *, is_own: bool) -> pa.ChunkedArray:
    if _is_text(cells):
        is_path = name.endswith(PATH.name)
        texts = [
            ""
            if text is None
            else quoted(
                text if is_own else without_formula(text, is_path=is_path), dialect.delimiter
            )
            for text in cells.to_pylist()
        ]
        return pa.chunked_array([pa.array(texts, pa.string())])
    if pa.types.is_floating(cells.type):
        present = pc.call_function("is_nan", [cells])
        cells = pc.call_function("if_else", [present, pa.scalar(None, cells.type), cells])
    texts = duration_texts(cells) if pa.types.is_duration(cells.type) else cells.cast(pa.string())
    if pa.types.is_floating(cells.type):
        texts = _with_all_digits(texts, cells)
    texts = texts.fill_null("")
    if pa.types.is_floating(cells.type) and dialect.decimal != ".":
        texts = pc.call_function("replace_substring", [texts], pc.ReplaceSubstringOptions(".", ","))
    return texts


def _with_all_digits(texts: pa.ChunkedArray, cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers, such as ids that Stata and R keep as doubles, not as 1.2345678901e+10."""
    is_whole = pc.call_function("equal", [pc.call_function("trunc", [cells]), cells])
    exact = pc.call_function("less", [pc.call_function("abs", [cells]), float(_EXACT)])
    is_long = pc.call_function("match_substring", [texts], pc.MatchSubstringOptions("e+"))
    chosen = pc.call_function("and", [pc.call_function("and", [is_whole, exact]), is_long])
    chosen = chosen.fill_null(False)
    whole = pc.call_function("if_else", [chosen, cells, pa.scalar(0, cells.type)])
    return pc.call_function("if_else", [chosen, whole.cast(pa.int64()).cast(pa.string()), texts])


def _as_read(
    cells: pa.ChunkedArray,
    fresh: pa.ChunkedArray,
    name: str,
    source: Typed,
    dialect: Dialect,
    rows: np.ndarray,
) -> pa.ChunkedArray:
    """The texts of a column that was read: where a row has the value that was read, its text."""
    known = _is_kept(cells, name, source, rows)
    if known is None:
        return fresh  # the verb has put something else in its place
    written = source.file.columns[source.file.names.index(name)]
    if source.file.dialect.delimiter != dialect.delimiter:
        texts = [
            quoted(unquoted(text), dialect.delimiter) if text else ""
            for text in written.to_pylist()
        ]
        written = pa.chunked_array([pa.array(texts, pa.string())])
    take = pa.array(rows, pa.int64(), mask=rows < 0)
    texts = pc.call_function("if_else", [known, written.take(take), fresh])
    if pc.call_function("all", [known]).as_py() is not False:
        return texts
    one_text: dict[Any, str | None] = {}
    for value, text in zip(source.columns[name].to_pylist(), written.to_pylist(), strict=True):
        one_text[value] = text if one_text.get(value, text) == text else None
    found = [
        text if is_known else one_text.get(value) or text
        for text, is_known, value in zip(
            texts.to_pylist(), known.to_pylist(), cells.to_pylist(), strict=True
        )
    ]
    return pa.chunked_array([pa.array(found, pa.string())])
