"""Columns for a formula, as pandas: plain numbers and levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from imagesasdata.errors import ArgumentTypeError, tell
from imagesasdata.tables.kinds import gapped, without_index
from imagesasdata.tables.table import Table

# If more of the rows without a code repeat another one, that says nothing.
_OFTEN = 0.1

_EXACT = 2**53  # the largest whole number up to which a double has each
_LONGEST = 2.0**64  # above all whole numbers that are ids


def as_pandas(table: Table, columns: Sequence[str]) -> Any:
    """Some columns as a pandas table with NumPy types and rows numbered from 0, for a formula.

    Whole numbers with gaps that a decimal number would round have pandas' own type (see `complete`).

    Raises
    ------
    ArgumentTypeError
        When a column holds a mixture of types, or lists.
    """
    wanted = list(dict.fromkeys(columns))
    try:
        chosen = table.frame.select(wanted)
        if chosen.implementation.is_polars():  # its Categorical has no order but that of the rows
            plain = [name for name in wanted if chosen.schema[name] == nw.Categorical]
            chosen = chosen.with_columns(nw.col(plain).cast(nw.String)) if plain else chosen
        arrow = without_index(chosen)
    except (pa.ArrowException, TypeError) as error:
        raise ArgumentTypeError(
            f"A column among {', '.join(map(repr, wanted))} holds a mixture of types: {error}."
        ) from error
    lists = next(
        (name for name in wanted if pa.types.is_nested(arrow.schema.field(name).type)), None
    )
    if lists is not None:
        raise ArgumentTypeError(
            f"The column {lists!r} should hold one value in each row, but holds lists or dicts.",
            "make a column of single values, such as emb_0, emb_1, ... of embed(shape='wide').",
        )
    frame = arrow.select(wanted).to_pandas(ignore_metadata=True, date_as_object=False)
    for name in wanted:
        cells = arrow[name]
        if cells.null_count and pa.types.is_integer(cells.type) and _is_rounded(cells):
            frame[name] = gapped(arrow.select([name]))[name].array
    return frame


def _is_rounded(cells: pa.ChunkedArray) -> bool:
    """Whether decimal numbers do not hold these whole numbers, such as ids of 19 digits."""
    ends = pc.call_function("min_max", [cells]).as_py()
    return ends["max"] is not None and max(-ends["min"], ends["max"]) > _EXACT


def complete(frame: Any, used: np.ndarray) -> Any:
    """Some rows of a frame from `as_pandas`, numbered from 0; whole numbers without gaps are NumPy's."""
    import pandas as pd

    rows = frame.loc[used].reset_index(drop=True)
    for name, dtype in rows.dtypes.items():
        is_masked = pd.api.types.is_integer_dtype(dtype) and hasattr(dtype, "numpy_dtype")
        if is_masked and not rows[name].isna().any():
            rows[name] = rows[name].astype(dtype.numpy_dtype)
    return rows


def two_codes(frame: Any, column: str) -> list[float]:
    """The two values of a column of numbers that holds no others; else none."""
    if is_level(frame, column) or is_date(frame, column):
        return []
    values = sorted(map(float, frame[column].dropna().unique()))
    return values if len(values) == 2 else []


def tell_rounded(frame: Any, column: str) -> None:
    """Warn of ids that were made decimal numbers, of which several can be one."""
    cells = frame[column].dropna()
    if cells.dtype.kind != "f":
        return
    large = cells[(cells.abs() > _EXACT) & (cells.abs() < _LONGEST)]
    if len(large):
        tell(
            f"The column {column!r} holds whole numbers as decimal numbers, which were rounded (one is "
            f"{large.iloc[0]:.0f}), so that several ids may have become one.",
            "read ids as text, as in pandas.read_csv(FILE, dtype={COLUMN: str}).",
        )


def is_level(frame: Any, column: str) -> bool:
    """Whether a column of a frame from `as_pandas` holds text or categories, not numbers."""
    import pandas as pd

    return not pd.api.types.is_numeric_dtype(frame[column].dtype)


def is_date(frame: Any, column: str) -> bool:
    """Whether a column of a frame from `as_pandas` holds dates, times or durations."""
    return frame[column].dtype.kind in "mM"


def texts(frame: Any, column: str) -> list[Any]:
    """The cells of a column of text or categories; none of a column of numbers or times."""
    is_text = is_level(frame, column) and not is_date(frame, column)
    return frame[column].tolist() if is_text else []


def number(frame: Any, column: str) -> None:
    """Turn a column of bools into 0 and 1, in place; leave other columns as they are."""
    import pandas as pd

    cells = frame[column]
    plain = set(cells.dropna().unique()) <= {True, False} if cells.dtype == object else False
    if plain or pd.api.types.is_bool_dtype(cells.dtype):
        frame[column] = cells.astype(float)


def numbers(cells: Any, name: str) -> np.ndarray:
    """A column of a frame from `as_pandas` as numbers, nulls as NaN.

    Raises
    ------
    ArgumentTypeError
        When it does not hold numbers.
    """
    try:
        return cells.to_numpy(float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(f"The column {name!r} holds {cells.dtype}, not numbers.") from error


def gold_values(frame: Any, pairs: Mapping[str, str]) -> dict[str, np.ndarray]:
    """The cells of the gold columns, by name: numbers, or levels as objects."""
    return {
        coded: frame[coded].to_numpy(object if is_level(frame, coded) else float)
        for coded in pairs.values()
    }


def filled(frame: Any, cells: Mapping[str, Any]) -> Any:
    """A copy of the frame with one value in all rows of some columns, of the columns' own types."""
    import pandas as pd

    copy = frame.copy()
    for name, value in cells.items():
        kept = frame[name].dtype if is_level(frame, name) else float
        copy[name] = pd.Series([value] * len(frame), frame.index).astype(kept)
    return copy


def said_values(frame: Any, name: str) -> np.ndarray:
    """The cells of a predicted column: numbers, or levels as text."""
    return level_cells(frame, name) if is_level(frame, name) else frame[name].to_numpy(float)


def repeats(table: Table, is_coded: np.ndarray) -> int:
    """How many coded rows have the cells of an earlier one; 0 if rows are often alike by chance.

    Columns of vectors, or of a mixture of types, are not compared.
    """
    schema = table.frame.schema
    names = [name for name, kind in schema.items() if not (kind.is_nested() or kind == nw.Object)]
    frame = as_pandas(table, names)
    repeated, others = frame.duplicated().to_numpy(), ~is_coded
    if not others.any() or repeated[others].mean() > _OFTEN:
        return 0
    return int(frame[is_coded].duplicated().sum())


def predicted_codes(
    frame: Any, gold_frame: Any, is_gold: np.ndarray, predicted: str, coded: str
) -> tuple[np.ndarray, np.ndarray]:
    """Predicted and gold levels of gold rows as numbers, the same for the same level."""
    said = frame[predicted].astype(str).to_numpy(object)[is_gold]
    told = gold_frame[coded].astype(str).to_numpy(object)
    known = {level: place for place, level in enumerate(sorted({*said, *told}))}
    return np.array([known[one] for one in said], float), np.array(
        [known[one] for one in told], float
    )


def level_cells(frame: Any, name: str) -> np.ndarray:
    """The cells of a column as text, one for each level."""
    return frame[name].astype(str).to_numpy(object)


def true_cells(frame: Any, name: str) -> np.ndarray:
    """Which cells of a column of bools are true; nulls are not."""
    return frame[name].isin([True]).to_numpy()


def drop_unused_levels(frame: Any, column: str) -> None:
    """Leave out categories that no row has, in place; other columns stay as they are."""
    import pandas as pd

    if isinstance(frame[column].dtype, pd.CategoricalDtype):
        frame[column] = frame[column].cat.remove_unused_categories()


def union_levels(frame: Any, *columns: str) -> None:
    """Give text columns the same categories, in place, so that they expand to the same terms.

    Those of a categorical column come first and in its order.
    """
    import pandas as pd

    texts = [pd.api.types.is_string_dtype(frame[c].dropna()) for c in columns]
    kinds = [isinstance(frame[c].dtype, pd.CategoricalDtype) for c in columns]
    if all(text or kind for text, kind in zip(texts, kinds, strict=True)):
        known = {level for c in columns for level in frame[c].dropna().unique()}
        coded = [c for c, kind in zip(columns, kinds, strict=True) if kind]
        said = [level for c in coded for level in frame[c].cat.categories]
        first = [level for level in dict.fromkeys(said) if level in known]
        levels = [*first, *sorted(known.difference(first), key=str)]
        for column in columns:
            frame[column] = pd.Categorical(frame[column].astype(object), categories=levels)
