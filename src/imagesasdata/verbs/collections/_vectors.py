"""How verbs on collections get a vector for each row, and give their columns back."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from imagesasdata.columns import EMB, EMBEDDING, IMAGE_ERROR, Column
from imagesasdata.engine.verb import DroppedImagesWarning
from imagesasdata.errors import ColumnError, ImageError
from imagesasdata.options import Options
from imagesasdata.tables.table import Table, arrow_type, from_columns, open_table
from imagesasdata.verbs.classify.embed import embed


@dataclass(frozen=True)
class Collection:
    """A table, the vectors of its usable rows, and why the others have none.

    Row ``i`` of ``vectors`` belongs to row ``rows[i]`` of the table.
    """

    table: Table
    rows: np.ndarray
    vectors: np.ndarray
    errors: list[str | None]

    def without(self, errors: Sequence[str | None]) -> Collection:
        """The same less the rows that have an error here."""
        kept = np.array([errors[row] is None for row in self.rows.tolist()], bool)
        both = [ours or theirs for ours, theirs in zip(self.errors, errors, strict=True)]
        return Collection(self.table, self.rows[kept], self.vectors[kept], both)


def open_collection(images: Any, columns: Sequence[Column], options: Options) -> Table:
    """The table that a verb was given, when it has room for the verb's columns.

    Raises
    ------
    ColumnError, ArgumentTypeError, NameClashError
        When it is no table of pictures, or a column would be overwritten.
    """
    table = open_table(images, options.path)
    named = [column.named(f"{options.prefix or ''}{column.name}") for column in columns]
    table.check_names(named, prefix=options.prefix)
    return table


def read_collection(
    table: Table, options: Options, *, embedding: str | None, model: str | None
) -> Collection:
    """The vectors of a table's column; where it has none, of its pictures, which are then read.

    Without a ``model`` pictures are not read: the table must have vectors.

    Raises
    ------
    ColumnError, UnknownNameError, WeightsError, ArgumentError
        For misuse, before any picture is read.
    ImageError
        With ``on_error="raise"``, for the first row without a vector.
    """
    errors: list[str | None] = [None] * len(table)
    if embedding is not None and embedding not in table.names:
        raise ColumnError(
            f"The table has no column {embedding!r}. Its columns: "
            f"{', '.join(map(repr, table.names)) or 'none'}.",
            "iad.embed adds a column of vectors; or leave embedding=None to read the pictures.",
        )
    first = EMB.name.format(0)
    if embedding is not None or EMBEDDING.name in table.names:
        matrix = table.vectors(embedding or EMBEDDING.name)
    elif first in table.names:
        matrix = _wide(table)
    elif model is None:
        raise ColumnError(
            "The table has no column of vectors.",
            "iad.embed adds one; if it has another name than 'embedding', give embedding=\"NAME\".",
        )
    else:
        matrix, errors = _embed(table, options, model)
    present = ~np.isnan(matrix).all(axis=1) & (matrix.shape[1] > 0)
    usable = np.isfinite(matrix).all(axis=1) & present
    for row in np.flatnonzero(~usable):
        errors[row] = errors[row] or (
            "the embedding holds NaN or infinity" if present[row] else "there is no embedding"
        )
    if options.on_error == "raise" and not usable.all():
        row = int(np.flatnonzero(~usable)[0])
        raise ImageError(
            f"Row {row} ({table.paths()[row]!r}): {errors[row]}.",
            'on_error="record" goes on and writes this into the column image_error.',
        )
    return Collection(table, np.flatnonzero(usable), matrix[usable], errors)


def give_back(
    collection: Collection,
    cells: Mapping[str, Sequence[Any] | np.ndarray],
    columns: Sequence[Column],
    options: Options,
    verb: str,
) -> Any:
    """The table with the columns, whose cells are those of the usable rows, and ``image_error``."""
    table = collection.table
    named = [column.named(f"{options.prefix or ''}{column.name}") for column in columns]
    places: list[int | None] = [None] * len(table)
    for place, row in enumerate(collection.rows.tolist()):
        places[row] = place
    take = pa.array(places, pa.int64())
    results = {
        new.name: pa.array(cells[column.name], arrow_type(column), from_pandas=True).take(take)
        for column, new in zip(columns, named, strict=True)
    }
    results[IMAGE_ERROR.name] = pa.array(collection.errors, pa.string())
    joined = table.join(pa.table(results), [*named, IMAGE_ERROR])
    failed = [error is not None for error in collection.errors]
    if options.on_error == "drop" and any(failed):
        warnings.warn(
            f"{verb}: {sum(failed)} of {len(table)} pictures could not be used and were dropped.",
            DroppedImagesWarning,
            stacklevel=3,
        )
        return table.keep([not bad for bad in failed], joined)
    return joined


def _wide(table: Table) -> np.ndarray:
    names = []
    while EMB.name.format(len(names)) in table.names:
        names.append(EMB.name.format(len(names)))
    cells = [[np.nan if cell is None else cell for cell in table.cells(name)] for name in names]
    return np.array(cells, np.float32).T.reshape(len(table), len(names))


def _embed(table: Table, options: Options, model: str) -> tuple[np.ndarray, list[str | None]]:
    paths = from_columns({"path": pa.array(table.paths(), pa.string())}, "pyarrow")
    embedded = open_table(
        embed(
            paths,
            model=model,
            batch_size=options.batch_size,
            workers=options.workers,
            device=options.device,
            cache=options.cache,
            on_error="raise" if options.on_error == "raise" else "record",
            progress=options.progress,
        ),
        "path",
    )
    return embedded.vectors(EMBEDDING.name), embedded.cells(IMAGE_ERROR.name)
