"""The codes of several people, from a row for each code or a column for each coder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from imagesasdata.arrays.stats import agreement as measures
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.tables.categories import Categories, categories
from imagesasdata.tables.codes import label_cells, numbered, tell_alike
from imagesasdata.tables.table import Table


class Codes(NamedTuple):
    """The codes as whole numbers, (coders, items), and what the numbers stand for."""

    coders: list[Any]
    items: list[Any]
    labels: list[Any]
    codes: np.ndarray


def read_codes(
    table: Table, *, coder: str, item: str, value: str, coders: Sequence[str] | None, what: str
) -> Codes:
    """The codes of a table; rows without an item, and cells without a code, are left out.

    ``what`` needs two coders, in the message.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError
        When there are fewer than two coders, or one coded an item twice.
    """
    rows = (
        _long(table, coder, item, value) if coders is None else _wide(table, item, _names(coders))
    )
    known = sorted({row[0] for row in rows}, key=str) if coders is None else list(coders)
    if len(known) < 2:
        where = "coders names" if coders is not None else f"the column {coder!r} has"
        raise ArgumentError(
            f"{what} needs codes of at least two coders; {where} {len(known)}.",
            "combine the files of several coders with iad.read_labels([...]); of a table with a column "
            'for each coder, name these: coders=["ann", "ben"].',
        )
    items = list(dict.fromkeys(row[1] for row in rows))
    if coders is None:
        tell_alike(repr(coder), [row[0] for row in rows])
    tell_alike(
        repr(value) if coders is None else ", ".join(map(repr, coders)),
        [row[2] for row in rows],
    )
    classes = code_classes(table, value, coders)
    labels, (values,) = numbered([row[2] for row in rows], order=classes.values if classes else ())
    _check_once(rows, item, coder if coders is None else "coder")
    codes = measures.in_table(
        _places([row[0] for row in rows], known),
        _places([row[1] for row in rows], items),
        values,
        (len(known), len(items)),
    )
    return Codes(known, items, labels, codes)


def code_classes(table: Table, value: str, coders: Sequence[str] | None) -> Categories | None:
    """The categories of the column of codes; of several columns, those of the first that has any."""
    found = (categories(table, name) for name in ([value] if coders is None else coders))
    return next((one for one in found if one is not None), None)


def label_type(labels: Sequence[Any]) -> pa.DataType:
    """The Arrow type of a column of labels."""
    if any(isinstance(label, str) for label in labels):
        return pa.string()
    return pa.int64() if all(isinstance(label, int) for label in labels) else pa.float64()


def _names(coders: Any) -> list[str]:
    if isinstance(coders, str):
        raise ArgumentTypeError(
            f"coders must be a list of columns, got {coders!r}.",
            f'for example coders=["{coders}", "ben"]; for a column that names coders, coder="{coders}".',
        )
    names = list(coders)
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise ArgumentError(
            f"coders names {twice[0]!r} twice, and a coder always agrees with themselves.",
            "name each coder's column once.",
        )
    return names


def _long(table: Table, coder: str, item: str, value: str) -> list[tuple[Any, Any, Any]]:
    columns = [
        label_cells(table, name, argument)
        for argument, name in (("coder", coder), ("item", item), ("value", value))
    ]
    return [row for row in zip(*columns, strict=True) if None not in row]


def _wide(table: Table, item: str, coders: list[str]) -> list[tuple[Any, Any, Any]]:
    items = label_cells(table, item, "item")
    columns = [(name, label_cells(table, name, "coders")) for name in coders]
    return [
        (name, one, cell)
        for name, cells in columns
        for one, cell in zip(items, cells, strict=True)
        if one is not None and cell is not None
    ]


def _check_once(rows: list[tuple[Any, Any, Any]], item: str, coder: str) -> None:
    seen: set[tuple[Any, Any]] = set()
    for row in rows:
        if row[:2] in seen:
            raise ArgumentError(
                f"The coder {row[0]!r} coded the item {row[1]!r} more than once.",
                f"keep one row for each {coder} and {item} (of several questions, the rows of one), or "
                "give the item's own column as item=.",
            )
        seen.add(row[:2])


def _places(cells: list[Any], known: list[Any]) -> np.ndarray:
    place = {cell: number for number, cell in enumerate(known)}
    return np.array([place[cell] for cell in cells], np.int64)
