"""A CSV file as it was written: each cell's text, quotation marks included, and how cells are parted.

Nothing is converted here, so that a column can be written again to the byte (see `csv_output`); what
type a column has is told by `csv_types`.
"""

from __future__ import annotations

import codecs
import os
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from imagesasdata.errors import ArgumentError, ColumnError

_DELIMITERS = (",", ";", "\t")
_QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
_TOLD = re.compile(r'"?sep=([^\w"\r\n])"?(?:\r\n?|\n|$)', re.IGNORECASE)
_CHUNK_ROWS = 20_000
# Which of four bytes in turn are mostly 0 in a table's separators, digits and Latin letters.
_WIDE = {"x0x0": "UTF-16LE", "0x0x": "UTF-16BE", "x000": "UTF-32LE", "000x": "UTF-32BE"}
_TRIED_BYTES, _MOSTLY = 1 << 16, 0.3
# Rows by which the separator is told.
_TRIED_ROWS = 200


@dataclass(frozen=True)
class Dialect:
    """How a CSV file parts its cells and rows, and writes fractions and characters.

    ``told`` is a first line such as ``sep=;``, by which a file tells Excel its delimiter.
    """

    delimiter: str = ","
    decimal: str = "."
    newline: str = "\n"
    encoding: str = "utf-8"
    told: str = ""


@dataclass(frozen=True, eq=False)
class CsvFile:
    """The cells of a file by column, as they stand in it.

    Parameters
    ----------
    header
        The names of the columns as they stand in the file.
    columns
        For each column its cells as they stand in the file.
    dialect
        How the file was written; its ``decimal`` is found with the columns' types.
    lines
        For each row its line in the file, counted from 1.
    """

    header: list[str]
    columns: list[pa.ChunkedArray]
    dialect: Dialect
    lines: array[int]

    @property
    def names(self) -> list[str]:
        """The names of the columns, without quotation marks."""
        return [unquoted(name) for name in self.header]

    def values(self, number: int) -> pa.ChunkedArray:
        """The texts of a column, without quotation marks; an empty cell is an empty text."""
        cells = self.columns[number]
        chunks = []
        for chunk in cells.chunks:
            texts = chunk.to_pylist()
            if any(text[:1] == '"' for text in texts):
                plain = [unquoted(text) if text[:1] == '"' else text for text in texts]
                chunk = pa.array(plain, pa.string())
            chunks.append(chunk)
        return pa.chunked_array(chunks, pa.string())


def unquoted(cell: str) -> str:
    """The text that a cell stands for."""
    match = _QUOTED.match(cell)
    if match is None:
        return cell
    return match[0][1:-1].replace('""', '"') + cell[match.end() :]


def quoted(text: str, delimiter: str) -> str:
    """A text as a cell: in quotation marks where it would be read as something else without."""
    if text and not re.search(rf'["\r\n{re.escape(delimiter)}]|^\s|\s$', text):
        return text
    return '"' + text.replace('"', '""') + '"'


def read_csv(file: str | os.PathLike[str]) -> CsvFile:
    """Read a CSV file in UTF-8 or, with a mark of the byte order, in UTF-16.

    Cells are parted by commas, semicolons or tabs: by the one that gives the rows as many cells as the
    first, or by what a first line such as ``sep=;`` tells. Empty lines are passed over.

    Raises
    ------
    OSError
        When it cannot be read.
    ArgumentError
        When it is not text, is empty, a row has more or fewer cells than the first, or two separators
        may be meant.
    ColumnError
        When two columns have the same name.
    """
    text, encoding = _text(file)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise ArgumentError(
            f"The table {os.fspath(file)!r} is damaged: line {line} holds a character with the code 0.",
            "save it again as CSV in UTF-8.",
        )
    newline = "\n" if "\n" in text or "\r" not in text else "\r"
    told = _TOLD.match(text)
    delimiter = _delimiter(text, newline, os.fspath(file)) if told is None else told[1]
    records = _records(text, delimiter, newline, os.fspath(file), told.end() if told else 0)
    _, header = next(records, (0, []))
    if not header:
        raise ArgumentError(
            f"The table {os.fspath(file)!r} is empty.",
            "its first row must have the columns' names.",
        )
    names = [unquoted(name) for name in header]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ColumnError(
            f"The table {os.fspath(file)!r} has more than one column "
            + (f"named {twice!r}." if twice else "without a name."),
            "rename or drop one of them."
            if twice
            else "delete the columns to the right of the table, or give them names.",
        )
    chunks: list[list[pa.Array]] = [[] for _ in header]
    rows: list[list[str]] = []
    lines = array("q")
    for line, row in records:
        lines.append(line)
        if len(row) != len(header):
            raise ArgumentError(
                f"Line {line} of the table {os.fspath(file)!r} has {len(row)} "
                f"cell{'s'[: len(row) - 1]}, and the first line has {len(header)}.",
                "a text that holds the separator or a line break stands in quotation marks; a file "
                "that was cut off has to be fetched again.",
            )
        rows.append(row)
        if len(rows) >= _CHUNK_ROWS:
            _pack(rows, chunks)
            rows = []
    _pack(rows, chunks)
    ends = "\r\n" if newline == "\n" and text[: text.find("\n")].endswith("\r") else newline
    columns = [pa.chunked_array(parts, pa.string()) for parts in chunks]
    first = told[0].rstrip("\r\n") if told else ""
    return CsvFile(header, columns, Dialect(delimiter, ".", ends, encoding, first), lines)


def _pack(rows: list[list[str]], chunks: list[list[pa.Array]]) -> None:
    for cells, parts in zip(zip(*rows, strict=True), chunks, strict=False):
        parts.append(pa.array(cells, pa.string()))


def _text(file: str | os.PathLike[str]) -> tuple[str, str]:
    data = Path(file).expanduser().read_bytes()
    encoding = "utf-8"
    if data.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    if b"\x00" in data:
        _check_width(data, encoding, os.fspath(file))
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ArgumentError(
            f"The table {os.fspath(file)!r} is not in {'UTF-16' if encoding == 'utf-16' else 'UTF-8'}: "
            f"line {line} has the byte 0x{data[error.start]:02X}.",
            'save it as "CSV UTF-8", or convert it from the encoding it has: '
            "iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW.csv for Western Europe, -f WINDOWS-1251 for "
            "Cyrillic, -f SHIFT_JIS for Japanese, -f GB18030 for Chinese.",
        ) from error


def _check_width(data: bytes, encoding: str, file: str) -> None:
    """Refuse UTF-32, and UTF-16 without the mark that tells the order of its bytes."""
    part = data[:_TRIED_BYTES]
    fours = np.frombuffer(part[: len(part) // 4 * 4], np.uint8).reshape(-1, 4)
    empty = (fours == 0).sum(axis=0) > _MOSTLY * len(fours)
    wide = _WIDE.get("".join("0" if one else "x" for one in empty))
    if wide is not None and not (encoding == "utf-16" and wide.startswith("UTF-16")):
        raise ArgumentError(
            f"The table {file!r} is in {wide}, and not in UTF-8.",
            f'save it as "CSV UTF-8", or convert it: iconv -f {wide} -t UTF-8 FILE > NEW.csv.',
        )


def _delimiter(text: str, newline: str, file: str) -> str:
    """The separator by which most of the first rows have as many cells as the header."""
    header = _QUOTED.sub("", text[: text.find(newline) + 1] or text)
    present = [sign for sign in _DELIMITERS if sign in header]
    if len(present) < 2:
        return present[0] if present else _DELIMITERS[0]
    fits = {sign: _fitting(text, sign, newline, file) for sign in present}
    # Texts and fractions hold commas more often than tabs and semicolons.
    likely = [sign for sign in reversed(present) if fits[sign] > 0.5]
    if not likely:
        return max(present, key=lambda sign: (fits[sign], header.count(sign)))
    first, *others = likely
    other = next((sign for sign in others if header.count(sign) > header.count(first)), None)
    if other is not None:
        raise ArgumentError(
            f"The table {file!r} can be parted by {first!r} or by {other!r}: either gives its rows as "
            "many cells as the first line.",
            f"say it in a line of its own before the first, as in sep={first} (or sep={other}).",
        )
    return first


def _fitting(text: str, delimiter: str, newline: str, file: str) -> float:
    """The share of the first rows with as many cells as the header; 0 where there are none."""
    try:
        records = islice(_records(text, delimiter, newline, file, 0), _TRIED_ROWS)
        header, *rows = (len(cells) for _, cells in records)
    except (ArgumentError, ValueError):  # a quotation mark that is not closed; no line
        return 0.0
    return rows.count(header) / len(rows) if rows else 0.0


def _records(
    text: str, delimiter: str, newline: str, file: str, start: int
) -> Iterator[tuple[int, list[str]]]:
    """From a place in the text on, each row's first line, counted from 1, and its cells."""
    line = 2 if start else 1
    sign = re.escape(delimiter)
    other = f"[^{sign}{newline}]*+"
    in_line = re.compile(f'(?:^|{sign})({_QUOTED.pattern}{other}|(?!"){other})')
    while start < len(text):
        end = text.find(newline, start)
        end = len(text) if end < 0 else end
        row = text[start:end].removesuffix("\r")
        if '"' not in row:
            if row:
                yield line, row.split(delimiter)
        else:
            cells = in_line.findall(row)
            if sum(map(len, cells)) + len(cells) - 1 != len(row):  # a cell goes on in the next line
                cells, end = _with_quotes(text, start, delimiter, newline, file)
                line += text.count(newline, start, end)
            yield line, cells
        start, line = end + 1, line + 1


def _with_quotes(
    text: str, start: int, delimiter: str, newline: str, file: str
) -> tuple[list[str], int]:
    """The cells of a row, and where it ends: a cell in quotation marks can hold line breaks."""
    cells, cell, end_of_cell = [], start, re.compile(f"[{re.escape(delimiter)}{newline}]|$(?!\n)")
    while True:
        after = cell
        if text.startswith('"', cell):
            match = _QUOTED.match(text, cell)
            if match is None:
                line = text.count(newline, 0, cell) + 1
                raise ArgumentError(
                    f"A quotation mark in line {line} of the table {file!r} is not closed.",
                    'write a quotation mark within a text twice, as in "5"" wide".',
                )
            after = match.end()
        found = end_of_cell.search(text, after)
        end = len(text) if found is None else found.start()
        ends_row = end == len(text) or text[end] == newline
        cells.append(text[cell:end].removesuffix("\r") if ends_row else text[cell:end])
        if ends_row:
            return cells, end
        cell = end + 1
