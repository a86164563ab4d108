"""How a result shows itself: as text by `print`, as HTML in a notebook, as a table for a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from imagesasdata.checks import check_whole
from imagesasdata.files.outputs import output
from imagesasdata.files.sources import PathLike
from imagesasdata.files.targets import target
from imagesasdata.pages.exports import latex, markdown
from imagesasdata.pages.results import result_page
from imagesasdata.pages.word import word
from imagesasdata.tables.files import as_text
from imagesasdata.tables.table import Table, open_data
from imagesasdata.verbs.door import door

_MOST_ROWS = 40
_MOST_DIGITS = 15


class Displayed:
    """A result with tables and notes, which it shows."""

    def _shown(self) -> tuple[str, Mapping[str, Any], Sequence[str]]:
        """The title, the tables by caption, and the notes."""
        raise NotImplementedError

    def tidy(self) -> Any:
        """The result as a table."""
        raise NotImplementedError

    def to_html(self) -> str:
        """The result as a notebook shows it: its tables and notes as HTML."""
        return self._repr_html_()

    @door
    def to_markdown(self, *, digits: int = 3) -> str:
        """The table of `tidy` in Markdown, with pipes; columns without values are left out.

        Parameters
        ----------
        digits
            Digits after the decimal point.
        """
        return markdown(self._exported(digits), digits)

    @door
    def to_latex(self, *, digits: int = 3) -> str:
        """The table of `tidy` in LaTeX (needs ``booktabs``); columns without values are left out.

        Parameters
        ----------
        digits
            Digits after the decimal point.
        """
        return latex(self._exported(digits), digits)

    @door
    def to_docx(self, to: PathLike, *, digits: int = 3) -> Path:
        """Write the tables and the notes into a Word document (needs the extra ``docx``).

        Parameters
        ----------
        to
            The file, as ``"table.docx"``.
        digits
            Digits after the decimal point.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ArgumentError, MissingPackageError
            When the file's name does not end in ``.docx`` or it cannot be written, or python-docx is not
            installed.
        """
        check_whole("digits", digits, most=_MOST_DIGITS)
        place = target(to, (".docx",))
        title, tables, notes = self._shown()
        opened = [(caption, open_data(_filled(frame))) for caption, frame in tables.items()]
        cells = [
            (caption, [(name, one.cells(name)) for name in one.names]) for caption, one in opened
        ]
        made = word(title, cells, notes, digits)
        with output(place) as file:
            file.write(made)
        return place

    def _exported(self, digits: int) -> list[tuple[str, list[Any]]]:
        check_whole("digits", digits, most=_MOST_DIGITS)
        table = open_data(_filled(self.tidy()))
        return [(name, table.cells(name)) for name in table.names]

    def __str__(self) -> str:
        """The tables and the notes as text."""
        title, tables, notes = self._shown()
        parts = [title]
        for caption, table in tables.items():
            text = as_text(_filled(table), rows=_MOST_ROWS)
            parts.append("\n".join([caption, *(line.rstrip() for line in text.splitlines())]))
        return "\n\n".join([*parts, "\n".join(notes)] if notes else parts)

    def _repr_html_(self) -> str:
        """The tables and the notes as HTML."""
        title, tables, notes = self._shown()
        shown = []
        for caption, frame in tables.items():
            table = open_data(_filled(frame))
            rows = table.take(range(min(len(table), _MOST_ROWS)))
            if len(rows) < len(table):
                caption = f"{caption} (the first {len(rows):,} of {len(table):,} rows)"
            shown.append((caption, [(name, rows.cells(name)) for name in rows.names]))
        return result_page(title, shown, notes)


class Methods(NamedTuple):
    """What `cite` tells of a result.

    ``text`` is a sentence or more; ``columns`` are those of the table that the result rests on;
    ``sources`` is what to cite, each as "Authors (year). Title. Where. doi:...".
    """

    text: str
    columns: Sequence[str]
    sources: Sequence[str] = ()


class Reported(Displayed):
    """A result that `cite` writes into the methods section."""

    table: Table

    def methods(self) -> Methods:
        """The result in words, the columns it rests on, and what to cite."""
        raise NotImplementedError


def _filled(frame: Any) -> Any:
    """A table without the columns that have no value, such as those of an option not given."""
    table = open_data(frame)
    cells = {name: table.cells(name) for name in table.names}
    return table.new(
        {
            name: pa.array(some)
            for name, some in cells.items()
            if any(one is not None for one in some)
        }
    )
