"""`show`: a table with its pictures beside the columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from imagesasdata.checks import check_count
from imagesasdata.files.names import file_name
from imagesasdata.pages.picture_table import picture_table
from imagesasdata.tables.cells import captions
from imagesasdata.tables.files import as_text
from imagesasdata.tables.frames import AnyFrame, Paths
from imagesasdata.tables.table import Table, open_table
from imagesasdata.verbs.read.contact_sheet import thumbnails


@dataclass(frozen=True, eq=False)
class Shown:
    """The first rows of a table for people to look at: pictures in a notebook, text elsewhere."""

    _table: Table = field(repr=False)
    _columns: tuple[str, ...]
    _rows: int
    _side: int

    def __repr__(self) -> str:
        """The rows as text, for a terminal, with file names in place of pictures."""
        rows = self._table.take(range(self._rows))
        shown = {str(name): _cells(rows, name) for name in self._columns}
        if rows.path not in shown:
            shown = {rows.path: [file_name(name) for name in rows.paths()], **shown}
        text = as_text(rows.new(shown))
        return "\n".join([*(line.strip() for line in text.splitlines()), self._note()])

    def _repr_html_(self) -> str:
        """The rows with their pictures, as HTML for a notebook."""
        rows = self._table.take(range(self._rows))
        columns = [
            (str(name), _cells(rows, name), _is_numeric(rows, name)) for name in self._columns
        ]
        return picture_table(thumbnails(rows.paths(), self._side), columns, self._note())

    def _note(self) -> str:
        whole = len(self._table)
        if self._rows < whole:
            return f"The first {self._rows:,} of {whole:,} rows."
        return f"{whole:,} row{'' if whole == 1 else 's'}."


def show(
    images: AnyFrame | Paths,
    *,
    path: str = "path",
    columns: Sequence[str] | None = None,
    n: int = 10,
    thumbnail: int = 96,
) -> Shown:
    """Look at a table with its pictures: a thumbnail at the start of each row.

    The quickest way to check a column is to see the pictures beside its values. In a notebook the
    last line of a cell shows it; elsewhere ``print(iad.show(photos))`` prints the rows as text.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths. ``"out_path"`` or ``"heat_path"`` shows what a verb has
        written.
    columns
        The columns to show, in this order; by default all.
    n
        How many rows, from the first. Sort or filter the table before.
    thumbnail
        Pixels of a thumbnail's longer side.

    Returns
    -------
    Shown
        The view for a notebook or a terminal; the table is not changed.

    Raises
    ------
    ColumnError
        When the table has no such column.
    ArgumentError
        When ``n`` or ``thumbnail`` is below 1.

    Notes
    -----
    The thumbnails become part of the output, and so of every notebook that you save or share. Cells
    and names are escaped. A picture that cannot be read is replaced by the reason.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.read_images("examples/photos")
    >>> iad.show(photos, columns=["format", "width", "height"], n=2)
    path           format  width  height
    astronaut.jpg  JPEG    512    512
    brick.jpg      JPEG    512    512
    The first 2 of 11 rows.
    """
    check_count("n", n)
    check_count("thumbnail", thumbnail)
    table = open_table(images, path)
    chosen = tuple(table.names if columns is None else map(table.known, columns))
    return Shown(table, chosen, min(n, len(table)), thumbnail)


def _cells(rows: Table, name: str) -> list[str]:
    """A column's cells as short texts: vectors by their length, numbers rounded, nulls empty."""
    lengths = [
        len(c) if isinstance(c, (list, tuple, np.ndarray)) else None for c in rows.cells(name)
    ]
    return [
        text if length is None else f"{length:,} numbers"
        for text, length in zip(captions(rows, name), lengths, strict=True)
    ]


def _is_numeric(rows: Table, name: str) -> bool:
    return rows.frame.schema[name].is_numeric()
