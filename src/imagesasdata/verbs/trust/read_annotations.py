"""`read_annotations`: answers of commercial services and of language models as a tidy table."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace as replace_fields
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack, get_args, overload

import pyarrow as pa

from imagesasdata import columns as col
from imagesasdata.checks import check_choice
from imagesasdata.columns import Column
from imagesasdata.engine.results import Results, prefixed, run_of
from imagesasdata.errors import ArgumentError, ImageError, NameClashError, tell
from imagesasdata.files.annotations import azure, google_vision, rekognition
from imagesasdata.files.annotations.language_model import Told, told
from imagesasdata.files.annotations.row import Statement
from imagesasdata.files.annotations.written import object_of, read_json
from imagesasdata.options import Keep, Options
from imagesasdata.tables.frames import (
    Backend,
    Frame,
    MadeFrame,
    Pandas,
    Paths,
    Polars,
    PolarsFrame,
    Pyarrow,
    PyarrowFrame,
)
from imagesasdata.tables.keyed import Keyed, by_key
from imagesasdata.tables.kinds import arrow_type, from_columns, is_paths
from imagesasdata.tables.marks import made_by
from imagesasdata.tables.table import Table, open_table

Service = Literal["google_vision", "rekognition", "azure", "language_model"]

_READERS = {"google_vision": google_vision, "rekognition": rekognition, "azure": azure}
_SILENT = "the service does not say"
_BOX = (
    Column("x", "float64", "Left side of the box, in box_unit.", null=_SILENT),
    Column("y", "float64", "Its top.", null=_SILENT),
    Column("width", "float64", "Its width.", null=_SILENT),
    Column("height", "float64", "Its height.", null=_SILENT),
)
SAID = (
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
)
KEY = Column(
    "{}",
    "string",
    "With a language model: what it says for a key; of the type of the values.",
    null="the answer cannot be used, or lacks the key",
    example="protest",
)
ANSWER_MODEL = Column(
    "answer_model",
    "string",
    "The language model that answered, with its version.",
    null="the answer does not say",
)
COLUMNS = (col.IMAGE_ID, col.PATH, *SAID, KEY, ANSWER_MODEL, col.IMAGE_ERROR)
_SAID = {column.name for column in SAID}
_FEW = 5  # that a message names
_ENDINGS = (".json", ".jsonl", ".ndjson")


class _Own(TypedDict, total=False):
    path: str
    answer: str
    service: Service | None
    keep_empty: bool
    keep: Keep
    prefix: str | None
    replace: bool


@overload
def read_annotations(
    answers: Frame | Paths, *, backend: Pandas = "pandas", **options: Unpack[_Own]
) -> Frame: ...
@overload
def read_annotations(
    answers: Paths, *, backend: Polars, **options: Unpack[_Own]
) -> PolarsFrame: ...
@overload
def read_annotations(
    answers: Paths, *, backend: Pyarrow, **options: Unpack[_Own]
) -> PyarrowFrame: ...
def read_annotations(
    answers: Frame | Paths,
    *,
    path: str = "path",
    answer: str = "answer",
    service: Service | None = None,
    keep_empty: bool = False,
    backend: Backend = "pandas",
    keep: Keep = "all",
    prefix: str | None = None,
    replace: bool = False,
) -> Frame | MadeFrame:
    """Read answers of Google Vision, AWS Rekognition, Azure or a language model into one table.

    A service or a language model can then be validated and audited like the models here, and compared
    with them or with another one. Nothing is sent: the answers must already be there, in a column of a
    table or in files.

    Parameters
    ----------
    answers
        A table with a column of answers, as JSON, as Python prints it, or as objects; or a JSON file, a
        file with an answer in each line (``.jsonl``), a folder of them, or a list of files.
    path
        The table's column of paths. In files, a language model's answer may have its picture under this
        key.
    answer
        The table's column of answers.
    service
        ``"google_vision"``, ``"rekognition"`` or ``"azure"``, by default recognized from the content
        of the answers; or ``"language_model"``, for the answers of any model that was asked for an
        object of JSON about each picture.
    keep_empty
        Whether a picture in which nothing was found gets a row of nulls.
    backend
        The kind of table: ``"pandas"``, ``"polars"`` or ``"pyarrow"``. A table that is given comes
        back as its own kind.
    keep
        Which other columns of the table come along into a table that has a row for each thing:
        ``"all"``, a list of names, or ``"none"``. A column with the name of a new one gets
        ``image_`` before it (of a video, ``video_``).
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    replace
        Whether columns of the table are replaced if new ones have their names. Those of an earlier
        run of the same verb always are.

    Returns
    -------
    table
        Of a service, a row for each statement:

        - ``image_id``: number of the answer, or the table's; ``path``: the picture, as the table or the
          answer names it (``context.uri``), else the file's name without ``.json``;
        - ``service``, ``task`` (``label``, ``object``, ``face``, ``celebrity``, ``text``,
          ``moderation``, ``caption``);
        - ``label``, ``label_id``, ``label_prob`` (0 to 1), ``rank``, ``likelihood``: Google's word in
          place of a number;
        - ``face_id`` and ``attribute``: for statements about a face, its number and the trait;
        - ``x``, ``y``, ``width``, ``height``, ``box_unit``: ``"pixel"``, or ``"share"`` of the sides;
        - ``image_error``: why an answer cannot be used, else null.

        Of a language model, the rows of the table in order, or a row for each answer in files:

        - ``image_id``, ``path``: only from files; the path is the ``custom_id`` of a batch interface;
        - a column for each key, with its values' type: truth values, numbers or text; lists and objects
          are JSON;
        - ``answer_model``: the model and version that answered;
        - ``image_error``: why an answer cannot be used (a refusal, a failed request, an answer that was
          cut off or is no object), else null.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError, NameClashError, UnknownNameError
        When there is no such file, column or service. An answer that is not JSON, or of an unknown
        form, is a row with an ``image_error``.

    Notes
    -----
    A service defines its own confidence, which need not be a probability. Services change without
    notice: record the date of the answers.

    For a language model, lines of OpenAI's batch interface (which others write, too) and of Anthropic's
    are known, and single replies of both; any other object is taken for the answer itself. Text around
    an object and fences of code are passed over, but an answer is never completed: one that was cut off
    is an error. Tables of R's ellmer have a column for each key already.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> file = getfixture("tmp_path") / "cat.jpg.json"
    >>> _ = file.write_text('{"Labels": [{"Name": "Cat", "Confidence": 98.5}]}')
    >>> iad.read_annotations([file])[["path", "service", "label", "label_prob"]]
          path      service label  label_prob
    0  cat.jpg  rekognition   Cat       0.985

    What a language model was asked for, in a column:

    >>> import pandas as pd
    >>> said = pd.DataFrame({"path": ["a.jpg", "b.jpg"]})
    >>> said["answer"] = ['{"protest": true, "people": 12}', "I cannot help with that."]
    >>> iad.read_annotations(said, service="language_model")[["path", "protest", "people"]]
        path  protest  people
    0  a.jpg     True      12
    1  b.jpg     <NA>    <NA>
    """
    if service is not None:
        check_choice("service", service, get_args(Service))
    options = Options(path=path, keep=keep, prefix=prefix, replace=replace)
    if not is_paths(answers):
        table = open_table(answers, path)
        cells = table.cells(table.known(answer, "answer", hint="name the column of answers."))
        if service == "language_model":
            return _asked(
                Results("read_annotations", table, (), options), [told(one) for one in cells]
            )
        return _of_table(table, cells, service, keep_empty, options)
    read = [one for file in _files(answers) for one in _answers(file, service)]
    if service == "language_model":
        said = [told(one) for _, one in read]
        names, said = _names([name for name, _ in read], said, path)
        made = from_columns(
            {
                col.IMAGE_ID.name: pa.array(range(len(names)), pa.int64()),
                col.PATH.name: pa.array(names, pa.string()),
            },
            backend,
            whole=[col.IMAGE_ID.name],
        )
        table = open_table(made, col.PATH.name)
        return _asked(Results("read_annotations", table, (), options), said)
    return _of_files(read, service, keep_empty, options, backend)


def _of_table(
    table: Table, cells: list[Any], service: Service | None, keep_empty: bool, options: Options
) -> Any:
    """A long table of what a service says about the pictures of a table."""
    out = Results("read_annotations", table, SAID, options)
    out.check_long()
    results, rows, errors = [], [], []
    for row, cell in enumerate(cells):
        found, error = _statements(cell, service)
        if found or keep_empty or error is not None:
            results += found or [{}]
            rows += [row] * (len(found) or 1)
            errors += [error] * (len(found) or 1)
    return out.expand(pa.table(_cells(results, SAID)), rows, errors)


def _of_files(
    read: list[tuple[str, Any]],
    service: Service | None,
    keep_empty: bool,
    options: Options,
    backend: Backend,
) -> Any:
    """A long table of what a service says in files."""
    rows: list[dict[str, Any]] = []
    for number, (name, answer) in enumerate(read):
        about = {col.IMAGE_ID.name: number, col.PATH.name: name}
        found, error = _statements(answer, service)
        if error is not None:
            rows.append({**about, col.IMAGE_ERROR.name: error})
        elif found or keep_empty:
            rows += [{**about, **row} for row in found or [{}]]
    columns = (col.IMAGE_ID, col.PATH, *SAID, col.IMAGE_ERROR)
    cells = {
        prefixed(name, options.prefix if name in _SAID else None): some
        for name, some in _cells(rows, columns).items()
    }
    run = run_of("read_annotations", options.prefix, list(cells))
    return made_by(run, from_columns(cells, backend))


def _cells(rows: list[dict[str, Any]], columns: Sequence[Column]) -> dict[str, pa.Array]:
    return {
        column.name: pa.array([row.get(column.name) for row in rows], arrow_type(column))
        for column in columns
    }


def _asked(out: Results, said: list[Told]) -> Any:
    """The rows with a column for each key of a language model's answers."""
    objects = [one.values for one in said]
    keyed = by_key(objects)
    for taken in (ANSWER_MODEL.name, col.IMAGE_ERROR.name):
        if taken in keyed:
            raise NameClashError(
                f"An answer has the key {taken!r}, which is a column of read_annotations itself.",
                "give the key another name in the answers.",
            )
    usable = sum(one.error is None for one in said)
    _tell_doubts(keyed, usable)
    columns = [KEY.named(key) for key in keyed]
    kinds = [replace_fields(one, kind=keyed[one.name].kind) for one in columns]
    out = replace_fields(out, columns=(*kinds, ANSWER_MODEL)).checked()
    cells = {one.name: pa.array(keyed[one.name].cells, arrow_type(one)) for one in kinds} | {
        ANSWER_MODEL.name: pa.array([one.model for one in said], pa.string())
    }
    return out.join(pa.table(cells), [one.error for one in said])


def _tell_doubts(keyed: Mapping[str, Keyed], usable: int) -> None:
    """Say which keys only some answers have, and which have values of several types."""
    some = [f"{key!r} ({one.given:,})" for key, one in keyed.items() if one.given < usable]
    if some:
        tell(
            f"read_annotations: not all of the {usable:,} answers that can be used have the key"
            f"{'s' * (len(some) > 1)} {', '.join(some[:_FEW])}; there, the column is null.",
            "see whether the model wrote one key in several ways.",
        )
    mixed = [
        f"{key!r} ({', '.join(sorted(one.types))})"
        for key, one in keyed.items()
        if one.kind == "string" and len(one.types) > 1
    ]
    if mixed:
        tell(
            f"read_annotations: values of several types were given for {', '.join(mixed[:_FEW])}, which "
            "are therefore text.",
            "name the type that you want in the prompt, or make one of them before you count.",
        )


def _names(names: list[str], said: list[Told], path: str) -> tuple[list[str], list[Told]]:
    """The picture of each answer in files, which a key of its own may tell."""
    found, rest = [], []
    for name, one in zip(names, said, strict=True):
        own = one.values.get(path)
        known = isinstance(own, str)
        found.append(own if known else one.name or name)
        values = {key: value for key, value in one.values.items() if key != path or not known}
        rest.append(one._replace(values=values))
    return found, rest


def _files(files: Any) -> list[Path]:
    given = [files] if isinstance(files, (str, os.PathLike)) else list(files)
    found: list[Path] = []
    for one in given:
        place = Path(one).expanduser()
        if not place.exists():
            raise ArgumentError(
                f"There is no file {os.fspath(one)!r}.", "paths are relative to the working folder."
            )
        inside = sorted(place.rglob("*")) if place.is_dir() else [place]
        found += [file for file in inside if file == place or file.suffix in _ENDINGS]
    if not found:
        raise ArgumentError(
            f"There is no JSON file in {', '.join(map(repr, map(os.fspath, given))) or 'the list'}.",
            "save each answer of the service as a .json file.",
        )
    return found


def _answers(file: Path, service: Service | None) -> list[tuple[str, Any]]:
    """The answers of a file, each with the picture's path."""
    name = file.name
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        return [(name, ImageError(f"is not JSON: {str(error)[:100]}"))]
    except OSError as error:
        return [(name, ImageError(f"cannot be read: {error.strerror}"))]
    if file.suffix in _ENDINGS[1:]:
        lines = [line for line in text.splitlines() if line.strip()]
        read = [_parsed(line, service) for line in lines]
        return [(_path(one, f"{name}#{place}"), one) for place, one in enumerate(read)]
    read = _parsed(text, service)
    several = read.get("responses") if isinstance(read, dict) else read
    if not isinstance(several, list):
        return [(_path(read, name), read)]
    return [(_path(answer, f"{name}#{place}"), answer) for place, answer in enumerate(several)]


def _parsed(text: str, service: Service | None) -> Any:
    """JSON; of a language model also the text itself, which may have an object in it."""
    try:
        return read_json(text)
    except (ValueError, RecursionError) as error:
        if service == "language_model":
            return text
        return ImageError(f"is not JSON: {str(error)[:100]}")
    except ImageError as error:
        return error


def _path(answer: Any, otherwise: str) -> str:
    context = answer.get("context") if isinstance(answer, dict) else None
    uri = context.get("uri") if isinstance(context, dict) else None
    return uri if isinstance(uri, str) else otherwise


def _statements(answer: Any, service: Service | None) -> tuple[list[dict[str, Any]], str | None]:
    """The statements of a service's answer, or why it cannot be used."""
    try:
        if answer is None:
            raise ImageError("there is no answer")
        return _rows(object_of(answer) if isinstance(answer, str) else answer, service), None
    except ImageError as error:
        return [], error.message


def _rows(answer: Any, service: Service | None) -> list[dict[str, Any]]:
    if isinstance(answer, ImageError):
        raise answer
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
        raise ImageError(
            f"answer is not from a known service; it has {keys} (of a language model, give "
            'service="language_model")'
        )
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
