"""Long tables: the rows of a user's table, each repeated for what was found in it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from imagesasdata.tables.kinds import like

_NULLABLE = {"i": "Int", "u": "UInt"}


def repeated(
    frame: nw.DataFrame[Any], rows: Sequence[int | None], names: Mapping[str, str], *, gaps: bool
) -> nw.DataFrame[Any]:
    """Some columns of the rows with these numbers, under new names.

    With ``gaps``, a number may be ``None``, for a row of nulls. Integers and bools of NumPy, which have
    no null, then become pandas' own whether there is such a row or not.
    """
    kind = frame.implementation
    if kind.is_pandas():
        return nw.from_native(_of_pandas(frame, rows, names, gaps=gaps), eager_only=True)
    chosen = takeable(frame.select(list(names)))
    native = nw.to_native(chosen)
    if not gaps:
        taken = nw.to_native(chosen[[row for row in rows if row is not None]])
    elif kind.is_polars():
        import polars as pl

        taken = native.select(pl.all().gather(pl.Series(list(rows), dtype=pl.Int64)))
    else:
        taken = native.take(pa.array(rows, pa.int64()))
    return nw.from_native(taken, eager_only=True).rename(dict(names))


def _of_pandas(
    frame: nw.DataFrame[Any], rows: Sequence[int | None], names: Mapping[Any, Any], *, gaps: bool
) -> Any:
    """`repeated` for pandas, where a name need not be text."""
    at = {name: number for number, name in enumerate(frame.columns)}
    native = nw.to_native(frame).iloc[:, [at[name] for name in names]]
    if gaps:
        whole = native.reset_index(drop=True).astype(_nullable(native))
        taken = whole.reindex([-1 if row is None else row for row in rows]).reset_index(drop=True)
    else:
        taken = native.iloc[list(rows)]
    return taken.set_axis(list(names.values()), axis=1)


def takeable(frame: nw.DataFrame[Any]) -> nw.DataFrame[Any]:
    """The frame without Arrow's views of text and columns of runs, of which it cannot take single rows.

    They become plain text and plain columns.
    """
    native = nw.to_native(frame)
    if not isinstance(native, pa.Table):
        return frame
    for number, field in enumerate(native.schema):
        if pa.types.is_run_end_encoded(field.type):
            plain_cells = pc.call_function("run_end_decode", [native.column(number)])
            native = native.set_column(number, field.with_type(plain_cells.type), plain_cells)
    plain = {"string_view": pa.large_string(), "binary_view": pa.large_binary()}
    kinds = [plain.get(str(field.type), field.type) for field in native.schema]
    if kinds == native.schema.types:
        return nw.from_native(native, eager_only=True)
    fields = [field.with_type(kind) for field, kind in zip(native.schema, kinds, strict=True)]
    schema = pa.schema(fields, native.schema.metadata)
    return nw.from_native(native.cast(schema), eager_only=True)


def labels(frame: nw.DataFrame[Any], name: str) -> nw.DataFrame[Any]:
    """A column that names each row as the table itself does: by its index, or by its number.

    So what is grouped by this column lands on the right rows when pandas puts it back by index. Where
    an index of pandas repeats itself or has several levels, rows are named in words ("row 0"), which no
    index has.
    """
    numbers = pa.table({name: pa.array(range(len(frame)), pa.int64())})
    if not frame.implementation.is_pandas():
        return nw.from_native(like(numbers, frame), eager_only=True)
    index = nw.to_native(frame).index
    if index.nlevels == 1 and index.is_unique:
        return nw.from_native(index.to_frame(name=name), eager_only=True)
    words = pa.table(
        {name: pa.array([f"row {number}" for number in range(len(frame))], pa.string())}
    )
    made = like(words, frame)
    made.index = index
    return nw.from_native(made, eager_only=True)


def rows_named_otherwise(frame: nw.DataFrame[Any], name: str) -> list[int]:
    """The rows of pandas whose label in the index is the id, in a column, of another row alone.

    What is grouped by that column and put back by index lands on these rows, where it does not belong.
    """
    index = nw.to_native(frame).index if frame.implementation.is_pandas() else None
    if index is None or index.nlevels > 1:
        return []
    column = frame.get_column(name)
    missing = column.is_null().to_list()
    ids = [None if gone else one for one, gone in zip(column.to_list(), missing, strict=True)]
    known = {one for one in ids if isinstance(one, Hashable)} - {None}
    pairs = enumerate(zip(index.tolist(), ids, strict=True))
    return [row for row, (label, one) in pairs if label in known and label != one]


def _nullable(native: Any) -> dict[str, str]:
    """The type with a null for each column of a pandas table that has none."""
    import numpy as np

    return {
        name: "boolean" if dtype.kind == "b" else _NULLABLE[dtype.kind] + dtype.name.lstrip("uint")
        for name, dtype in native.dtypes.items()
        if isinstance(dtype, np.dtype) and dtype.kind in "biu"
    }
