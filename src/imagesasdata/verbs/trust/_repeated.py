"""Pictures that stand in a table more than once, which are no new evidence."""

from __future__ import annotations

from collections.abc import Sequence

from imagesasdata.tables.table import Table

_PATH = "path"
# Fewer than this share of the rows matter little.
_FEW = 0.02


def repeated(table: Table, rows: Sequence[int], what: str) -> list[str]:
    """A note if several of these rows are of one picture, by the column ``path``."""
    if _PATH not in table.names:
        return []
    cells = table.cells(_PATH)
    known = [cells[row] for row in rows if cells[row] is not None]
    return told(len(known) - len(set(known)), len(rows), what, f"same {_PATH!r}")


def told(extra: int, count: int, what: str, shared: str) -> list[str]:
    """The note for ``extra`` rows that repeat an earlier one of ``count``."""
    if extra <= _FEW * count:
        return []
    return [
        f"{extra:,} of the {count:,} {what} have the {shared} as an earlier one. A picture that is "
        "repeated is no new evidence, and the intervals are too narrow: keep one row of each."
    ]
