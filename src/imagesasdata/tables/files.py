"""Tables as files and text: read, saved, printed, and built from the paths of pictures."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from imagesasdata.columns import IMAGE_ERROR
from imagesasdata.errors import ArgumentError
from imagesasdata.files.sources import PICTURES, Media, PathLike, list_files
from imagesasdata.tables.frames import Backend
from imagesasdata.tables.kinds import frame_of, from_columns, to_arrow


def from_paths(
    where: PathLike | Iterable[PathLike], backend: Backend = "pandas", media: Media = PICTURES
) -> Any:
    """A table with an id and a path for each file found (see `list_files`)."""
    paths = list_files(where, media)
    numbers = pa.array(range(len(paths)), pa.int64())
    return from_columns(
        {media.number.name: numbers, media.path.name: paths}, backend, whole=[media.number.name]
    )


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


def save(images: Any, to: str) -> None:
    """Write a table as ``.parquet``, ``.csv`` or ``.feather``, depending on the file's ending."""
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


def failures(images: Any) -> int:
    """How many rows have an ``image_error``; 0 when the table has no such column."""
    frame = frame_of(images)[0]
    if IMAGE_ERROR.name not in frame.columns:
        return 0
    return len(frame) - frame[IMAGE_ERROR.name].null_count()


# Spreadsheets read a cell that begins so as a formula, and a formula can start programs.
_FORMULA = r"^[=+\-@\t\r]"


def _without_formulas(table: pa.Table) -> pa.Table:
    """The table with an apostrophe before each text that a spreadsheet would compute."""
    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            cells = table.column(index)
            starts = pc.call_function(
                "match_substring_regex", [cells], pc.MatchSubstringOptions(_FORMULA)
            )
            quoted = pc.call_function(
                "binary_join_element_wise",
                [pa.scalar("'", field.type), cells, pa.scalar("", field.type)],
            )
            table = table.set_column(
                index, field.name, pc.call_function("if_else", [starts, quoted, cells])
            )
    return table
