"""Columns of vectors as a matrix: one column of lists, or one column for each dimension."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from imagesasdata.columns import EMB
from imagesasdata.errors import ColumnError
from imagesasdata.tables.table import Table


def vectors(table: Table, column: str) -> np.ndarray:
    """A column of vectors as a float32 matrix; a missing vector is a row of NaN.

    Raises
    ------
    ColumnError
        When a cell is not a vector of numbers, or vectors differ in length.
    """
    wrong = ColumnError(
        f"The column {column!r} does not hold vectors of numbers.",
        _as_text(table, column)
        if table.frame.schema[column] == nw.String
        else "iad.embed adds a column of vectors; name it as embedding=.",
    )
    try:
        cells = table.frame[column].to_arrow()
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        raise wrong from None
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    if cells.null_count == len(cells):
        return np.full((len(cells), 0), np.nan, np.float32)
    inner = getattr(cells.type, "value_type", pa.null())
    if not (pa.types.is_integer(inner) or pa.types.is_floating(inner)):
        raise wrong
    # A fixed-size list stores numbers under its nulls, too; a plain list does not.
    cells = cells.cast(pa.list_(pa.float32()), safe=False)
    lengths = sorted(set(pc.call_function("list_value_length", [cells]).to_pylist()) - {None})
    if len(lengths) > 1:
        raise ColumnError(
            f"The vectors in {column!r} have different lengths: {lengths[0]} and {lengths[-1]}.",
            "vectors of one model have one length; embed all pictures with the same model.",
        )
    vectors = np.full((len(cells), lengths[0]), np.nan, np.float32)
    present = np.asarray(cells.is_valid())
    numbers = cells.drop_null().flatten().to_numpy(zero_copy_only=False)
    vectors[present] = numbers.reshape(-1, lengths[0])
    return vectors


def _as_text(table: Table, column: str) -> str:
    """The hint for vectors that a CSV file made texts of."""
    first = next((cell for cell in table.cells(column) if cell is not None), "")
    whole = str(first).startswith("[") and "," in str(first) and "..." not in str(first)
    keep = 'a CSV file holds no vectors: save the table as .parquet, or use iad.embed(shape="wide")'
    if not whole:
        return f"{keep}."
    return f'{keep}. This one can be read: data["{column}"] = data["{column}"].map(json.loads).'


def wide_vectors(table: Table) -> np.ndarray:
    """The columns ``emb_0``, ``emb_1``, ... as a float32 matrix, NaN where a cell is missing."""
    names = []
    while EMB.name.format(len(names)) in table.names:
        names.append(EMB.name.format(len(names)))
    cells = [[np.nan if cell is None else cell for cell in table.cells(name)] for name in names]
    return np.array(cells, np.float32).T.reshape(len(table), len(names))


def reasons(matrix: np.ndarray) -> list[str | None]:
    """Why each row of a matrix of vectors cannot be used; ``None`` for rows that can."""
    if not matrix.shape[1]:
        return ["there is no embedding"] * len(matrix)
    result: list[str | None] = [None] * len(matrix)
    for row in np.flatnonzero(~np.isfinite(matrix).all(axis=1)):
        result[row] = (
            "there is no embedding"
            if np.isnan(matrix[row]).all()
            else "the embedding holds NaN or infinity"
        )
    return result
