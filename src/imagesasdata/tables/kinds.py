"""The table libraries: from any table to narwhals, and from Arrow to any library."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, KeysView, Mapping, Sequence, ValuesView
from numbers import Integral
from typing import Any, TypeGuard, cast, get_args

import narwhals as nw
import numpy as np
import pyarrow as pa

from imagesasdata.checks import check_choice
from imagesasdata.columns import Column
from imagesasdata.errors import ArgumentTypeError, ColumnError, short
from imagesasdata.files.held import no_path
from imagesasdata.tables.frames import Backend, Paths


def from_columns(
    columns: Mapping[str, Sequence[Any]],
    backend: Backend = "pandas",
    *,
    lazy: bool = False,
    whole: Collection[str] = (),
) -> Any:
    """A new table from plain columns, in the chosen library; ``lazy`` applies to polars.

    ``whole`` are the columns that never have a null (see `to_pandas`).
    """
    check_choice("backend", backend, get_args(Backend))
    table = pa.table(dict(columns)) if columns else pa.table({})
    for index, (name, cells) in enumerate(columns.items()):
        if name.endswith("path") and not len(cells):
            table = table.set_column(index, name, pa.array([], pa.string()))
    if backend == "pyarrow":
        return table
    if backend == "polars":
        import polars as pl

        made = pl.DataFrame(table)
        return made.lazy() if lazy else made
    return to_pandas(table, whole)


def to_pandas(table: pa.Table, whole: Collection[str] = ()) -> Any:
    """An Arrow table as pandas, with types that do not depend on whether a cell is missing.

    Flags are ``boolean`` and integers ``Int64``, pandas' types that have a null; only columns named in
    ``whole`` that have none, as they should, are NumPy's.
    """
    import pandas as pd

    nullable = {pa.bool_(): pd.BooleanDtype(), pa.int64(): pd.Int64Dtype()}
    frame = table.to_pandas(types_mapper=nullable.get)
    # An id of the user's can be missing all the same.
    full = [name for name in whole if name in _masked(frame) and not table[name].null_count]
    plain = {name: frame[name].dtype.numpy_dtype for name in full}
    return frame.astype(plain) if plain else frame


def gapped(table: pa.Table) -> Any:
    """An Arrow table as pandas, where whole numbers and truth values with gaps stay such.

    pandas makes them decimal numbers, which do not hold an id of 19 digits.
    """
    import pandas as pd

    kinds = {column.type for column in table.columns if column.null_count}
    whole = {kind for kind in kinds if pa.types.is_integer(kind) or pa.types.is_boolean(kind)}
    names = {kind: "boolean" if pa.types.is_boolean(kind) else _nullable(kind) for kind in whole}
    nullable = {kind: pd.api.types.pandas_dtype(name) for kind, name in names.items()}
    return table.to_pandas(types_mapper=nullable.get)


def _nullable(kind: pa.DataType) -> str:
    """The name of pandas' type with a null for an integer type: ``Int64`` for ``int64``."""
    return str(kind).replace("uint", "UInt").replace("int", "Int")


def _masked(frame: Any) -> set[str]:
    """The columns of a pandas table whose type is one of pandas' own that have a null."""
    return {name for name in frame.columns if hasattr(frame[name].dtype, "numpy_dtype")}


def to_arrow(images: Any) -> pa.Table:
    """A verb's table of any kind as an Arrow table, for files and printing; an index is a column."""
    return frame_of(images)[0].to_arrow()


def without_index(frame: nw.DataFrame[Any]) -> pa.Table:
    """The columns of a table as an Arrow table, whatever is in an index of pandas."""
    if frame.implementation.is_pandas():
        plain = nw.to_native(frame).reset_index(drop=True)
        frame = nw.from_native(plain, eager_only=True)
    return frame.to_arrow()


def duration_texts(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Durations as pandas writes them, such as ``1 days 02:00:00``; a number would have no unit."""
    texts = cells.to_pandas().astype(str).tolist()
    return pa.chunked_array([pa.array(texts, pa.string(), mask=~np.asarray(cells.is_valid()))])


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type of an output column."""
    if column.kind == "embedding":
        return pa.list_(pa.float32(), column.size or 0)
    return {
        "string": pa.string(),
        "int64": pa.int64(),
        "float64": pa.float64(),
        "bool": pa.bool_(),
        "timestamp": pa.timestamp("us"),
    }[column.kind]


def as_ids(cells: Sequence[Any]) -> pa.Array:
    """Ids of rows, which may be of any type: numbers as such, all others as text."""
    known = [cell for cell in cells if cell is not None]
    whole = all(isinstance(cell, Integral) and not isinstance(cell, bool) for cell in known)
    if whole and all(-(2**63) <= cell < 2**63 for cell in known):
        return pa.array([None if cell is None else int(cell) for cell in cells], pa.int64())
    if known and all(isinstance(cell, float) for cell in known):
        return pa.array(cells, pa.float64())
    return pa.array([None if cell is None else str(cell) for cell in cells], pa.string())


def id_text(cell: Any) -> str | None:
    """An id as text; a whole number that a missing id beside it made a float is whole again."""
    if cell is None:
        return None
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def ids_from_text(texts: Sequence[str]) -> pa.Array:
    """Ids that were written as text: whole numbers if all are (not ``007``); an empty one is null."""
    known = [text for text in texts if text]
    whole = all(text.removeprefix("-").isdecimal() and str(int(text)) == text for text in known)
    return as_ids([None if not text else int(text) if whole else text for text in texts])


def is_paths(images: object) -> TypeGuard[Paths]:
    """Whether a verb was given a path or several, not a table."""
    if isinstance(images, (str, os.PathLike, list, tuple, set, Iterator, KeysView, ValuesView)):
        return True
    # An array of paths, or the index of a table.
    listed = getattr(images, "ndim", None) == 1 and hasattr(images, "tolist")
    return (listed or isinstance(images, pa.Array)) and series_of(images) is None


def series_of(images: object) -> nw.Series[Any] | None:
    """A column of a table, such as ``data["path"]``; ``None`` for anything else."""
    found = nw.from_native(cast("Any", images), pass_through=True, series_only=True)
    return found if isinstance(found, nw.Series) else None


def frame_of(images: Any) -> tuple[nw.DataFrame[Any], bool]:
    """A table as a narwhals frame, and whether it was lazy.

    Raises
    ------
    ArgumentTypeError
        When it is not a table.
    ColumnError
        When two columns have the same name.
    """
    try:
        frame = nw.from_native(images)
    except TypeError:
        if type(images).__module__.startswith("ray.data"):
            raise ArgumentTypeError(
                "A Ray Dataset is taken by verbs that go picture by picture; this one needs a table.",
                "give dataset.to_pandas(); or, where each block can be done by itself, "
                'dataset.map_batches(iad.VERB, batch_format="pyarrow").',
            ) from None
        told = "Expected a table (pandas, polars or pyarrow) or paths"
        if isinstance(images, Mapping) and not {"bytes", "path"} & set(images):
            hint = "make a table of it, as in pandas.DataFrame(...)."
            raise ArgumentTypeError(f"{told}, got {short(images)}.", hint) from None
        raise no_path(images, "[picture]", told) from None
    except (nw.exceptions.DuplicateError, ValueError) as error:
        raise _twice(images, error) from None
    if isinstance(frame, nw.LazyFrame):
        return frame.collect(), True
    if any(isinstance(name, tuple) for name in frame.columns):
        raise ColumnError(
            "The columns of the table have several levels (a MultiIndex).",
            'make it one: data.columns = ["_".join(map(str, one)) for one in data.columns].',
        )
    nameless = next((n for n, one in enumerate(frame.columns, 1) if _is_missing(one)), None)
    if nameless is not None:
        raise ColumnError(
            f"Column {nameless} of the table has no name (its name is missing).",
            'name it: data.columns = ["NAME" if pandas.isna(one) else one for one in data.columns].',
        )
    if len(set(frame.columns)) < len(frame.columns):
        raise _twice(images, None)
    return cast("nw.DataFrame[Any]", frame), False


def like(table: pa.Table, frame: nw.DataFrame[Any], whole: Collection[str] = ()) -> Any:
    """An Arrow table, converted to the table library of ``frame``.

    ``whole`` are the columns that never have a null (see `to_pandas`).

    Raises
    ------
    ArgumentTypeError
        When that library is not pandas, polars or pyarrow.
    """
    kind = frame.implementation
    if kind.is_polars():
        import polars as pl

        return pl.from_arrow(table)
    if kind.is_pyarrow():
        return table
    if kind.is_pandas():
        import pandas as pd

        native = nw.to_native(frame)
        if any(isinstance(dtype, pd.ArrowDtype) for dtype in native.dtypes):
            return table.to_pandas(types_mapper=pd.ArrowDtype)
        return to_pandas(table, whole)
    raise ArgumentTypeError(
        f"Tables of {kind} are not supported.", "convert it to pandas, polars or pyarrow first."
    )


def _is_missing(name: Any) -> bool:
    """Whether a column's name is one of the missing values of Python, NumPy or pandas."""
    return name is None or (not isinstance(name, str) and str(name) in {"nan", "NaT", "<NA>"})


def _twice(images: Any, error: Exception | None) -> ColumnError:
    columns = (
        images.column_names if isinstance(images, pa.Table) else getattr(images, "columns", [])
    )
    names = [str(name) for name in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not twice and error is not None:
        return ColumnError(f"The table cannot be read: {error}")
    return ColumnError(
        f"The table has more than one column named {twice[0] if twice else '?'!r}.",
        "rename or drop one of them.",
    )
