"""Tables with a row for each pair of pictures."""

from __future__ import annotations

import os
from typing import Any

import pyarrow as pa

from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.tables.kinds import from_columns, is_paths
from imagesasdata.tables.table import Table, open_table

_LISTS = "or give two lists of paths of one length, as in iad.verify_faces(ours, theirs)."


def open_pairs(pairs: Any, others: Any, a: str, b: str) -> tuple[Table, Table]:
    """The table of pairs, opened by the first picture's column and by the second's.

    ``pairs`` is such a table, or a list of paths to pair with those in ``others``.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError
        When it is neither, or both columns are the same.
    """
    if a == b:
        raise ArgumentError(
            f"a and b both name the column {a!r}, so each picture would be compared with itself.",
            'name two columns, as in a="path_a", b="path_b".',
        )
    if others is not None:
        first, second = _listed(pairs, "pairs"), _listed(others, "others")
        _check_as_long(first, second)
        pairs = from_columns({a: pa.array(first, pa.string()), b: pa.array(second, pa.string())})
    elif is_paths(pairs):
        raise ArgumentTypeError(
            f"pairs must be a table with a row for each pair, got {type(pairs).__name__}: pictures "
            "without those to compare them with.",
            f"give a table with the columns {a!r} and {b!r}; {_LISTS}",
        )
    return open_table(pairs, a), open_table(pairs, b)


def _check_as_long(first: list[str | None], second: list[str | None]) -> None:
    if len(first) != len(second):
        raise ArgumentError(
            f"pairs has {len(first)} paths and others {len(second)}, so they make no pairs.",
            "give two lists of one length, or a table with a row for each pair.",
        )


def _listed(paths: Any, name: str) -> list[str | None]:
    """The paths of a list, or of a column of a table library."""
    if isinstance(paths, (str, os.PathLike)):
        return [os.fspath(paths)]
    listed = getattr(paths, "tolist", getattr(paths, "to_list", None))
    if not isinstance(paths, (list, tuple)) and (listed is None or hasattr(paths, "columns")):
        raise ArgumentTypeError(
            f"{name} must be a list of paths, got {type(paths).__name__}.",
            'in a table of pairs the two columns are named, as in a="path_a", b="path_b".',
        )
    given = paths if listed is None else listed()
    return [os.fspath(one) if isinstance(one, (str, os.PathLike)) else None for one in given]
