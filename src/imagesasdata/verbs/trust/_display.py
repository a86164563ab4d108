"""How a result shows itself: as text by `print`, as HTML in a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from imagesasdata.pages.results import result_page
from imagesasdata.tables.files import as_text
from imagesasdata.tables.table import open_data

_MOST_ROWS = 40


class Displayed:
    """A result with tables and notes, which it shows."""

    def _shown(self) -> tuple[str, Mapping[str, Any], Sequence[str]]:
        """The title, the tables by caption, and the notes."""
        raise NotImplementedError

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
