"""Vectors for the verbs on collections, and the columns that they return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from imagesasdata.columns import EMB, EMBEDDING, IMAGE_ERROR
from imagesasdata.engine.results import row_name, stop_at_first, within
from imagesasdata.errors import ArgumentError, ColumnError
from imagesasdata.options import Options
from imagesasdata.tables.kinds import from_columns
from imagesasdata.tables.table import Table, open_table
from imagesasdata.tables.vectors import reasons, vectors, wide_vectors
from imagesasdata.verbs.classify.embed import embed

_HINT = "iad.embed adds a column of vectors; or leave embedding=None to read the pictures."


@dataclass(frozen=True)
class Collection:
    """A table, the vectors of its usable rows, and the errors of the others.

    Row ``i`` of ``vectors`` belongs to row ``rows[i]`` of the table.
    """

    table: Table
    rows: np.ndarray
    vectors: np.ndarray
    errors: list[str | None]

    def without(self, errors: Sequence[str | None]) -> Collection:
        """The collection without the rows that have an error in ``errors``."""
        kept = np.array([errors[row] is None for row in self.rows.tolist()], bool)
        both = [ours or theirs for ours, theirs in zip(self.errors, errors, strict=True)]
        return Collection(self.table, self.rows[kept], self.vectors[kept], both)


def read_collection(
    table: Table, options: Options, *, embedding: str | None, model: str | None
) -> Collection:
    """The vectors in a table's column; without such a column, those of its pictures.

    Without a ``model`` pictures are not read: the table must have vectors.

    Raises
    ------
    ColumnError, UnknownNameError, WeightsError, ArgumentError
        For misuse, before any picture is read.
    ImageError
        With ``on_error="raise"``, for the first row without a vector.
    """
    errors: list[str | None] = [None] * len(table)
    if embedding is not None:
        table.known(embedding, hint=_HINT)
    first = EMB.name.format(0)
    if embedding is not None or EMBEDDING.name in table.names:
        matrix = vectors(table, embedding or EMBEDDING.name)
    elif first in table.names:
        matrix = wide_vectors(table)
    elif model is None:
        raise ColumnError(
            "The table has no column of vectors.",
            "iad.embed adds one; if it has another name than 'embedding', give embedding=\"NAME\".",
        )
    else:
        matrix, errors = _embed(table, options, model)
    found = reasons(matrix)
    errors = [error or why for error, why in zip(errors, found, strict=True)]
    usable = np.array([row for row, why in enumerate(found) if why is None], np.int64)
    if len(usable) < len(table):
        paths = table.paths()
        stop_at_first(options, errors, lambda row: row_name(row, paths[row]))
    return Collection(table, usable, matrix[usable], errors)


def of_one_size(both: Sequence[Collection], first: str) -> list[np.ndarray]:
    """The vectors of one or two collections; one without rows takes the size of the other.

    ``first`` names the vectors of the first of two in the message.

    Raises
    ------
    ArgumentError
        When vectors differ in size.
    """
    sizes = list(dict.fromkeys(one.vectors.shape[1] for one in both if len(one.rows)))
    if len(sizes) > 1:
        raise ArgumentError(
            f"The collection's vectors have {sizes[1]} numbers and {first} {sizes[0]}.",
            "embed both with the same model: name it as model=, or give rows with vectors.",
        )
    empty = np.zeros((0, sizes[0] if sizes else 0), np.float32)
    return [one.vectors if len(one.rows) else empty for one in both]


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
            on_error=within(options).on_error,
            progress=options.progress,
        ),
        "path",
    )
    return vectors(embedded, EMBEDDING.name), embedded.cells(IMAGE_ERROR.name)
