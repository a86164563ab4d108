"""`blur_faces`: copies of pictures on which no face can be recognized."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from typing import Any, Literal, get_args

import numpy as np

from imagesasdata import columns as base
from imagesasdata.arrays.faces import columns as col
from imagesasdata.arrays.faces.boxes import is_among
from imagesasdata.arrays.faces.hide import Method, hide
from imagesasdata.checks import check_choice, check_count
from imagesasdata.columns import Column
from imagesasdata.engine.results import Results, within
from imagesasdata.engine.verb import Row, Source, Verb, run
from imagesasdata.files.decode import MAX_PIXELS, decode
from imagesasdata.files.sources import PathLike
from imagesasdata.files.writing import folder
from imagesasdata.options import FACE_SCORE_TO_HIDE, OnError, Options
from imagesasdata.tables.frames import AnyFrame, Frame, Paths
from imagesasdata.tables.table import open_table
from imagesasdata.verbs.faces._faces import NO_FACES
from imagesasdata.verbs.faces._identity import as_paths
from imagesasdata.verbs.faces.detect_faces import Tiles, Upright, detect_faces

HIDDEN = Column("faces_hidden", "int64", "How many faces were made unreadable.", range="0 ...")
COLUMNS = (base.OUT_PATH, HIDDEN)
# On fewer pixels nobody can be recognized.
_SMALLEST = 12
_VISIBLE = "visible= takes rows of iad.detect_faces(images)."


def blur_faces(
    images: Frame | Paths,
    *,
    path: str = "path",
    to: PathLike,
    method: Method = "pixelate",
    visible: AnyFrame | None = None,
    threshold: float = FACE_SCORE_TO_HIDE,
    tiles: Tiles = "auto",
    upright: Upright = "auto",
    format: Literal["jpeg", "png", "webp", "tiff"] = "jpeg",
    max_pixels: int = MAX_PIXELS,
    prefix: str | None = None,
    replace: bool = False,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Write copies of pictures with unrecognizable faces.

    Use it to show or share pictures without showing who is on them. Copies have no metadata (no
    place, no time, no camera, no preview of the original picture).

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    to
        The folder for the copies; it is created if needed. A source is never overwritten.
    method
        ``"pixelate"`` (few large blocks), ``"gaussian"`` (a strong blur) or ``"fill"`` (one color:
        nothing at all is left of the face).
    visible
        The faces that are not hidden: rows of a table from `detect_faces`.
    threshold
        The lowest score of a face that is hidden. It is lower than elsewhere, because hiding
        something that is not a face does little harm.
    tiles
        Whether to search for small faces, too, as in `detect_faces`.
    upright
        ``"auto"`` also tries the quarter turns of a picture in which nothing is found, or one face in
        doubt: it may have been stored on its side. ``"never"`` takes pictures as they are.
    format
        ``"jpeg"``, ``"png"``, ``"webp"`` or ``"tiff"``.
    max_pixels
        A picture with more pixels is refused from its header.
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    replace
        Whether columns of the table are replaced if new ones have their names. Those of an earlier
        run of the same verb always are.
    batch_size
        Pictures that go through the network together; by default what is fastest on the device. It
        does not change the result. Each tile of a picture counts as one.
    workers
        Threads that read and decode pictures; by default one for each core, for remote files at
        least 16.
    device
        ``"cpu"``, ``"gpu"``, ``"tpu"`` or one of several as ``"gpu:1"``; by default all of the best
        kind.
    cache
        A folder that keeps finished faces, so that a stopped run resumes where it stopped.
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        The rows given, in order, and:

        - ``out_path``: the copy;
        - ``faces_hidden``: how many faces were hidden on it;
        - ``image_error``: why there is no copy, else null.

    Raises
    ------
    UnknownNameError, WeightsError, ColumnError, NameClashError, ArgumentError, DeviceError
        For misuse, before any picture is read.

    Notes
    -----
    An ellipse 1.5 times as wide and as high as the box is hidden. A face that is not found is not
    hidden: look through the copies before you share them, and remember that clothes, places and
    other people can identify a person, too.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> from tempfile import mkdtemp
    >>> copies = iad.blur_faces("examples/photos/astronaut.jpg", to=mkdtemp())
    >>> copies.faces_hidden.tolist()
    [1]
    """
    options = Options(
        path=path,
        prefix=prefix,
        replace=replace,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    check_choice("method", method, get_args(Method))
    check_count("max_pixels", max_pixels)
    kept = set() if visible is None else set(_boxes(visible))
    target = folder(to, format)
    table = open_table(images, path)
    Results("blur_faces", table, COLUMNS, options).checked()
    faces = detect_faces(
        as_paths([one for one in table.paths() if one is not None]),
        min_size=_SMALLEST,
        threshold=threshold,
        tiles=tiles,
        upright=upright,
        max_pixels=max_pixels,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        on_error=within(options).on_error,
        progress=progress,
    )
    found: dict[str, list[tuple[float, ...]]] = {}
    for one in _boxes(faces):
        found.setdefault(one[0], []).append(one[1:])

    def visit(source: Source) -> list[Row]:
        data = source.files.read(source.path)
        boxes = [box for box in found.get(source.path, []) if not _is_kept(source.path, box, kept)]
        digest = hashlib.sha256(data).hexdigest()
        out = target.name(source.path, digest, method, *boxes)
        if not out.exists():
            image = decode(data, exactness="exact", max_pixels=max_pixels)
            pixels = np.array(image)
            for box in boxes:
                hide(pixels, np.array(box), method)
            target.write(pixels, out)
        return [{base.OUT_PATH.name: os.fspath(out), HIDDEN.name: len(boxes)}]

    verb = Verb(
        name="blur_faces",
        columns=COLUMNS,
        visit=visit,
        finish=lambda results: results,
        max_pixels=max_pixels,
    )
    return run(images, verb, dataclasses.replace(options, cache=None))


def _boxes(faces: Any) -> list[tuple[Any, ...]]:
    """Path, left, top, width, height of each face of a table."""
    table = open_table(faces, base.PATH.name)
    names = [table.known(column.name, so=NO_FACES, hint=_VISIBLE) for column in col.BOX]
    rows = zip(table.paths(), *map(table.cells, names), strict=True)
    return [row for row in rows if row[0] is not None and row[1] is not None and row[1] == row[1]]


def _is_kept(path: str, box: tuple[float, ...], kept: set[tuple[Any, ...]]) -> bool:
    """Whether this is one of the faces to keep, perhaps detected with other settings."""
    return is_among(box, [one[1:] for one in kept if one[0] == path])
