"""`read_images`: from files to a table with a row for each picture."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, Unpack, overload

from imagesasdata import columns as col
from imagesasdata.checks import check_count
from imagesasdata.columns import FILE_ID, FILE_PATH, FRAME, IMAGE_ID, PATH, Column
from imagesasdata.engine.results import Results
from imagesasdata.engine.verb import Row, Source, Verb, run
from imagesasdata.errors import NameClashError, one_of, tell
from imagesasdata.files.decode import MAX_PIXELS, read_frames, read_header
from imagesasdata.files.exif import CAMERA, PLACE, camera
from imagesasdata.files.headers import Header
from imagesasdata.files.listing import searched
from imagesasdata.files.media import PICTURES
from imagesasdata.files.names import Pattern, folder_of
from imagesasdata.files.references import Reference
from imagesasdata.files.remote import shown
from imagesasdata.files.sources import PathLike
from imagesasdata.options import Keep, OnError, Options
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
from imagesasdata.tables.table import Table
from imagesasdata.verbs.read._keywords import Reading

HEADER = (
    col.FORMAT,
    col.MODE,
    col.WIDTH,
    col.HEIGHT,
    col.BYTES,
    col.SHA256,
    col.TAKEN_AT,
)
COLUMNS = (
    col.IMAGE_ID,
    col.PATH,
    col.FOLDER,
    col.NAME_FIELD,
    *HEADER,
    *CAMERA,
    *PLACE,
    col.FILE_ID,
    col.FILE_PATH,
    col.FRAME,
    col.IMAGE_ERROR,
)
# Formats whose files may hold several pictures.
FILES = replace(PICTURES, number=FILE_ID, path=FILE_PATH)


class _Own(Reading, total=False):
    pattern: str | None
    exif: bool
    gps: bool
    frames: Literal["first", "all"]
    replace: bool


@overload
def read_images(
    images: Frame | Paths, *, backend: Pandas = "pandas", **options: Unpack[_Own]
) -> Frame: ...
@overload
def read_images(images: Paths, *, backend: Polars, **options: Unpack[_Own]) -> PolarsFrame: ...
@overload
def read_images(images: Paths, *, backend: Pyarrow, **options: Unpack[_Own]) -> PyarrowFrame: ...
def read_images(
    images: Frame | Paths,
    *,
    path: str = "path",
    pattern: str | None = None,
    exif: bool = False,
    gps: bool = False,
    frames: Literal["first", "all"] = "first",
    backend: Backend = "pandas",
    max_pixels: int = MAX_PIXELS,
    keep: Keep = "all",
    prefix: str | None = None,
    replace: bool = False,
    workers: int | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame | MadeFrame:
    """Make a table with a row for each picture, from a folder, a glob, an archive or a table.

    The first step of an analysis: which pictures there are, their size, format and date, and which
    files cannot be read. Only headers are decoded, so it is quick; damage after the header is found
    by the first verb that decodes the pixels.

    Parameters
    ----------
    images
        A folder (searched with its sub-folders, also through links), a glob, a ``.zip`` or ``.tar`` file,
        a URL that fsspec knows (``s3://``, ``gs://``, ``zip://``, ...), a list of paths, or a table with
        a column of paths. A list is not searched: each of its paths gets a row.
    path
        The table's column of paths.
    pattern
        Fields in the names of files, which become columns of text: ``"{outlet}/{date}_{title}"``. In a
        folder or archive the whole path below it has to match, in a list or table its end. A field
        ends where the text after it first comes; the file's ending belongs to no field.
    exif
        Whether to add the camera's metadata: its make and model, software, orientation, exposure
        time, aperture, sensitivity and focal length, its clock's offset from UTC, and when the file
        was last changed.
    gps
        Whether to add where the picture was taken. Use it only if you need it: it may be a person's home.
    frames
        ``"first"`` gives a row for each file. ``"all"`` gives a row for each frame of an animation
        or page of a document, whose ``path`` every verb reads.
    backend
        The kind of table: ``"pandas"``, ``"polars"`` or ``"pyarrow"``. A table that is given comes
        back as its own kind.
    max_pixels
        A picture with more pixels is refused from its header. The default is the resolution of the
        largest phone cameras.
    keep
        Which other columns of the table come along into a table that has a row for each thing:
        ``"all"``, a list of names, or ``"none"``. A column with the name of a new one gets
        ``image_`` before it (of a video, ``video_``).
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    replace
        Whether columns of the table are replaced if new ones have their names. Those of an earlier
        run of the same verb always are.
    workers
        Threads that read and decode pictures; by default one for each core, for remote files at
        least 16.
    cache
        A folder that keeps finished rows, so that a stopped run resumes where it stopped.
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        From paths: ``image_id`` (number from 0), ``path`` and ``folder``, the name of the folder that
        holds the picture; from a table: its own rows. And:

        - with ``pattern``: a column for each field, null where a path does not match;
        - ``format``, ``mode``: Pillow's names;
        - ``width``, ``height``: of the upright picture, in pixels;
        - ``bytes``, ``sha256``: of the file;
        - ``taken_at``: when the picture was taken, or else digitized, by the camera's clock (EXIF),
          without time zone;
        - with ``exif``: ``taken_offset`` (of that clock from UTC, such as ``+02:00``),
          ``changed_at`` (when a program last changed the file), ``camera_make``,
          ``camera_model``, ``software``, ``orientation``, ``exposure_time`` (seconds),
          ``f_number``, ``iso``, ``focal_length`` (mm);
        - with ``gps``: ``gps_latitude``, ``gps_longitude`` (degrees), ``gps_altitude`` (meters);
        - ``image_error``: why the picture cannot be read, else null.

        With ``frames="all"`` there is a row for each frame: ``image_id`` is the row's number,
        ``file_id`` and ``file_path`` name the file, ``path`` the frame (``FILE#frame=NUMBER`` if the
        file has several), and ``frame`` is its number from 0.

    Raises
    ------
    UnknownNameError
        When ``frames`` is neither ``"first"`` nor ``"all"``.
    ArgumentError
        When ``pattern`` has no fields, one twice, or two that touch; when a folder or glob has no
        picture in it, or a table is given as a file.
    ColumnError, NameClashError
        When the table lacks the column ``path``, or already has a column with one of the new names.

    Warns
    -----
    PassedOverWarning
        Once, when a folder or archive holds files that are not pictures: how many, by ending. Names
        with another ending (``x.jpg_large``, ``x.php``) or none are judged by their content.

    GuessWarning
        Once, when paths do not match ``pattern``: how many, and one of them.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.read_images("examples/photos")
    >>> photos[["format", "width", "height"]].head(2)
      format  width  height
    0   JPEG    512     512
    1   JPEG    512     512
    """
    check_count("max_pixels", max_pixels)
    options = Options(
        path=path,
        keep=keep,
        prefix=prefix,
        replace=replace,
        workers=workers,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    if frames not in ("first", "all"):
        raise one_of("frames", frames, ("first", "all"))
    fields = None if pattern is None else Pattern(pattern)
    columns = (*HEADER, *(CAMERA if exif else ()), *(PLACE if gps else ()))

    def describe(data: bytes) -> Row:
        return {**_describe(data, read_header(data, max_pixels=max_pixels)), **metadata(data)}

    def metadata(data: bytes) -> Row:
        if not exif and not gps:
            return {}
        values = camera(data, place=gps, max_pixels=max_pixels)
        return {column.name: values[column.name] for column in columns if column.name in values}

    def visit(source: Source) -> list[Row]:
        data = source.files.read(source.path)
        headers = read_frames(data, max_pixels=max_pixels)
        every, several = metadata(data), len(headers) > 1
        return [
            {
                **_describe(data, header),
                **every,
                PATH.name: str(Reference(source.path, "frame", n)) if several else source.path,
                FRAME.name: n,
            }
            for n, header in enumerate(headers)
        ]

    whole = frames == "first"
    verb = Verb(
        name="read_images",
        columns=columns if whole else (PATH, FRAME, *columns),
        load=(lambda data: [describe(data)]) if whole else None,
        visit=None if whole else visit,
        finish=lambda results: results,
        settings={"exif": exif, "gps": gps, "frames": frames},
        many=not whole,
        media=PICTURES if whole else FILES,
        number=None if whole else IMAGE_ID,
        max_pixels=max_pixels,
        first=lambda table: _named(table, images, fields, options),
        every_frame=True,
    )
    return run(images, verb, options, backend)


def _named(table: Table, images: Any, fields: Pattern | None, options: Options) -> Table:
    """The table with what the paths tell: the folder, and the fields of a pattern."""
    paths = table.paths()
    cells: dict[str, Any] = {}
    if table.made:
        cells[col.FOLDER.name] = [folder_of(one) for one in paths]
    if fields is not None:
        own = [name for name in fields.fields if name in {column.name for column in COLUMNS}]
        if own:
            raise NameClashError(
                f"The pattern has a field {own[0]!r}, which is a column of read_images itself.",
                "give the field another name.",
            )
        cells |= fields.cells(paths, searched(images) if table.made else None)
    columns = [Column(name, "string", "From the path.") for name in cells]
    out = Results("read_images", table, columns, options).checked()
    if fields is not None:
        _tell_misses(paths, cells[fields.fields[0]])
    return out.table.with_columns(
        {named.name: cells[own.name] for own, named in zip(columns, out.named, strict=True)},
        out.named,
        out.run,
    )


def _tell_misses(paths: Sequence[str | None], cells: Sequence[str | None]) -> None:
    missed = [one for one, cell in zip(paths, cells, strict=True) if cell is None]
    if missed:
        tell(
            f"read_images: {len(missed)} of {len(paths)} paths do not match the pattern, and have "
            f"nulls in its columns; the first is {shown(str(missed[0]))!r}.",
            "change the pattern, or leave these pictures out.",
        )


def _describe(data: bytes, header: Header | str) -> dict[str, Any]:
    """The columns of a picture or frame; of a frame that cannot be read, the reason."""
    file = {col.BYTES.name: len(data), col.SHA256.name: hashlib.sha256(data).hexdigest()}
    if isinstance(header, str):
        return {**file, col.IMAGE_ERROR.name: header}
    return {
        col.FORMAT.name: header.format,
        col.MODE.name: header.mode,
        col.WIDTH.name: header.width,
        col.HEIGHT.name: header.height,
        col.TAKEN_AT.name: header.taken_at,
        **file,
    }
