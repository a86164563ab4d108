"""Columns for people and web pages: captions, a sort order, cells as JSON values."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any, Literal

from imagesasdata.errors import ArgumentTypeError, without_credentials
from imagesasdata.tables.table import Table

# JavaScript holds whole numbers up to here.
_EXACT = 2**53


def captions(table: Table, column: str) -> list[str]:
    """A column as text for people: numbers rounded, nulls empty, addresses without credentials."""
    return [
        ""
        if text is None
        else f"{text:.3g}"
        if isinstance(text, float)
        else without_credentials(str(text))
        for text in table.cells(column)
    ]


def order_by(table: Table, column: str) -> list[int]:
    """The row numbers sorted by a column, nulls last."""
    cells = table.cells(column)
    present = [row for row, cell in enumerate(cells) if cell is not None]
    try:
        present.sort(key=lambda row: cells[row])
    except TypeError:
        kinds = " and ".join(sorted({type(cells[row]).__name__ for row in present}))
        raise ArgumentTypeError(
            f"The column {column!r} cannot be sorted: it holds {kinds}.",
            f'make it one kind, as in data["{column}"] = data["{column}"].astype(str).',
        ) from None
    return present + [row for row, cell in enumerate(cells) if cell is None]


def as_json(
    table: Table, column: str
) -> tuple[Literal["text", "number", "time"], list[Any]] | None:
    """A column as JSON values: its kind and its cells; ``None`` for vectors and other types.

    Times are milliseconds since 1970, as in JavaScript. Numbers that are not finite become null, and
    whole numbers that JavaScript would round, such as ids, become text. Addresses are without
    credentials.
    """
    cells = table.cells(column)
    present = [cell for cell in cells if cell is not None]
    whole = [cell for cell in present if isinstance(cell, int) and not isinstance(cell, bool)]
    if len(whole) == len(present) and any(abs(cell) > _EXACT for cell in whole):
        return "text", [None if cell is None else str(cell) for cell in cells]
    if all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in present):
        finite = [cell if cell is not None and math.isfinite(cell) else None for cell in cells]
        return "number", finite
    if all(isinstance(cell, (str, bool)) for cell in present):
        return "text", [None if cell is None else without_credentials(str(cell)) for cell in cells]
    if all(isinstance(cell, date) for cell in present):
        return "time", [None if cell is None else _milliseconds(cell) for cell in cells]
    return None


def _milliseconds(moment: date) -> float:
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000
