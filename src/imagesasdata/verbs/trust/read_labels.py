"""`read_labels`: what coders exported from a `label_page`, as one table."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, overload

import pyarrow as pa

from imagesasdata import columns as col
from imagesasdata.columns import Column
from imagesasdata.engine.results import run_of
from imagesasdata.errors import ArgumentError
from imagesasdata.tables.csv_file import read_csv
from imagesasdata.tables.csv_output import with_formula
from imagesasdata.tables.frames import (
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
from imagesasdata.tables.kinds import from_columns, ids_from_text
from imagesasdata.tables.marks import made_by

COLUMNS = (
    col.IMAGE_ID,
    col.PATH,
    Column("coder", "string", "Who coded.", null="never"),
    Column("question", "string", "The question.", null="never"),
    Column("value", "string", "The answer; a whole number if all answers are.", null="never"),
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
_NAMES = [column.name for column in COLUMNS]
_WHOLE = re.compile(r"^(-?(?:0|[1-9][0-9]*))(?:[.,]0+)?$")
_SECONDS = re.compile(r"[0-9]+([.,][0-9]+)?")


class _Answer(NamedTuple):
    image_id: str
    path: str
    coder: str
    question: str
    value: str
    coded_at: dt.datetime | None
    seconds: float | None


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

        - ``image_id``, ``path``: the picture;
        - ``coder``, ``question``, ``value``: the coder, the question and the answer;
        - ``coded_at``: the time of the answer, in UTC; ``seconds``: how long the picture was shown
          before it.

        ``image_id`` and ``value`` are whole numbers if all of them are written as such (so ``01`` is
        text). If a coder exported several times, the last answer by its time counts.

    Raises
    ------
    ArgumentError, UnknownNameError
        When there are no files, or a file is missing, damaged or not an export; the message names the
        file and the line.

    Notes
    -----
    Files that a spreadsheet has saved again can be read: with semicolons, decimal commas, a mark of
    the encoding, or in UTF-16. A spreadsheet that has changed the times has to be told to leave them.

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
    last: dict[tuple[str, str, str], _Answer] = {}
    for file in _files(files):
        for answer in _answers(file):
            key = (answer.question, answer.path, answer.coder)
            if key not in last or _instant(answer) >= _instant(last[key]):
                last[key] = answer
    rows = list(last.values())
    made = {name: [getattr(row, name) for row in rows] for name in _NAMES}
    table = {
        "image_id": ids_from_text(_ids(made["image_id"])),
        **{name: pa.array(made[name], pa.string()) for name in ("path", "coder", "question")},
        "value": ids_from_text(made["value"]) if rows else pa.array([], pa.string()),
        "coded_at": pa.array(made["coded_at"], pa.timestamp("us")),
        "seconds": pa.array(made["seconds"], pa.float64()),
    }
    return made_by(run_of("read_labels", "", list(table)), from_columns(table, backend))


def _files(files: Any) -> list[Path]:
    given = [files] if isinstance(files, (str, os.PathLike)) else list(files)
    found: list[Path] = []
    for one in given:
        place = Path(one).expanduser()
        within = (file for file in place.glob("*") if file.suffix.lower() == ".csv")
        found += sorted(within) if place.is_dir() else [place]
    if not found:
        raise ArgumentError(
            f"There is no CSV file in {', '.join(map(repr, map(os.fspath, given))) or 'the list'}.",
            "coders make one with the button Export CSV on their page.",
        )
    return found


def _answers(file: Path) -> list[_Answer]:
    try:
        table = read_csv(file)
    except OSError as error:
        raise ArgumentError(f"The file {str(file)!r} cannot be read: {error.strerror}.") from error
    missing = [name for name in _NAMES if name not in table.names]
    if missing:
        raise ArgumentError(
            f"The file {str(file)!r} is not an export of a label page: it has no column {missing[0]!r}.",
            f"its columns must be: {', '.join(_NAMES)}.",
        )
    columns = [table.values(table.names.index(name)).to_pylist() for name in _NAMES]
    found = []
    for line, cells in zip(table.lines, zip(*columns, strict=True), strict=True):
        if not any(cells):
            continue  # spreadsheets write rows of separators
        image_id, path, coder, question, value = map(with_formula, cells[:5])
        where = f"Line {line} of the file {str(file)!r}"
        for name, text in (
            ("path", path),
            ("coder", coder),
            ("question", question),
            ("value", value),
        ):
            if not text:
                raise ArgumentError(
                    f"{where} has no {name}.", "export the answers again, or leave the line out."
                )
        at = _read(where, "coded_at", cells[5], _time)
        seconds = _read(where, "seconds", cells[6], _number)
        found.append(_Answer(image_id, path, coder, question, value, at, seconds))
    return found


def _read(where: str, name: str, text: str, convert: Callable[[str], Any]) -> Any:
    """A cell as a time or a number; ``None`` for an empty one."""
    if not text.strip():
        return None
    try:
        return convert(text.strip())
    except (ValueError, OverflowError) as error:
        what = "a time" if name == "coded_at" else "a number of seconds"
        example = "2026-05-01T10:00:00.000Z" if name == "coded_at" else "1.5"
        raise ArgumentError(
            f"{where} has {text[:40]!r} in the column {name!r}, which is not {what}.",
            f"leave the column as the page wrote it, as in {example}.",
        ) from error


def _time(text: str) -> dt.datetime:
    """A time in UTC; one without a zone is taken to be so."""
    at = dt.datetime.fromisoformat(text)
    return at.astimezone(dt.UTC).replace(tzinfo=None) if at.tzinfo else at


def _number(text: str) -> float:
    if not _SECONDS.fullmatch(text):
        raise ValueError(text)
    return float(text.replace(",", "."))


def _instant(answer: _Answer) -> dt.datetime:
    return answer.coded_at or dt.datetime.min


def _ids(texts: Sequence[str]) -> list[str]:
    """Ids as they were; a spreadsheet writes whole numbers beside a gap as ``1.0``."""
    known = [text for text in texts if text]
    whole = all(_WHOLE.fullmatch(text) for text in known)
    return [_WHOLE.sub(r"\1", text) for text in texts] if whole else [*texts]
