"""How a result shows itself: as text by `print`, as HTML in a notebook, as a table for a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from imagesasdata.checks import check_whole
from imagesasdata.pages.exports import latex, markdown
from imagesasdata.pages.results import result_page
from imagesasdata.tables.files import as_text
from imagesasdata.tables.table import open_data
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
