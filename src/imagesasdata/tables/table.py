"""Tables in, tables out: pandas, polars and pyarrow behind one seam.

Inside the library results are Arrow tables; this file alone knows the user's table library.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeVar, cast, get_args

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from imagesasdata.columns import IMAGE_ERROR, Column
from imagesasdata.errors import (
    ArgumentError,
    ArgumentTypeError,
    ColumnError,
    NameClashError,
    nearest,
    one_of,
)
from imagesasdata.files.sources import PICTURES, Media, PathLike, list_files

Backend = Literal["pandas", "polars", "pyarrow"]
Frame = TypeVar("Frame")


@dataclass(frozen=True)
class Table:
    """A user's table: its frame, and how to give one of the same kind back."""

    frame: nw.DataFrame[Any]
    lazy: bool
    path: str

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return self.frame.columns

    def captions(self, column: str) -> list[str]:
        """A column as text for people: numbers rounded, nulls empty."""
        return [
            "" if text is None else f"{text:.3g}" if isinstance(text, float) else str(text)
            for text in self.cells(column)
        ]

    def order_by(self, column: str) -> list[int]:
        """The row numbers sorted by a column, nulls last."""
        cells = self.cells(column)
        present = [row for row, cell in enumerate(cells) if cell is not None]
        present.sort(key=lambda row: cells[row])
        return present + [row for row, cell in enumerate(cells) if cell is None]

    def known(self, column: str, hint: str | None = None) -> str:
        """The column's name, when there is such a column.

        Raises
        ------
        ColumnError
            When there is none; the hint is given where no other column has a similar name.
        """
        if column not in self.names:
            close = nearest(column, self.names)
            raise ColumnError(
                f"The table has no column {column!r}. Its columns: "
                f"{', '.join(map(repr, self.names))}.",
                f"did you mean {close!r}?" if close else hint,
            )
        return column

    def need(self, column: str, argument: str) -> str:
        """The column's name, when there is such a column.

        Raises
        ------
        ColumnError
            When there is none; the message names the argument that asked for it.
        """
        if column not in self.frame.columns:
            close = nearest(str(column), self.frame.columns)
            listed = ", ".join(map(repr, self.frame.columns)) or "none"
            raise ColumnError(
                f"{argument} names {column!r}, but the table has no such column. "
                f"Its columns: {listed}.",
                f"did you mean {close!r}?" if close else None,
            )
        return column

    def plain(self, columns: Sequence[str]) -> Any:
        """Some columns as pandas with numpy's types, rows numbered from 0, for a formula.

        Raises
        ------
        ArgumentTypeError
            When a column holds a mixture of types.
        """
        wanted = list(dict.fromkeys(columns))
        try:
            arrow = self.frame.select(wanted).to_arrow()
        except (pa.ArrowException, TypeError) as error:
            raise ArgumentTypeError(
                f"A column among {', '.join(map(repr, wanted))} holds a mixture of types: {error}."
            ) from error
        return arrow.select(wanted).to_pandas(ignore_metadata=True)

    def take(self, rows: Sequence[int]) -> Table:
        """Some of the rows, by number."""
        return Table(self.frame[list(rows)], self.lazy, self.path)

    def new(self, columns: Mapping[str, Sequence[Any] | pa.Array]) -> Any:
        """Another table of the same kind, from plain columns."""
        table = pa.table(dict(columns))
        return self._give(nw.from_native(_like(table, self.frame), eager_only=True))

    def paths(self) -> list[str | None]:
        """The path column as text; ``None`` for nulls and for cells that are no text."""
        return [
            os.fspath(cell) if isinstance(cell, (str, os.PathLike)) else None
            for cell in self.cells(self.path)
        ]

    def cells(self, column: str) -> list[Any]:
        """A column's cells, with ``None`` for whatever the table library has for a missing one."""
        series = self.frame[column]
        missing = series.is_null().to_list()
        return [
            None if gone else cell for cell, gone in zip(series.to_list(), missing, strict=True)
        ]

    @property
    def backend(self) -> Backend:
        """The table library, as `from_columns` takes it."""
        kind = self.frame.implementation
        return "polars" if kind.is_polars() else "pyarrow" if kind.is_pyarrow() else "pandas"

    def categories(self, column: str) -> tuple[Any, ...] | None:
        """The classes of an ordered category, from lowest to highest; ``None`` for other columns."""
        dtype = self.frame.schema[column]
        return tuple(dtype.categories) if isinstance(dtype, nw.Enum) else None

    def plain_cells(
        self, column: str
    ) -> tuple[Literal["text", "number", "time"], list[Any]] | None:
        """A column as JSON has it: its kind and its cells; ``None`` for vectors and other things.

        Times are milliseconds from 1970, as JavaScript counts them; what is not finite is missing.
        """
        cells = self.cells(column)
        present = [cell for cell in cells if cell is not None]
        if all(isinstance(cell, (int, float)) and not isinstance(cell, bool) for cell in present):
            finite = [cell if cell is not None and math.isfinite(cell) else None for cell in cells]
            return "number", finite
        if all(isinstance(cell, (str, bool)) for cell in present):
            return "text", [None if cell is None else str(cell) for cell in cells]
        if all(isinstance(cell, date) for cell in present):
            return "time", [None if cell is None else _milliseconds(cell) for cell in cells]
        return None

    def vectors(self, column: str) -> np.ndarray:
        """A column of vectors as a float32 matrix; a row of NaN where there is none.

        Raises
        ------
        ColumnError
            When a cell is no vector of numbers, or two are of different lengths.
        """
        wrong = ColumnError(
            f"The column {column!r} does not hold vectors of numbers.",
            "iad.embed adds a column of vectors; name it as embedding=.",
        )
        try:
            cells = self.frame[column].to_arrow()
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            raise wrong from None
        if isinstance(cells, pa.ChunkedArray):
            cells = cells.combine_chunks()
        if cells.null_count == len(cells):
            return np.full((len(cells), 0), np.nan, np.float32)
        inner = getattr(cells.type, "value_type", pa.null())
        if not (pa.types.is_integer(inner) or pa.types.is_floating(inner)):
            raise wrong
        # A fixed-size list has numbers under its nulls, too; as a plain list it has none.
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

    def check_names(self, columns: Iterable[Column], *, prefix: str | None) -> None:
        """Raise where an output column would overwrite one of the table's."""
        names = [column.name for column in columns]
        taken = sorted(set(names) & (set(self.frame.columns) - {IMAGE_ERROR.name}))
        if taken:
            other = (prefix or "") + "new_"
            raise NameClashError(
                f"The table has a column {taken[0]!r} already, and it is not overwritten"
                + (f" (nor are {', '.join(map(repr, taken[1:]))})." if taken[1:] else "."),
                f'give prefix="{other}" for other names, or drop the column first.',
            )
        if IMAGE_ERROR.name in self.frame.columns:
            dtype = self.frame.schema[IMAGE_ERROR.name]
            empty = self.frame[IMAGE_ERROR.name].null_count() == len(self.frame)
            if dtype != nw.String and not empty and dtype not in (nw.Object, nw.Categorical):
                raise NameClashError(
                    f"The table's column {IMAGE_ERROR.name!r} is of type {dtype}, but this name is "
                    "kept for the reason why a picture could not be read.",
                    "rename that column.",
                )

    def join(self, results: pa.Table, columns: Sequence[Column]) -> Any:
        """The table with one column more for each of ``columns``; row ``i`` from result ``i``.

        ``image_error`` is shared by all verbs: an earlier verb's reason stays.
        """
        added = results.select([column.name for column in columns])
        frame = self.frame
        if IMAGE_ERROR.name in frame.columns and IMAGE_ERROR.name in added.column_names:
            texts = [None if cell is None else str(cell) for cell in self.cells(IMAGE_ERROR.name)]
            earlier = pa.array(texts, pa.string())
            position = added.column_names.index(IMAGE_ERROR.name)
            both = pc.call_function("coalesce", [earlier, added[IMAGE_ERROR.name].combine_chunks()])
            added = added.set_column(position, IMAGE_ERROR.name, both)
            frame = frame.drop(IMAGE_ERROR.name)
        new = _like(added, self.frame)
        if self.frame.implementation.is_pandas():
            new.index = nw.to_native(frame).index
        joined = nw.concat([frame, nw.from_native(new, eager_only=True)], how="horizontal")
        return self._give(joined)

    def replace(self, results: pa.Table, columns: Sequence[Column]) -> Any:
        """The table with columns of its own replaced, in their places."""
        order = self.frame.columns
        names = [column.name for column in columns]
        rest = Table(self.frame.drop(names), False, self.path)
        joined = nw.from_native(rest.join(results, columns), eager_only=True)
        return self._give(joined.select(order))

    def keep(self, mask: Sequence[bool], native: Any) -> Any:
        """The rows of ``native`` (a table given by `join`) where ``mask`` is true."""
        frame = nw.from_native(native)
        if isinstance(frame, nw.LazyFrame):
            frame = frame.collect()
        return self._give(frame.filter(list(mask)))

    def expand(
        self,
        results: pa.Table,
        rows: Sequence[int | None],
        columns: Sequence[Column],
        media: Media = PICTURES,
        number: Column | None = None,
        first: int = 0,
    ) -> Any:
        """A long table: number and path of row ``rows[i]``, then result ``i``.

        With ``number`` a column of that name numbers the rows of the long table and comes first. So
        many of ``columns`` as ``first`` says come before number and path.
        """
        paths = pa.array(self.paths(), pa.string())
        long = pa.table({media.path.name: paths.take(pa.array(rows, pa.int64()))})
        if media.number.name in self.frame.columns:
            ids = self.frame[media.number.name].to_arrow()
            if isinstance(ids, pa.ChunkedArray):
                ids = ids.combine_chunks()
            ids = ids.take(pa.array(rows, pa.int64()))
        else:
            ids = pa.array(rows, pa.int64())
        long = long.add_column(0, media.number.name, ids)
        if number is not None:
            long = long.add_column(0, number.name, pa.array(range(len(rows)), pa.int64()))
        for place, column in enumerate(columns):
            at = place if place < first else long.num_columns
            long = long.add_column(at, column.name, results[column.name])
        return self._give(nw.from_native(_like(long, self.frame), eager_only=True))

    def blocks(self, rows: int) -> list[pa.Table]:
        """The table as Arrow tables of so many rows; ones without ``image_id`` get it."""
        whole = self.frame.to_arrow()
        if PICTURES.number.name not in whole.column_names:
            numbers = pa.array(range(len(whole)), pa.int64())
            whole = whole.add_column(0, PICTURES.number.name, numbers)
        return [whole.slice(start, rows) for start in range(0, max(len(whole), 1), rows)]

    def _give(self, frame: nw.DataFrame[Any]) -> Any:
        return nw.to_native(frame.lazy() if self.lazy else frame)


def open_table(images: Any, path: str, media: Media = PICTURES) -> Table:
    """Take what a verb was given: a table, or a folder, glob, path or list of paths.

    Raises
    ------
    ColumnError
        When the table has no column ``path``, or has a column twice.
    ArgumentTypeError
        When it is neither a table nor paths, or its path column holds numbers.
    """
    if is_paths(images):
        return open_table(from_paths(images, media=media), media.path.name)
    frame, lazy = _frame(images)
    if path not in frame.columns:
        texts = (name for name, dtype in frame.schema.items() if dtype in (nw.String, nw.Object))
        close = nearest(path, frame.columns) or next(texts, "NAME")
        listed = ", ".join(map(repr, frame.columns)) or "none"
        raise ColumnError(
            f"The table has no column {path!r}. Its columns: {listed}.",
            f'give path="{close}", the column that holds the pictures\' paths.',
        )
    dtype = frame.schema[path]
    no_text = dtype.is_numeric() or dtype.is_temporal() or dtype == nw.Boolean
    # pandas reads a column of nothing but missing values as numbers.
    if no_text and frame[path].null_count() < len(frame):
        raise ArgumentTypeError(
            f"The column {path!r} holds {dtype}, not paths.",
            'give path="NAME", the column that holds the pictures\' paths.',
        )
    return Table(frame, lazy, path)


def open_with(frame: Any, column: str, *, option: str) -> Table:
    """Take a table of anything that is read from one column; ``option`` is the argument that names it.

    Raises
    ------
    ColumnError
        When the table lacks the column, or has a column twice.
    ArgumentTypeError
        When it is no table.
    """
    taken, lazy = _frame(frame)
    if column not in taken.columns:
        listed = ", ".join(map(repr, taken.columns)) or "none"
        close = nearest(column, taken.columns) or "NAME"
        raise ColumnError(
            f"The table has no column {column!r}. Its columns: {listed}.",
            f'give {option}="{close}".',
        )
    return Table(taken, lazy, column)


def open_data(data: Any) -> Table:
    """Take a table that need not have paths, for verbs on columns.

    Raises
    ------
    ArgumentTypeError
        When it is no table.
    ColumnError
        When it has a column twice.
    """
    if is_paths(data):
        raise ArgumentTypeError(
            f"Expected a table (pandas, polars or pyarrow), got {type(data).__name__}.",
            "read the file first, as in pandas.read_csv(FILE).",
        )
    frame, lazy = _frame(data)
    return Table(frame, lazy, "path")


def from_paths(
    where: PathLike | Iterable[PathLike], backend: Backend = "pandas", media: Media = PICTURES
) -> Any:
    """A table of number and path, one row for each file found (see `list_files`)."""
    paths = list_files(where, media)
    numbers = list(range(len(paths)))
    return from_columns({media.number.name: numbers, media.path.name: paths}, backend)


def from_columns(columns: Mapping[str, Sequence[Any]], backend: Backend = "pandas") -> Any:
    """A new table of the chosen library from plain columns."""
    if backend not in get_args(Backend):
        raise one_of("backend", backend, get_args(Backend))
    table = pa.table(dict(columns)) if columns else pa.table({})
    for place, (name, cells) in enumerate(columns.items()):
        if name.endswith("path") and not len(cells):
            table = table.set_column(place, name, pa.array([], pa.string()))
    if backend == "pyarrow":
        return table
    if backend == "polars":
        import polars as pl

        return pl.from_arrow(table)
    return table.to_pandas()


def is_level(frame: Any, column: str) -> bool:
    """Whether a column of a frame that `Table.plain` gave holds text or categories, not numbers."""
    import pandas as pd

    return not pd.api.types.is_numeric_dtype(frame[column].dtype)


def number(frame: Any, column: str) -> None:
    """Make a column of bools one of 0 and 1, in place; other columns stay."""
    import pandas as pd

    cells = frame[column]
    plain = set(cells.dropna().unique()) <= {True, False} if cells.dtype == object else False
    if plain or pd.api.types.is_bool_dtype(cells.dtype):
        frame[column] = cells.astype(float)


def union_levels(frame: Any, *columns: str) -> None:
    """Give columns of text the same categories, in place, so that they make the same terms."""
    import pandas as pd

    texts = [pd.api.types.is_string_dtype(frame[c].dropna()) for c in columns]
    kinds = [isinstance(frame[c].dtype, pd.CategoricalDtype) for c in columns]
    if all(text or kind for text, kind in zip(texts, kinds, strict=True)):
        levels = sorted({level for c in columns for level in frame[c].dropna().unique()}, key=str)
        for column in columns:
            frame[column] = pd.Categorical(frame[column], categories=levels)


def to_arrow(images: Any) -> pa.Table:
    """Any of the tables a verb gives, as an Arrow table (for files and for printing)."""
    return _frame(images)[0].to_arrow()


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


def is_paths(images: object) -> bool:
    """Whether a verb was given a path or several, not a table."""
    return isinstance(images, (str, os.PathLike, list, tuple, set, Iterator))


def _frame(images: Any) -> tuple[nw.DataFrame[Any], bool]:
    try:
        frame = nw.from_native(images)
    except TypeError:
        if type(images).__module__.startswith("ray.data"):
            raise ArgumentTypeError(
                "A Ray Dataset is taken by verbs that go picture by picture; this one needs a table.",
                "give dataset.to_pandas(); or, where each block can be done by itself, "
                'dataset.map_batches(iad.VERB, batch_format="pyarrow").',
            ) from None
        raise ArgumentTypeError(
            f"Expected a table (pandas, polars or pyarrow) or paths, got {type(images).__name__}.",
            "give a folder, a glob, a list of paths, or a table with a column of paths.",
        ) from None
    except (nw.exceptions.DuplicateError, ValueError) as error:
        raise _twice(images, error) from None
    if isinstance(frame, nw.LazyFrame):
        return frame.collect(), True
    if len(set(frame.columns)) < len(frame.columns):
        raise _twice(images, None)
    return cast("nw.DataFrame[Any]", frame), False


def _twice(images: Any, error: Exception | None) -> ColumnError:
    names = [str(name) for name in getattr(images, "columns", getattr(images, "column_names", []))]
    twice = sorted({name for name in names if names.count(name) > 1})
    if not twice and error is not None:
        return ColumnError(f"The table cannot be read: {error}")
    return ColumnError(
        f"The table has more than one column named {twice[0] if twice else '?'!r}.",
        "rename or drop one of them.",
    )


def like(table: pa.Table, images: Any | None) -> Any:
    """An Arrow table as the table library of ``images`` has it; pandas where there is none."""
    if images is None:
        return table.to_pandas()
    frame, lazy = _frame(images)
    made = nw.from_native(_like(table, frame), eager_only=True)
    return nw.to_native(made.lazy() if lazy else made)


def _like(table: pa.Table, frame: nw.DataFrame[Any]) -> Any:
    """An Arrow table as the table library of ``frame`` has it."""
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
        return table.to_pandas()
    raise ArgumentTypeError(
        f"Tables of {kind} are not supported.", "convert it to pandas, polars or pyarrow first."
    )


def _milliseconds(moment: date) -> float:
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000


def read(file: str) -> Any:
    """Read a table from a ``.parquet``, ``.csv`` or ``.feather`` file, as pandas."""
    import pandas as pd

    readers = {".parquet": pd.read_parquet, ".csv": pd.read_csv, ".feather": pd.read_feather}
    try:
        return readers[os.path.splitext(file)[1].lower()](file)
    except FileNotFoundError:
        raise ArgumentError(f"There is no table at {file!r}.") from None
    except (ValueError, OSError, pa.ArrowException) as error:
        raise ArgumentError(f"The table {file!r} cannot be read: {error}.") from error


def failures(images: Any) -> int:
    """How many rows have an ``image_error``; 0 where there is no such column."""
    frame = _frame(images)[0]
    if IMAGE_ERROR.name not in frame.columns:
        return 0
    return len(frame) - frame[IMAGE_ERROR.name].null_count()


def as_text(images: Any, *, rows: int = 20) -> str:
    """The first rows and as many columns as fit in a terminal, for people to read."""
    import polars as pl

    shown = pl.from_arrow(to_arrow(images))
    with pl.Config(
        tbl_rows=rows,
        tbl_cols=12,
        tbl_hide_column_data_types=True,
        tbl_hide_dataframe_shape=len(shown) <= rows,
        fmt_str_lengths=40,
        tbl_formatting="NOTHING" if not sys.stdout.isatty() else "UTF8_FULL_CONDENSED",
        tbl_width_chars=200 if not sys.stdout.isatty() else None,
    ):
        return str(shown)


def save(images: Any, to: str) -> None:
    """Write a table to ``.parquet``, ``.csv`` or ``.feather``, by the name's ending."""
    table = to_arrow(images)
    ending = os.path.splitext(to)[1].lower()
    if ending not in {".parquet", ".csv", ".feather"}:
        raise ArgumentError(
            f"Cannot tell from {to!r} how to write the table.",
            "end the name in .parquet, .csv or .feather.",
        )
    if ending == ".parquet":
        import pyarrow.parquet as pq

        pq.write_table(table, to)
    elif ending == ".feather":
        import pyarrow.feather as feather

        feather.write_feather(table, to)
    else:
        import pyarrow.csv as csv

        lists = [f.name for f in table.schema if pa.types.is_nested(f.type)]
        if lists:
            raise ArgumentError(
                f"A CSV file cannot hold the column {lists[0]!r}, whose cells are vectors.",
                "write .parquet, or ask for shape='wide'.",
            )
        csv.write_csv(_without_formulas(table), to)


# What spreadsheets take for the beginning of a formula, which may start programs.
_FORMULA = r"^[=+\-@\t\r]"


def _without_formulas(table: pa.Table) -> pa.Table:
    """The table with an apostrophe before each text that a spreadsheet would compute."""
    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            cells = table.column(place)
            starts = pc.call_function(
                "match_substring_regex", [cells], pc.MatchSubstringOptions(_FORMULA)
            )
            quoted = pc.call_function(
                "binary_join_element_wise",
                [pa.scalar("'", field.type), cells, pa.scalar("", field.type)],
            )
            table = table.set_column(
                place, field.name, pc.call_function("if_else", [starts, quoted, cells])
            )
    return table
