"""`read_annotations`: the JSON answers of commercial services as a tidy table."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal, get_args, overload

import pyarrow as pa

from imagesasdata import columns as col
from imagesasdata.checks import check_choice
from imagesasdata.columns import Column
from imagesasdata.engine.results import run_of
from imagesasdata.errors import ArgumentError, ImageError
from imagesasdata.files.annotations import azure, google_vision, rekognition
from imagesasdata.files.annotations.row import Statement
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
from imagesasdata.tables.kinds import arrow_type, from_columns
from imagesasdata.tables.marks import made_by

Service = Literal["google_vision", "rekognition", "azure"]

_READERS = {"google_vision": google_vision, "rekognition": rekognition, "azure": azure}
_SILENT = "the service does not say"
_BOX = (
    Column("x", "float64", "Left side of the box, in box_unit.", null=_SILENT),
    Column("y", "float64", "Its top.", null=_SILENT),
    Column("width", "float64", "Its width.", null=_SILENT),
    Column("height", "float64", "Its height.", null=_SILENT),
)
COLUMNS = (
    col.IMAGE_ID,
    col.PATH,
    Column("service", "string", "google_vision, rekognition or azure."),
    Column("task", "string", "label, object, face, celebrity, text, moderation or caption."),
    Column("label", "string", "What the service says."),
    Column(
        "label_id",
        "string",
        "Its identifier of the label (Google's mid, Rekognition's of a celebrity).",
        null=_SILENT,
    ),
    Column("label_prob", "float64", "Its confidence.", range="0 to 1", null=_SILENT),
    Column("rank", "int64", "Rank among the picture's labels of the task.", range="1 ..."),
    Column("likelihood", "string", "Google's word, VERY_UNLIKELY to VERY_LIKELY.", null=_SILENT),
    Column(
        "face_id",
        "int64",
        "Number of the face in the picture.",
        null="it is not about a face, or the answer does not say which of its faces",
    ),
    Column(
        "attribute",
        "string",
        "age, gender, expression or other: which trait of a face.",
        null="it is not a trait of a face",
    ),
    *_BOX,
    Column("box_unit", "string", "pixel, or share of the picture's sides.", null=_SILENT),
    col.IMAGE_ERROR,
)


@overload
def read_annotations(
    files: Paths,
    *,
    service: Service | None = None,
    keep_empty: bool = False,
    backend: Pandas = "pandas",
) -> PandasFrame: ...
@overload
def read_annotations(
    files: Paths,
    *,
    service: Service | None = None,
    keep_empty: bool = False,
    backend: Polars,
) -> PolarsFrame: ...
@overload
def read_annotations(
    files: Paths,
    *,
    service: Service | None = None,
    keep_empty: bool = False,
    backend: Pyarrow,
) -> PyarrowFrame: ...
def read_annotations(
    files: Paths,
    *,
    service: Service | None = None,
    keep_empty: bool = False,
    backend: Backend = "pandas",
) -> MadeFrame:
    """Read answers of Google Vision, AWS Rekognition or Azure into one table.

    A service can then be validated and audited like the models here, and compared with them or with
    another service. Nothing is sent: the answers must already be saved, one JSON file for each
    picture or one for many.

    Parameters
    ----------
    files
        A JSON file, a folder of them, or a list of files.
    service
        ``"google_vision"``, ``"rekognition"`` or ``"azure"``; by default recognized from the content
        of the answers.
    keep_empty
        Whether a picture in which nothing was found gets a row of nulls.
    backend
        The kind of table: ``"pandas"``, ``"polars"`` or ``"pyarrow"``.

    Returns
    -------
    table
        A row for each statement:

        - ``image_id``: number of the answer; ``path``: the picture, as the answer names it
          (``context.uri``), else the file's name without ``.json``;
        - ``service``, ``task`` (``label``, ``object``, ``face``, ``celebrity``, ``text``,
          ``moderation``, ``caption``);
        - ``label``, ``label_id``, ``label_prob`` (0 to 1), ``rank``, ``likelihood``: Google's word in
          place of a number;
        - ``face_id`` and ``attribute``: for statements about a face, its number and the trait;
        - ``x``, ``y``, ``width``, ``height``, ``box_unit``: ``"pixel"``, or ``"share"`` of the sides;
        - ``image_error``: why an answer cannot be used, else null.

    Raises
    ------
    ArgumentError, UnknownNameError
        When there is no such file or service. An answer that is not JSON, or of an unknown form, is
        a row with an ``image_error``.

    Notes
    -----
    A service defines its own confidence, which need not be a probability. Services change without
    notice: record the date of the answers.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> file = getfixture("tmp_path") / "cat.jpg.json"
    >>> _ = file.write_text('{"Labels": [{"Name": "Cat", "Confidence": 98.5}]}')
    >>> iad.read_annotations([file])[["path", "service", "label", "label_prob"]]
          path      service label  label_prob
    0  cat.jpg  rekognition   Cat       0.985
    """
    if service is not None:
        check_choice("service", service, get_args(Service))
    rows: list[dict[str, Any]] = []
    number = 0
    for file in _files(files):
        for path, answer in _answers(file):
            about = {col.IMAGE_ID.name: number, col.PATH.name: path}
            number += 1
            try:
                told = answer if isinstance(answer, ImageError) else _rows(answer, service)
            except ImageError as error:
                told = error
            if isinstance(told, ImageError):
                rows.append({**about, col.IMAGE_ERROR.name: told.message})
            elif told or keep_empty:
                rows += [{**about, **row} for row in told or [{}]]
    cells = {
        column.name: pa.array([row.get(column.name) for row in rows], arrow_type(column))
        for column in COLUMNS
    }
    return made_by(run_of("read_annotations", "", list(cells)), from_columns(cells, backend))


def _files(files: Any) -> list[Path]:
    given = [files] if isinstance(files, (str, os.PathLike)) else list(files)
    found: list[Path] = []
    for one in given:
        place = Path(one).expanduser()
        if not place.exists():
            raise ArgumentError(
                f"There is no file {os.fspath(one)!r}.", "paths are relative to the working folder."
            )
        found += sorted(place.rglob("*.json")) if place.is_dir() else [place]
    if not found:
        raise ArgumentError(
            f"There is no JSON file in {', '.join(map(repr, map(os.fspath, given))) or 'the list'}.",
            "save each answer of the service as a .json file.",
        )
    return found


def _answers(file: Path) -> list[tuple[str, dict[str, Any] | ImageError]]:
    """The answers of a file, each with the picture's path."""
    name = file.name.removesuffix(".json")
    try:
        read = json.loads(file.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return [(name, ImageError(f"is not JSON: {str(error)[:100]}"))]
    except OSError as error:
        return [(name, ImageError(f"cannot be read: {error.strerror}"))]
    several = read.get("responses") if isinstance(read, dict) else read
    if not isinstance(several, list):
        return [(_path(read, name), read)]
    found: list[tuple[str, dict[str, Any] | ImageError]] = []
    for place, answer in enumerate(several):
        if isinstance(answer, dict):
            found.append((_path(answer, f"{name}#{place}"), answer))
        else:
            found.append((f"{name}#{place}", ImageError("answer is not a JSON object")))
    return found


def _path(answer: Any, otherwise: str) -> str:
    context = answer.get("context") if isinstance(answer, dict) else None
    uri = context.get("uri") if isinstance(context, dict) else None
    return uri if isinstance(uri, str) else otherwise


def _rows(answer: dict[str, Any], service: Service | None) -> list[dict[str, Any]]:
    if not isinstance(answer, dict):
        raise ImageError("answer is not a JSON object")
    if answer.get("error"):
        error = answer["error"]
        told = error.get("message") if isinstance(error, dict) else error
        raise ImageError(f"the service reports an error: {told}")
    if service is None:
        service = next(
            (name for name, reader in _READERS.items() if set(reader.KEYS) & set(answer)),  # type: ignore[misc]
            None,
        )
    if service is None:
        keys = ", ".join(sorted(map(str, answer))[:5]) or "nothing"
        raise ImageError(f"answer is not from a known service; it has {keys}")
    try:
        statements = list(_READERS[service].statements(answer))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ImageError(f"answer is not in the format of {service}: {str(error)[:100]}") from error
    counted: dict[str, int] = {}
    rows = []
    for one in statements:
        counted[one.task] = counted.get(one.task, 0) + 1
        rows.append(_row(one, service, counted[one.task]))
    return rows


def _row(one: Statement, service: Service, rank: int) -> dict[str, Any]:
    box = dict(zip((c.name for c in _BOX), one.box or (), strict=False))
    return {
        "service": service,
        "task": one.task,
        "label": one.label,
        "label_id": one.label_id,
        "label_prob": one.label_prob,
        "rank": rank,
        "likelihood": one.likelihood,
        "face_id": one.face_id,
        "attribute": one.attribute,
        **box,
        "box_unit": one.unit,
    }
