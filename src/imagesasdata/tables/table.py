"""A user's table: opened, read by column, joined, and returned as the same kind.

Inside the library, results are Arrow tables.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from imagesasdata.columns import IMAGE_ERROR, Column
from imagesasdata.errors import ArgumentTypeError, ColumnError, nearest
from imagesasdata.files.addresses import as_text
from imagesasdata.files.held import no_path
from imagesasdata.files.media import PICTURES, Media
from imagesasdata.tables.files import from_paths
from imagesasdata.tables.frames import Backend
from imagesasdata.tables.kinds import (
    arrow_type,
    frame_of,
    is_paths,
    like,
    series_of,
    without_index,
)
from imagesasdata.tables.long import labels, repeated, rows_named_otherwise, takeable
from imagesasdata.tables.marks import Run, marked, runs_in


@dataclass(frozen=True)
class Table:
    """A user's table: its frame, and what is needed to return the same kind.

    ``made`` says that there was none, only paths; ``noted`` what earlier runs of verbs added, and
    ``failed`` in which rows a run failed whose columns were dropped to be replaced.
    """

    frame: nw.DataFrame[Any]
    lazy: bool
    path: str
    made: bool = False
    noted: tuple[Run, ...] = ()
    failed: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def names(self) -> list[str]:
        """The columns' names."""
        return self.frame.columns

    def known(
        self, column: str, argument: str | None = None, *, so: str = "", hint: str = ""
    ) -> str:
        """The column's name, if the table has it.

        Raises
        ------
        ColumnError
            When it has not. The message names the ``argument`` that asked for the column, or the
            consequence (``so``); the hint begins with a column of a similar name.
        """
        if column not in self.names:
            close = nearest(str(column), self.names)
            hints = [f"did you mean {close!r}?" if close else "", hint]
            raise no_column(column, self.names, argument, so, " ".join(filter(None, hints)))
        return column

    def holds_text(self, column: str) -> bool:
        """Whether a column holds text, or only nulls."""
        dtype = self.frame.schema[column]
        empty = self.frame[column].null_count() == len(self)
        return empty or dtype in (nw.String, nw.Object, nw.Categorical)

    def take(self, rows: Sequence[int]) -> Table:
        """The rows with these numbers."""
        return replace(self, frame=takeable(self.frame)[list(rows)])

    def new(self, columns: Mapping[str, Sequence[Any] | pa.Array], run: Run | None = None) -> Any:
        """A new table of the same kind, from plain columns, and with a note of the run that made it."""
        table = pa.table(dict(columns))
        runs = [] if run is None else [run]
        return self._give(nw.from_native(like(table, self.frame), eager_only=True), runs)

    def paths(self) -> list[str | None]:
        """The path column as text; ``None`` for nulls and cells that are not text."""
        return [
            as_text(os.fspath(cell)) if isinstance(cell, (str, os.PathLike)) else None
            for cell in self.cells(self.path)
        ]

    def cells(self, column: str) -> list[Any]:
        """A column's cells, with ``None`` for the table library's missing values."""
        series = self.frame.get_column(column)  # a name of pandas may be a number
        missing = series.is_null().to_list()
        return [
            None if gone else cell for cell, gone in zip(series.to_list(), missing, strict=True)
        ]

    @property
    def backend(self) -> Backend:
        """The table library's name, as in `from_columns`."""
        kind = self.frame.implementation
        return "polars" if kind.is_polars() else "pyarrow" if kind.is_pyarrow() else "pandas"

    def join(self, results: pa.Table, columns: Sequence[Column], run: Run | None = None) -> Any:
        """The table with ``columns`` added; row ``i`` gets result ``i``.

        All verbs share ``image_error``: an earlier verb's reason stays, but for a reason that went
        with the columns that this run replaces. With ``run``, the table notes what added them.
        """
        added = results.select([column.name for column in columns])
        frame = self.frame
        if IMAGE_ERROR.name in frame.columns and IMAGE_ERROR.name in added.column_names:
            position = added.column_names.index(IMAGE_ERROR.name)
            told = added[IMAGE_ERROR.name].combine_chunks()
            earlier = pa.array(self.earlier_errors(), pa.string())
            if self.failed is not None:
                over = _any_valid(added.drop([IMAGE_ERROR.name])) | np.asarray(told.is_valid())
                earlier = pa.array(earlier.to_pylist(), pa.string(), mask=self.failed & over)
            both = pc.call_function("coalesce", [earlier, told])
            added = added.set_column(position, IMAGE_ERROR.name, both)
            frame = frame.drop(IMAGE_ERROR.name)
        new = like(added, self.frame, _whole(columns))
        if self.frame.implementation.is_pandas():
            new.index = nw.to_native(frame).index
        joined = nw.concat([frame, nw.from_native(new, eager_only=True)], how="horizontal")
        return self._give(joined, [*self.runs(), *([] if run is None else [run])])

    def runs(self) -> list[Run]:
        """What earlier runs of verbs added."""
        return list(self.noted)

    def has_type(self, name: str, column: Column) -> bool:
        """Whether a column has the type that the library gives ``column`` in such a table."""
        empty = pa.schema([(name, arrow_type(column))]).empty_table()
        whole = [name] if column.null == "never" else []
        made = nw.from_native(like(empty, self.frame, whole), eager_only=True)
        theirs = self.frame.schema[name]
        if self.frame.implementation.is_pandas():
            return nw.to_native(made)[name].dtype == nw.to_native(self.frame)[name].dtype
        return made.schema[name] == theirs

    def without(self, gone: Collection[str]) -> Table:
        """The table without columns that a verb replaces, and which rows of theirs had failed."""
        gone = [name for name in self.names if name in gone]
        old = self.frame.select(gone)
        empty = np.all([old[name].is_null().to_numpy() for name in gone], axis=0)
        told = np.array([one is not None for one in self.earlier_errors()], bool)
        noted = tuple(run.without(set(gone)) for run in self.noted)
        return replace(self, frame=self.frame.drop(gone), failed=empty & told, noted=noted)

    def with_columns(
        self, cells: Mapping[str, Sequence[Any]], columns: Sequence[Column], run: Run
    ) -> Table:
        """The table with plain columns added, and a note of the run that added them."""
        added = pa.table({one.name: pa.array(cells[one.name], pa.string()) for one in columns})
        frame, lazy = frame_of(self.join(added, columns))
        # Each by itself: another call may give only one of them.
        runs = [run._replace(names=[one.name]) for one in columns]
        return replace(self, frame=frame, lazy=lazy, noted=(*self.noted, *runs))

    def earlier_errors(self) -> list[str | None]:
        """What earlier verbs wrote into ``image_error``."""
        if IMAGE_ERROR.name not in self.names:
            return [None] * len(self)
        return [None if cell is None else str(cell) for cell in self.cells(IMAGE_ERROR.name)]

    def replace(self, results: pa.Table, columns: Sequence[Column], run: Run) -> Any:
        """The table with the columns of a run in place of those of the same names, in the same order."""
        order = self.frame.columns
        names = [column.name for column in columns]
        rest = Table(self.frame.drop(names), False, self.path)
        joined = nw.from_native(rest.join(results, columns), eager_only=True)
        earlier = [run.without(set(names)) for run in self.noted]
        return self._give(joined.select(order), [*earlier, run])

    def keep(self, mask: Sequence[bool], native: Any) -> Any:
        """The rows of ``native`` (a table from `join`) where ``mask`` is true."""
        frame = nw.from_native(native)
        runs = runs_in(native)
        if isinstance(frame, nw.LazyFrame):
            frame = frame.collect()
        return self._give(takeable(frame).filter(list(mask)), runs)

    def expand(
        self,
        results: pa.Table,
        rows: Sequence[int | None],
        columns: Sequence[Column],
        carried: Mapping[str, str] | None = None,
        *,
        media: Media = PICTURES,
        number: Column | None = None,
        first: int = 0,
        gaps: bool = False,
        run: Run | None = None,
    ) -> Any:
        """A long table: the id and path of row ``rows[i]``, its other columns, then result ``i``.

        ``carried`` are the columns that come along, with their names there. With ``number``, a first
        column of that name numbers the rows of the long table. The first ``first`` of ``columns``
        come before id and path. With ``gaps``, rows may be ``None`` (see `repeated`). An index of
        pandas is repeated, too, unless rows are numbered, may be ``None``, or came from paths.
        """
        ids, path = media.number.name, media.path.name
        lead = nw.concat([self.identified(media), self._located(media)], how="horizontal")
        parts = [repeated(lead, rows, {ids: ids, path: path}, gaps=gaps)]
        if carried:
            parts.append(repeated(self.frame, rows, carried, gaps=gaps))
        if number is not None:
            numbers = pa.array(range(len(rows)), pa.int64())
            parts.insert(0, self._made(pa.table({number.name: numbers}), [number]))
        for some, at in ((columns[:first], 0), (columns[first:], len(parts) + 1)):
            if some:
                parts.insert(at, self._made(results.select([one.name for one in some]), some))
        if self.frame.implementation.is_pandas():
            fresh = self.made or gaps or number is not None
            natives = [nw.to_native(part) for part in parts]
            index = None if fresh else nw.to_native(self.frame).index.take(list(rows))
            for native in natives:
                native.index = range(len(rows)) if index is None else index
            parts = [nw.from_native(native, eager_only=True) for native in natives]
        names = carried or {}
        runs = [
            one._replace(names=[names[name] for name in one.names if name in names])
            for one in self.noted
        ]
        return self._give(
            nw.concat(parts, how="horizontal"), [*runs, *([] if run is None else [run])]
        )

    def identified(self, media: Media = PICTURES) -> nw.DataFrame[Any]:
        """The column that names each row: the user's own, or one made from the index (see `labels`)."""
        name = media.number.name
        known = name in self.frame.columns
        return self.frame.select(name) if known else labels(self.frame, name)

    def ids(self, media: Media = PICTURES) -> list[Any]:
        """The name of each row, as in a long table."""
        return Table(self.identified(media), False, self.path).cells(media.number.name)

    def misnamed(self, media: Media = PICTURES) -> list[int]:
        """The rows whose label in pandas' index is the user's own id of another row alone."""
        name = media.number.name
        return rows_named_otherwise(self.frame, name) if name in self.names else []

    def _located(self, media: Media) -> nw.DataFrame[Any]:
        """The path of each row, under the name that it has in long tables."""
        name = media.path.name
        if self.path == name:
            return self.frame.select(name)
        located = like(pa.table({name: pa.array(self.paths(), pa.string())}), self.frame)
        if self.frame.implementation.is_pandas():
            located.index = nw.to_native(self.frame).index
        return nw.from_native(located, eager_only=True)

    def _made(self, columns: pa.Table, described: Sequence[Column]) -> nw.DataFrame[Any]:
        return nw.from_native(like(columns, self.frame, _whole(described)), eager_only=True)

    def blocks(self, rows: int) -> list[pa.Table]:
        """The table as Arrow tables of ``rows`` rows, with ``image_id`` added if it is missing."""
        whole = without_index(self.frame)
        name = PICTURES.number.name
        if name not in whole.column_names:
            whole = whole.add_column(0, name, without_index(self.identified())[name])
        return [whole.slice(start, rows) for start in range(0, max(len(whole), 1), rows)]

    def _give(self, frame: nw.DataFrame[Any], runs: Sequence[Run] = ()) -> Any:
        native = nw.to_native(frame.lazy() if self.lazy else frame)
        if frame.implementation.is_pandas():
            axis = nw.to_native(self.frame).columns.name
            native = native if axis is None else native.rename_axis(columns=axis)
        return marked(native, runs, self.frame) if runs else native


def open_table(
    images: Any, path: str, media: Media = PICTURES, backend: Backend = "pandas"
) -> Table:
    """Open what a verb was given: a table, or a folder, glob, path or list of paths.

    From paths a new table of the kind ``backend`` is made.

    Raises
    ------
    ColumnError
        When the table has no column ``path``, or two columns of the same name.
    ArgumentTypeError
        When it is neither a table nor paths, or its path column holds numbers.
    """
    if is_paths(images):
        frame, lazy = frame_of(from_paths(images, backend, media))
        return Table(frame, lazy, media.path.name, made=True)
    column = series_of(images)
    if column is not None:
        return _of_series(column, media)
    frame, lazy = frame_of(images)
    if path not in frame.columns:
        texts = (name for name, dtype in frame.schema.items() if dtype in (nw.String, nw.Object))
        close = nearest(path, frame.columns) or next(texts, "NAME")
        hint = f'give path="{close}", the column that holds the pictures\' paths.'
        raise no_column(path, frame.columns, hint=hint)
    _check_paths(frame, path)
    return Table(frame, lazy, path, noted=tuple(runs_in(images)))


def _check_paths(frame: nw.DataFrame[Any], path: str) -> None:
    """Raise for a column in which no cell can be a path; single cells that are none are data."""
    dtype = frame.schema[path]
    if dtype in (nw.String, nw.Categorical, nw.Enum):
        return
    # pandas reads a column of only missing values as numbers.
    cells = frame[path].drop_nulls()
    if not len(cells):
        return
    if dtype.is_numeric() or dtype.is_temporal() or dtype == nw.Boolean:
        raise ArgumentTypeError(
            f"The column {path!r} holds {dtype}, not paths.",
            'give path="NAME", the column that holds the pictures\' paths.',
        )
    plain = dtype in (nw.Object, nw.Unknown)
    values = cells.to_list() if plain else cells.head(1).to_list()
    if not any(isinstance(value, str | os.PathLike) for value in values):
        listed = ".to_pylist()" if frame.implementation.is_pyarrow() else ""
        name = f'data["{path}"]{listed}'
        raise no_path(values[0], name, f"The column {path!r} holds no paths")


def _of_series(column: nw.Series[Any], media: Media) -> Table:
    """A column of paths, such as ``data["path"]``, as a table of its kind with its index."""
    name = media.path.name
    for cell in column.drop_nulls().to_list():
        if not isinstance(cell, str | os.PathLike):
            raise no_path(cell, "pictures", "Expected a column of paths")
    return Table(column.alias(name).to_frame(), False, name)


def open_with(frame: Any, column: str, *, option: str) -> Table:
    """Open a table that is read by one column; ``option`` is the argument that names the column.

    Raises
    ------
    ColumnError
        When the table lacks the column, or has two columns of the same name.
    ArgumentTypeError
        When it is not a table.
    """
    taken, lazy = frame_of(frame)
    if column not in taken.columns:
        close = nearest(column, taken.columns) or "NAME"
        raise no_column(column, taken.columns, hint=f'give {option}="{close}".')
    return Table(taken, lazy, column, noted=tuple(runs_in(frame)))


def open_data(data: Any) -> Table:
    """Open a table that needs no paths, for verbs on columns.

    Raises
    ------
    ArgumentTypeError
        When it is not a table.
    ColumnError
        When two columns have the same name.
    """
    if is_paths(data):
        raise ArgumentTypeError(
            f"Expected a table (pandas, polars or pyarrow), got {type(data).__name__}.",
            "read the file first, as in pandas.read_csv(FILE).",
        )
    frame, lazy = frame_of(data)
    return Table(frame, lazy, "path", noted=tuple(runs_in(data)))


def _any_valid(table: pa.Table) -> np.ndarray:
    """Which rows have a value."""
    valid = [np.asarray(column.is_valid()) for column in table.columns]
    return np.any(valid, axis=0) if valid else np.zeros(len(table), bool)


def _whole(columns: Sequence[Column]) -> list[str]:
    """The columns that never have a null."""
    return [column.name for column in columns if column.null == "never"]


def no_column(
    column: str, names: Sequence[str], argument: str | None = None, so: str = "", hint: str = ""
) -> ColumnError:
    """The error for a column that the table lacks."""
    listed = ", ".join(map(repr, names)) or "none"
    if argument is not None:
        text = f"{argument} names {column!r}, but the table has no such column."
    else:
        text = f"The table has no column {column!r}{so and ', so ' + so}."
    if not hint and names:
        named = argument is not None and argument.isidentifier()
        hint = f'give {argument}="NAME", one of them.' if named else "name one of them."
    return ColumnError(f"{text} Its columns: {listed}.", hint or None)
