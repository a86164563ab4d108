"""`label_page`: a page on which people code pictures by keyboard; `read_labels`: their codes."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import hashlib
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
import pyarrow as pa
from PIL import Image

from imagesasdata import columns as col
from imagesasdata.arrays.pixels import fit
from imagesasdata.checks import check_count
from imagesasdata.columns import Column
from imagesasdata.engine.stream import Loaded, stream
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.files.decode import decode
from imagesasdata.files.references import Pictures
from imagesasdata.files.sources import PathLike
from imagesasdata.files.targets import PAGES, target
from imagesasdata.machine import cores
from imagesasdata.pages.template import fill
from imagesasdata.tables.frames import (
    AnyFrame,
    Backend,
    MadeFrame,
    Pandas,
    PandasFrame,
    Paths,
    Polars,
    PolarsFrame,
    Pyarrow,
    PyarrowFrame,
)
from imagesasdata.tables.kinds import from_columns, id_text, ids_from_text
from imagesasdata.tables.table import Table, open_table

COLUMNS = (
    col.IMAGE_ID,
    col.PATH,
    Column("coder", "string", "Who coded.", null="never"),
    Column("question", "string", "The question.", null="never"),
    Column("value", "string", "The answer; a whole number if all choices are.", null="never"),
    Column("coded_at", "timestamp", "Time of the answer, in UTC.", null="the file does not say"),
    Column(
        "seconds",
        "float64",
        "How long the picture was shown before the answer.",
        unit="seconds",
        range="0 ...",
        null="the file does not say",
    ),
)
_MOST_CHOICES = 9
_QUALITY = 85


def label_page(
    sample: AnyFrame | Paths,
    question: str,
    choices: Sequence[Any],
    *,
    path: str = "path",
    coders: str | Sequence[str] | None = None,
    blur: bool = False,
    long_side: int = 800,
    to: PathLike = "label.html",
) -> Path:
    """Write a page on which people code pictures by keyboard.

    The page is a single file that contains the pictures, opens from disk in any browser and needs
    no server: send it to the coders. Keys 1 to 9 choose, ``u`` undoes, arrows move. Every answer is
    kept in the browser at once, so that a closed window loses nothing. *Export CSV* gives the file
    for `read_labels`.

    Parameters
    ----------
    sample
        The pictures to code, as `sample_for_labels` gives them: a table with a column of paths, or paths.
    question
        The question for each picture.
    choices
        The answers, two to nine: text or whole numbers.
    path
        The table's column of paths.
    coders
        The coders' names. With one name, the page is for that coder; with several, it asks which
        one; with ``None`` it asks for a name.
    blur
        Whether a picture is blurred until it is clicked, for content that may disturb.
    long_side
        The longest side of the pictures in pixels, because the page contains them all.
    to
        The file to write.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError
        When there are no pictures, two rows have the same path, or the choices cannot be used.

    Notes
    -----
    The page contains copies of the pictures without their metadata: protect it like the originals.
    For a picture that cannot be read, its path and the reason are shown.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> page = getfixture("tmp_path") / "label.html"
    >>> page = iad.label_page("examples/photos", "Is it outdoors?", ["yes", "no"], to=page)
    >>> page.name
    'label.html'
    """
    chosen = _choices(choices)
    place = target(to, PAGES)
    if not isinstance(question, str) or not question.strip():
        raise ArgumentTypeError(
            f"question must be text, got {question!r}.", 'for example "Is there a protest?".'
        )
    check_count("long_side", long_side)
    names = [coders] if isinstance(coders, str) else list(coders or [])
    table = open_table(sample, path)
    if len(table) == 0:
        raise ArgumentError("There are no pictures to code.", "give a sample of at least one row.")
    seen: set[str] = set()
    for row, one in enumerate(table.paths()):
        if one in seen:
            raise ArgumentError(
                f"The path {one!r} is in more than one row, and answers are kept by path.",
                "drop the rows that repeat a picture.",
            )
        seen.add(f"row {row}" if one is None else one)
    items = _items(table, long_side)
    described = json.dumps([question, chosen, sorted(seen)])
    data = {
        "id": hashlib.sha256(described.encode("utf-8", "surrogateescape")).hexdigest()[:12],
        "question": question,
        "choices": chosen,
        "coders": names,
        "blur": bool(blur),
        "items": items,
    }
    page = fill("label.html", texts={"question": question}, data={"data": data})
    try:
        place.write_text(page, "utf-8")
    except OSError as error:
        raise ArgumentError(
            f"The page to={os.fspath(to)!r} cannot be written: {error.strerror}.",
            "give a file in a folder that exists.",
        ) from error
    return place


@overload
def read_labels(files: Paths, *, backend: Pandas = "pandas") -> PandasFrame: ...
@overload
def read_labels(files: Paths, *, backend: Polars) -> PolarsFrame: ...
@overload
def read_labels(files: Paths, *, backend: Pyarrow) -> PyarrowFrame: ...
def read_labels(files: Paths, *, backend: Backend = "pandas") -> MadeFrame:
    r"""Combine the files that coders exported from a `label_page`.

    Parameters
    ----------
    files
        A CSV file, a folder of them, or a list of files.
    backend
        The kind of table: ``"pandas"``, ``"polars"`` or ``"pyarrow"``.

    Returns
    -------
    table
        A row for each picture and coder:

        - ``image_id``, ``path``: the picture; ids are whole numbers if all are, else text;
        - ``coder``, ``question``, ``value``: the coder, the question and the answer, as whole
          numbers if all choices are;
        - ``coded_at``: the time of the answer, in UTC; ``seconds``: how long the picture was shown
          before it.

        If a coder exported several times, the last answer counts.

    Raises
    ------
    ArgumentError, UnknownNameError
        When there are no files, or a file is missing or is not an export.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> file = getfixture("tmp_path") / "labels-ann.csv"
    >>> _ = file.write_text(
    ...     "image_id,path,coder,question,value,coded_at,seconds\n"
    ...     "0,a.jpg,ann,Outdoors?,yes,2026-05-01T10:00:00.000Z,1.5\n"
    ... )
    >>> iad.read_labels([file])[["path", "coder", "value"]]
        path coder value
    0  a.jpg   ann   yes
    """
    last: dict[tuple[str, str, str], dict[str, str]] = {}
    for file in _files(files):
        for row in _rows(file):
            key = (row["question"], row["path"], row["coder"])
            if key not in last or row["coded_at"] >= last[key]["coded_at"]:
                last[key] = row
    rows = list(last.values())
    values: list[Any] = [row["value"] for row in rows]
    if values and all(value.lstrip("-").isdecimal() for value in values):
        values = [int(value) for value in values]
    return from_columns(
        {
            "image_id": ids_from_text([row["image_id"] for row in rows]),
            "path": pa.array([row["path"] for row in rows], pa.string()),
            "coder": pa.array([row["coder"] for row in rows], pa.string()),
            "question": pa.array([row["question"] for row in rows], pa.string()),
            "value": pa.array(values, None if rows else pa.string()),
            "coded_at": pa.array([_time(row["coded_at"]) for row in rows], pa.timestamp("us")),
            "seconds": pa.array(
                [float(row["seconds"]) if row["seconds"] else None for row in rows], pa.float64()
            ),
        },
        backend,
    )


def _choices(choices: Sequence[Any]) -> list[Any]:
    if isinstance(choices, str) or not isinstance(choices, Sequence):
        raise ArgumentTypeError(
            f"choices must be a list of answers, got {choices!r}.", 'for example ["yes", "no"].'
        )
    found = [one.item() if isinstance(one, np.generic) else one for one in choices]
    if not all(isinstance(one, (str, int)) and not isinstance(one, bool) for one in found):
        raise ArgumentTypeError(
            f"choices must be text or whole numbers, got {found!r}.", 'for example ["yes", "no"].'
        )
    if not 2 <= len(found) <= _MOST_CHOICES or len(set(map(str, found))) < len(found):
        raise ArgumentError(
            f"choices must be two to nine different answers, got {len(found)}: {found!r}.",
            "keys 1 to 9 choose; ask in two steps when there are more.",
        )
    return found


def _items(table: Table, long_side: int) -> list[dict[str, Any]]:
    paths = table.paths()
    ids = table.ids()

    def load(row: int) -> Loaded:
        name = paths[row]
        if name is None:
            return Loaded([None])
        pixels = fit(decode(files.read(name), long_side=long_side), long_side)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=_QUALITY)
        return Loaded([f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"])

    sources: dict[int, tuple[str | None, str | None]] = {}
    with Pictures() as files:
        for done in stream(range(len(paths)), load, None, workers=cores()):
            found = None if done.error is not None else done.results[0]
            sources[done.job] = found, done.error if found is None else None
    return [
        {
            "image_id": id_text(ids[row]),
            "path": paths[row] if paths[row] is not None else f"row {row}",
            "source": sources[row][0],
            "error": sources[row][1] or "no path",
        }
        for row in range(len(paths))
    ]


def _files(files: Any) -> list[Path]:
    given = [files] if isinstance(files, (str, os.PathLike)) else list(files)
    found: list[Path] = []
    for one in given:
        place = Path(one).expanduser()
        found += sorted(place.glob("*.csv")) if place.is_dir() else [place]
    if not found:
        raise ArgumentError(
            f"There is no CSV file in {', '.join(map(repr, map(os.fspath, given))) or 'the list'}.",
            "coders make one with the button Export CSV on their page.",
        )
    return found


def _rows(file: Path) -> list[dict[str, str]]:
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise ArgumentError(f"The file {str(file)!r} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ArgumentError(f"The file {str(file)!r} is not text in UTF-8.") from error
    # Spreadsheets in many countries write semicolons as separators.
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    wanted = [column.name for column in COLUMNS]
    missing = [name for name in wanted if name not in (reader.fieldnames or [])]
    if missing:
        raise ArgumentError(
            f"The file {str(file)!r} is not an export of a label page: it has no column {missing[0]!r}.",
            f"its columns must be: {', '.join(wanted)}.",
        )
    rows = []
    for number, row in enumerate(reader, start=2):
        if any(row[name] is None for name in wanted):
            raise ArgumentError(f"Line {number} of the file {str(file)!r} is not complete.")
        rows.append({name: row[name] for name in wanted})
    return rows


def _time(text: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentError(
            f"{text!r} in the column 'coded_at' is not a time.",
            "leave the column as the page wrote it, as in 2026-05-01T10:00:00.000Z.",
        ) from error
    return at.astimezone(dt.UTC).replace(tzinfo=None) if at.tzinfo else at
