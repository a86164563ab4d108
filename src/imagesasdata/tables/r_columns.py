"""R's vectors as plain bytes, and back: both languages write numbers alike, so that no value changes.

A vector is a dict with its ``kind``, ``data`` (bytes, as R's ``writeBin`` writes them) and what the
kind needs: ``missing`` (a byte for each cell), ``zone``, ``levels`` and ``ordered``, or ``values``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from imagesasdata.errors import ArgumentTypeError, tell
from imagesasdata.tables.kinds import frame_of, gapped, without_index
from imagesasdata.tables.marks import note, text_in

Vector = dict[str, Any]
# R's missing whole number, the same of the package bit64, and the bits of R's missing number.
_NO_WHOLE = -(2**31)
_NO_LONG = -(2**63)
_NO_NUMBER = np.array([0x7FF00000000007A2], np.uint64).view(np.float64)[0]
_EXACT = 2**53  # the largest whole number up to which a double has each
_MICRO = 1_000_000


def table_from_r(
    names: Sequence[str], vectors: Sequence[Vector], rows: int, noted: str | None
) -> Any:
    """A pandas table from a data frame's columns, with what verbs noted; rows are numbered from 0."""
    import pandas as pd

    frame = gapped(pa.table([array_from_r(one) for one in vectors], list(names)))
    for at, one in enumerate(vectors):
        if one["kind"] == "number":  # as they are: R has several kinds of missing numbers
            frame.isetitem(at, np.frombuffer(bytes(one["data"]), np.float64).copy())
    frame = frame if len(names) else pd.DataFrame(index=pd.RangeIndex(rows))
    if noted:
        note(frame, noted)
    return frame


def table_to_r(frame: Any) -> dict[str, Any]:
    """A table of any library as names, vectors, a number of rows, and what verbs noted in it."""
    opened = frame_of(frame)[0]
    plain = without_index(opened)
    numbers = _numbers(opened)
    found = [
        _number(numbers[name])
        if name in numbers
        else array_to_r(_typed(column), f"column {name!r}")
        for name, column in zip(plain.column_names, plain.columns, strict=True)
    ]
    names = array_to_r(pa.array(map(str, plain.column_names), pa.string()), "")
    noted = text_in(frame)
    if isinstance(noted, bytes):
        noted = noted.decode()
    about = {"rows": len(opened), "noted": noted or ""}
    return {"kind": "table", "names": names, "columns": found, **about}


def _typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column in which all is missing is one of text: that is what pandas knows no type of."""
    return column.cast(pa.string()) if pa.types.is_null(column.type) else column


def _numbers(frame: nw.DataFrame[Any]) -> dict[str, np.ndarray]:
    """The columns of pandas that are plain doubles, with the bits of their missing numbers."""
    if not frame.implementation.is_pandas():
        return {}
    native = nw.to_native(frame)
    return {name: native[name].to_numpy() for name in native if native[name].dtype == "float64"}


def array_from_r(vector: Vector) -> pa.Array:
    """A vector of R's as an Arrow array."""
    kind, data = vector["kind"], bytes(vector["data"]) if "data" in vector else b""
    if kind in ("flag", "whole"):
        cells = np.frombuffer(data, np.int32)
        gone = cells == _NO_WHOLE
        return pa.array(cells, pa.int64(), mask=gone) if kind == "whole" else _flags(cells, gone)
    if kind == "long":
        cells = np.frombuffer(data, np.int64)
        return pa.array(cells, mask=cells == _NO_LONG)
    if kind == "text":
        cells = data.decode("utf-8").split("\0")[:-1]
        return pa.array(cells, pa.string(), mask=np.frombuffer(bytes(vector["missing"]), bool))
    if kind == "factor":
        codes = np.frombuffer(data, np.int32)
        places = pa.array(codes - 1, pa.int32(), mask=codes == _NO_WHOLE)
        levels = array_from_r(vector["levels"])
        return pa.DictionaryArray.from_arrays(places, levels, ordered=vector["ordered"])
    if kind == "list":
        return _list(np.frombuffer(data, np.int32), array_from_r(vector["values"]))
    cells = np.frombuffer(data, np.float64)
    if kind == "number":
        return pa.array(cells)
    gone = np.isnan(cells)
    filled = np.where(gone, 0.0, cells)
    if kind == "date":
        return pa.array(np.floor(filled).astype(np.int32), pa.int32(), mask=gone).cast(pa.date32())
    whole = np.floor(filled)
    micro = whole.astype(np.int64) * _MICRO + np.rint((filled - whole) * _MICRO).astype(np.int64)
    timed = pa.timestamp("us", vector["zone"]) if kind == "time" else pa.duration("us")
    return pa.array(micro, pa.int64(), mask=gone).cast(timed)


def _flags(cells: np.ndarray, gone: np.ndarray) -> pa.Array:
    return pa.array(cells == 1, pa.bool_(), mask=gone)


def _list(lengths: np.ndarray, values: pa.Array) -> pa.Array:
    """Vectors of these lengths, one after another; a length below zero is a missing vector."""
    ends = np.cumsum(np.maximum(lengths, 0))
    begins = pa.array(np.r_[0, ends][:-1], pa.int64(), mask=lengths < 0)
    offsets = pa.concat_arrays([begins, pa.array([len(values)], pa.int64())])
    return pa.LargeListArray.from_arrays(offsets, values)


def array_to_r(array: pa.Array | pa.ChunkedArray, what: str) -> Vector:
    """An Arrow array as a vector of R's; ``what`` names it in messages.

    Raises
    ------
    ArgumentTypeError
        When R has no such type.
    """
    cells = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if isinstance(cells, pa.ChunkedArray):  # of a dictionary
        cells = cells.unify_dictionaries().chunk(0) if len(cells) else pa.array([], cells.type)
    kind, is_gone = cells.type, np.asarray(cells.is_null())
    if pa.types.is_null(kind):
        return {"kind": "flag", "data": _bytes(np.full(len(cells), _NO_WHOLE, np.int32))}
    if pa.types.is_boolean(kind):
        flags = np.asarray(cells.cast(pa.int32()).fill_null(_NO_WHOLE))
        return {"kind": "flag", "data": _bytes(flags)}
    if pa.types.is_integer(kind):
        return _whole(cells, what)
    if pa.types.is_floating(kind):
        return _number(np.where(is_gone, np.nan, _filled(cells.cast(pa.float64()))))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _text(cells, what)
    if pa.types.is_dictionary(kind):
        codes = np.where(is_gone, _NO_WHOLE, _filled(cells.indices.cast(pa.int64())) + 1)
        levels = _text(cells.dictionary.cast(pa.string()), what)
        ordered = {"levels": levels, "ordered": kind.ordered}
        return {"kind": "factor", "data": _bytes(codes.astype(np.int32)), **ordered}
    if pa.types.is_date(kind):
        days = _filled(cells.cast(pa.date32()).cast(pa.int32())).astype(float)
        return {"kind": "date", "data": _number(np.where(is_gone, np.nan, days))["data"]}
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return _time(cells, is_gone)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        cells = cells.cast(pa.large_list(kind.value_type))
        lengths = _filled(pc.call_function("list_value_length", [cells]), -1).astype(np.int32)
        values = array_to_r(cells.drop_null().flatten(), what)
        return {"kind": "list", "data": _bytes(lengths), "values": values}
    raise ArgumentTypeError(
        f"R has no vector for the {what}, which holds {kind}.",
        "write the table to a file in Python, or leave the column out.",
    )


def _filled(cells: pa.Array, value: int = 0) -> np.ndarray:
    return np.asarray(cells.fill_null(value))


def _bytes(cells: np.ndarray) -> bytearray:
    return bytearray(np.ascontiguousarray(cells).tobytes())


def _number(cells: np.ndarray) -> Vector:
    """Doubles; what is missing in Python is NA in R, and what was of R's kinds of missing stays."""
    plain = np.isnan(cells) & ((cells.view(np.uint64) & 0xFFFFFFFF) == 0)
    return {"kind": "number", "data": _bytes(np.where(plain, _NO_NUMBER, cells))}


def _whole(cells: pa.Array, what: str) -> Vector:
    """Whole numbers: R's integers, else doubles that are the same number, else as text for bit64."""
    bounds = pc.call_function("min_max", [cells]).as_py()
    most = max(abs(bounds["min"] or 0), abs(bounds["max"] or 0))
    if most < -_NO_WHOLE:
        codes = _filled(cells.cast(pa.int64()), _NO_WHOLE)
        return {"kind": "whole", "data": _bytes(codes.astype(np.int32))}
    if most <= _EXACT:
        gone = np.asarray(cells.is_null())
        return _number(np.where(gone, np.nan, _filled(cells).astype(np.float64)))
    return {**_text(cells.cast(pa.string()), what), "kind": "long"}


def _text(cells: pa.Array, what: str) -> Vector:
    texts = cells.fill_null("").to_pylist()
    if any("\0" in text for text in texts):
        tell(
            f"Texts of the {what} have the character NUL, which R cannot hold; it is left out.",
            'in Python, data[NAME].str.contains("\\0") finds them.',
        )
        texts = [text.replace("\0", "") for text in texts]
    joined = "".join(f"{text}\0" for text in texts).encode("utf-8", "surrogateescape")
    gone = np.asarray(cells.is_null()).astype(np.uint8)
    return {"kind": "text", "data": bytearray(joined), "missing": _bytes(gone)}


def _time(cells: pa.Array, is_gone: np.ndarray) -> Vector:
    """Seconds since 1970, or of a duration. A moment without a zone keeps its clock, called UTC."""
    kind = cells.type
    per_second = {"s": 1, "ms": 1_000, "us": _MICRO, "ns": 1_000_000_000}[kind.unit]
    ticks = _filled(cells.cast(pa.int64()))
    # Apart, so that a fraction of a second is rounded once.
    seconds = ticks // per_second + (ticks % per_second) / per_second
    found = {"data": _number(np.where(is_gone, np.nan, seconds))["data"]}
    if pa.types.is_duration(kind):
        return {"kind": "duration", **found}
    return {"kind": "time", **found, "zone": kind.tz or "UTC"}


def matrix_from_r(vector: Mapping[str, Any], dim: Sequence[int]) -> np.ndarray:
    """A matrix or array of R's, which is written column by column."""
    kind = {"number": np.float64, "whole": np.int32, "flag": np.int32}[vector["kind"]]
    cells = np.frombuffer(bytes(vector["data"]), kind)
    if kind is np.int32 and (cells == _NO_WHOLE).any():
        cells = np.where(cells == _NO_WHOLE, np.nan, cells)
    elif vector["kind"] == "flag":
        cells = cells == 1
    return cells.reshape(tuple(map(int, dim)), order="F")


def matrix_to_r(array: np.ndarray) -> dict[str, Any]:
    """An array of NumPy's as a vector, column by column, and its dimensions."""
    found = array_to_r(pa.array(array.ravel(order="F")), "array")
    return {**found, "dim": [int(size) for size in array.shape]}
