"""Tables as files and text: read, saved, printed, and built from the paths of pictures."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from imagesasdata.columns import IMAGE_ERROR
from imagesasdata.errors import ArgumentError, ImagesAsDataError
from imagesasdata.files.listing import list_files
from imagesasdata.files.media import PICTURES, Media
from imagesasdata.files.outputs import output
from imagesasdata.files.sources import PathLike
from imagesasdata.files.targets import target
from imagesasdata.tables.csv_file import read_csv
from imagesasdata.tables.csv_output import no_vectors, rows_of, write_csv
from imagesasdata.tables.csv_types import Typed, typed
from imagesasdata.tables.frames import Backend
from imagesasdata.tables.kinds import frame_of, from_columns, gapped, to_arrow, without_index
from imagesasdata.tables.marks import note, text_in
from imagesasdata.tables.stata import read_stata, write_stata
from imagesasdata.tables.stata_variables import Variable, variables_of

ENDINGS = (".parquet", ".csv", ".feather", ".dta")
WITHOUT_VECTORS = (".csv", ".dta")
# The files that have no place for what is noted in a table.
WITHOUT_RECORD = (".csv", ".dta")
_FIRST_ROWS = 100


def from_paths(
    where: PathLike | Iterable[PathLike], backend: Backend = "pandas", media: Media = PICTURES
) -> Any:
    """A table with an id and a path for each file found (see `list_files`)."""
    # pyarrow ships no types.
    paths = list_files(
        cast("Any", where).to_pylist() if isinstance(where, pa.Array) else where, media
    )
    numbers = pa.array(range(len(paths)), pa.int64())
    return from_columns(
        {media.number.name: numbers, media.path.name: paths}, backend, whole=[media.number.name]
    )


@dataclass(frozen=True, eq=False)
class Opened:
    """A table from a file, and what is needed to write its columns as they were."""

    frame: Any
    names: frozenset[str]
    csv: Typed | None = None
    stata: Mapping[str, Variable] = field(default_factory=dict)


def read(file: str, texts: Collection[str] = ()) -> Opened:
    """Read a table from a file with one of the `ENDINGS`, as pandas.

    A CSV file's columns ``texts`` stay text; the others are numbers where all of their cells are.

    Raises
    ------
    ArgumentError, ColumnError
        When there is no such file, or it cannot be read.
    """
    import pyarrow.feather as feather
    import pyarrow.parquet as pq

    readers = {
        ".parquet": lambda name: gapped(pq.read_table(name)),
        ".feather": lambda name: gapped(feather.read_table(name)),
        ".dta": read_stata,
    }
    ending = os.path.splitext(file)[1].lower()
    try:
        if ending == ".csv":
            csv = typed(read_csv(file), texts)
            return Opened(_with_record(csv.frame(), file), frozenset(csv.columns), csv)
        place = os.path.expanduser(file)
        frame = readers[ending](place)
        if ending in WITHOUT_RECORD:
            frame = _with_record(frame, file)
        variables = variables_of(place) if ending == ".dta" else {}
        return Opened(frame, frozenset(map(str, frame.columns)), stata=variables)
    except FileNotFoundError:
        raise ArgumentError(f"There is no table at {file!r}.") from None
    except ImagesAsDataError:
        raise
    except (ValueError, OSError, pa.ArrowException) as error:
        raise ArgumentError(f"The table {file!r} cannot be read: {error}.") from error


def save(images: Any, to: str, opened: Sequence[Opened] = (), *, escape: bool = False) -> None:
    """Write a table in the format that the file's ending says, whole or not at all.

    Parameters
    ----------
    images
        The table.
    to
        The file, with one of the `ENDINGS`.
    opened
        The tables that the verb was given: in a CSV file their columns stand as they were read. In
        the other columns no text is a formula.
    escape
        Whether no text is a formula in the columns of ``opened``, either.

    Raises
    ------
    ArgumentError
        When the ending is another, a column cannot be kept in such a file, or it cannot be written.
    """
    place = target(to, ENDINGS)
    ending = place.suffix.lower()
    index = getattr(images, "index", None)
    labeled = any(getattr(one.frame.index, "step", None) is None for one in opened)
    if getattr(index, "names", ...) == [None] and not labeled:
        images = images.reset_index(drop=True)  # row numbers mean nothing in a file
    noted = text_in(images)
    table = to_arrow(images)
    if ending in WITHOUT_VECTORS and (vectors := _nested(table.schema)):
        raise no_vectors(vectors[0], ending)
    with output(place) as file:
        if ending == ".parquet":
            import pyarrow.parquet as pq

            pq.write_table(table, file)
        elif ending == ".feather":
            import pyarrow.feather as feather

            feather.write_feather(table, file)
        elif ending == ".dta":
            known: dict[str, Variable] = {}
            for one in opened:
                known = {**one.stata, **known}
            write_stata(table, file, known)
        else:
            own: dict[str, Typed | None] = {}
            for one in opened:
                own |= dict.fromkeys(sorted(one.names - own.keys()), one.csv)
            written = [one.csv for one in opened if one.csv is not None]
            rows = {id(one): rows_of(table, index, one) for one in written}
            write_csv(table, file, own, lambda source: rows[id(source)], escape=escape)
    if ending in WITHOUT_RECORD:
        _keep_record(place, noted)


def _record_of(file: PathLike) -> Path:
    """The file beside a table's that keeps what the table notes."""
    place = Path(os.path.expanduser(file))
    return place.with_name(f"{place.name}.record.json")


def _keep_record(place: Path, noted: str | None) -> None:
    """Write what a table notes beside its file, or remove what is there of an earlier one."""
    record = _record_of(place)
    if noted is None:
        record.unlink(missing_ok=True)
        return
    told = {"sha256": _digest(place), "record": json.loads(noted)}
    with output(record) as file:
        file.write(json.dumps(told, indent=1).encode())


def _with_record(frame: Any, file: str) -> Any:
    """The table with what was noted of it when its file was written, unless the file changed since."""
    try:
        told = json.loads(_record_of(file).read_text("utf-8"))
        if told["sha256"] == _digest(Path(os.path.expanduser(file))):
            note(frame, json.dumps(told["record"]))
    except (OSError, ValueError, KeyError, TypeError):  # there is none, or it is not ours
        pass
    return frame


def _digest(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def vectors_in(images: Any) -> list[str]:
    """The columns of a pandas table whose cells are vectors or other lists, by its first rows."""
    return _nested(without_index(frame_of(images.head(_FIRST_ROWS))[0]).schema)


def _nested(schema: pa.Schema) -> list[str]:
    return [
        field.name
        for field in schema
        if pa.types.is_nested(field.type) or pa.types.is_binary(field.type)
    ]


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
