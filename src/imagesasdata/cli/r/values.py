"""Any value of R's in Python, and back: options, lists, tables, results."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
import pyarrow as pa

from imagesasdata.tables.r_columns import (
    array_from_r,
    array_to_r,
    matrix_from_r,
    matrix_to_r,
    table_from_r,
    table_to_r,
)

_EXACT = 2**53  # the largest whole number up to which a double has each


def from_r(value: Any) -> Any:
    """What R wrote, as Python's value."""
    kind = value["kind"]
    if kind == "none":
        return None
    if kind == "object":
        return value["object"]
    if kind == "raw":
        return bytes(value["data"])
    if kind == "values":
        return [from_r(one) for one in value["values"]]
    if kind == "named":
        names = array_from_r(value["names"]).to_pylist()
        return dict(zip(names, map(from_r, value["values"]), strict=True))
    if kind == "table":
        names = array_from_r(value["names"]).to_pylist()
        return table_from_r(names, value["columns"], int(value["rows"]), value["noted"])
    if "dim" in value:
        return matrix_from_r(value, value["dim"])
    cells = [_cell(cell) for cell in array_from_r(value).to_pylist()]
    if value["kind"] == "number" and all(map(_is_whole, cells)):
        cells = [int(cell) for cell in cells]
    if "names" in value:
        return dict(zip(array_from_r(value["names"]).to_pylist(), cells, strict=True))
    return cells[0] if value["single"] else cells


def _cell(cell: Any) -> Any:
    return None if isinstance(cell, float) and cell != cell else cell


def _is_whole(cell: Any) -> bool:
    """Whether a number is whole: R writes 3 for a double."""
    return isinstance(cell, float) and abs(cell) < _EXACT and cell.is_integer()


def to_r(value: Any) -> dict[str, Any]:
    """A value for R to read: plain ones as vectors, tables as columns, all others as objects."""
    if value is None:
        return {"kind": "none"}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, bytes):
        return {"kind": "raw", "data": bytearray(value)}
    if isinstance(value, bool | int | float | str | datetime.date | datetime.timedelta):
        return array_to_r(pa.array([value]), "value")
    if isinstance(value, np.ndarray):
        return matrix_to_r(value) if value.dtype.kind in "biuf" else to_r(value.tolist())
    if isinstance(value, pa.Array | pa.ChunkedArray):
        return array_to_r(value, "value")
    if isinstance(value, Mapping):
        names = array_to_r(pa.array(map(str, value), pa.string()), "names")
        return {"kind": "named", "names": names, "values": [to_r(one) for one in value.values()]}
    if isinstance(value, tuple) and (fields := getattr(value, "_fields", None)):
        return to_r(dict(zip(fields, value, strict=True)))
    if isinstance(value, list | tuple | AbstractSet):
        return _several(list(value))
    if is_table(value):
        return table_to_r(value)
    kept = kept_of(value) if callable(getattr(value, "tidy", None)) else {}
    return {"kind": "object", "object": value, "names": _classes(value), **kept}


def kept_of(result: Any) -> dict[str, Any]:
    """What R keeps of a result, also in a file: its tables and its text."""
    kept = {"text": str(result), "tidy": to_r(result.tidy())}
    if callable(getattr(result, "glance", None)):
        kept["glance"] = to_r(result.glance())
    if hasattr(result, "params"):
        kept |= {"coef": to_r(result.params), "vcov": to_r(result.covariance)}
    return kept


def is_table(value: object) -> bool:
    """Whether a value is a table of a table library."""
    package = type(value).__module__.partition(".")[0]
    named = type(value).__name__ in ("DataFrame", "LazyFrame", "Table")
    return named and package in ("pandas", "polars", "pyarrow")


def _classes(value: object) -> dict[str, Any]:
    mine = [one.__name__ for one in type(value).__mro__ if one is not object]
    return array_to_r(pa.array(mine, pa.string()), "names")


def _several(values: list[Any]) -> dict[str, Any]:
    """A vector if all are of one kind, else a list."""
    known = [value for value in values if value is not None]
    for kinds in (bool, str, (int, float), datetime.datetime, datetime.date):
        flags = kinds is bool
        alike = (isinstance(one, kinds) and (flags or not isinstance(one, bool)) for one in known)
        if known and all(alike):
            numbers = not all(isinstance(one, int) for one in known) and isinstance(kinds, tuple)
            return array_to_r(pa.array(values, pa.float64() if numbers else None), "list")
    return {"kind": "values", "values": [to_r(one) for one in values]}
