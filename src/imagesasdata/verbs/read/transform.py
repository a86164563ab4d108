"""`transform`: applies steps to pictures and writes the results to a folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import get_args

import numpy as np
from PIL import Image

from imagesasdata import columns as col
from imagesasdata.checks import check_choice, check_count
from imagesasdata.engine.verb import Row, Source, Verb, run
from imagesasdata.errors import ArgumentError, ArgumentTypeError, short
from imagesasdata.files.decode import MAX_PIXELS, Exactness, read_header
from imagesasdata.files.decode import decode as decode_picture
from imagesasdata.files.sources import PathLike
from imagesasdata.files.writing import folder
from imagesasdata.options import OnError, Options
from imagesasdata.steps import Step
from imagesasdata.steps.sizes import Resize
from imagesasdata.tables.frames import Frame, Paths

COLUMNS = (col.OUT_PATH, col.OUT_WIDTH, col.OUT_HEIGHT)


def transform(
    images: Frame | Paths,
    steps: Sequence[Step] | Step,
    *,
    path: str = "path",
    to: PathLike,
    format: str = "jpeg",
    decode: Exactness = "fast",
    max_pixels: int = MAX_PIXELS,
    prefix: str | None = None,
    replace: bool = False,
    workers: int | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Apply a list of steps to pictures and write the results to a folder.

    To prepare pictures for people or programs (all of one size, in gray, without metadata), and to
    see what a filter does: blur, edges, a threshold, any kernel.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    steps
        A step of `imagesasdata.steps`, or a list of them, applied in order.
    path
        The table's column of paths.
    to
        The folder for the results; it is created if needed. The sources are not changed.
    format
        ``"jpeg"`` (quality 95), ``"png"`` or ``"tiff"`` (without loss), or ``"webp"``.
    decode
        ``"fast"`` decodes a large JPEG at a reduced scale that is still larger than what is needed;
        ``"exact"`` decodes every pixel. The scale is reduced when the first step makes the picture
        at most half as large, as with Pillow's ``thumbnail``.
    max_pixels
        A picture with more pixels is refused from its header.
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    replace
        Whether columns of the table are replaced if new ones have their names. Those of an earlier
        run of the same verb always are.
    workers
        Threads that read and decode pictures; by default one for each core, for remote files at
        least 16.
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        The rows given, in order, and:

        - ``out_path``: the new picture's file;
        - ``out_width``, ``out_height``: its size in pixels;
        - ``image_error``: why there is no new picture, else null.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError, ColumnError, NameClashError
        For misuse, before any picture is read.

    Notes
    -----
    A result is named after its source, with a hash of the path, the steps, and the source's size and
    time. So sources of the same name do not collide, and a stopped run can resume: results that are
    already in the folder are not made again. Results are upright, in sRGB and without metadata.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> from tempfile import mkdtemp
    >>> small = [iad.steps.resize(short_side=100), iad.steps.grayscale()]
    >>> photos = iad.transform("examples/photos/chelsea.jpg", small, to=mkdtemp())
    >>> photos[["out_width", "out_height"]]
       out_width  out_height
    0        150         100
    """
    options = Options(
        path=path,
        prefix=prefix,
        replace=replace,
        workers=workers,
        on_error=on_error,
        progress=progress,
    )
    pipe = _check_steps(steps)
    check_choice("decode", decode, get_args(Exactness))
    check_count("max_pixels", max_pixels)
    target = folder(to, format)

    def visit(source: Source) -> list[Row]:
        stamp = source.files.stamp(source.path)
        data = source.files.read(source.path) if stamp is None else None
        out = target.name(source.path, stamp or _hash(data), decode, *pipe)
        if out.exists():
            made = read_header(out.read_bytes(), max_pixels=max_pixels)
            width, height = made.width, made.height
        else:
            data = source.files.read(source.path) if data is None else data
            pixels = np.asarray(_decode(data, pipe[0], decode, max_pixels))
            for step in pipe:
                pixels = step(pixels)
            target.write(pixels, out)
            height, width = pixels.shape[:2]
        return [dict(zip(_NAMES, (os.fspath(out), width, height), strict=True))]

    verb = Verb(
        name="transform",
        columns=COLUMNS,
        visit=visit,
        finish=lambda results: results,
        max_pixels=max_pixels,
    )
    return run(images, verb, options)


_NAMES = [column.name for column in COLUMNS]


def _hash(data: bytes | None) -> str:
    """A hash of a file's content, for files whose modification time is unknown."""
    return hashlib.sha256(data or b"").hexdigest()


def _decode(data: bytes, first: Step, exactness: Exactness, max_pixels: int) -> Image.Image:
    """The picture, at a reduced scale if that is still at least twice the first step's result."""
    if exactness == "exact" or not isinstance(first, Resize) or first.method == "nearest":
        return decode_picture(data, exactness="exact", max_pixels=max_pixels)
    header = read_header(data, max_pixels=max_pixels)
    width, height = first.size(header.width, header.height)
    # One scale for both sides: the larger one if the step stretches.
    scale = 2 * max(width / header.width, height / header.height)
    wanted = -int(-scale * max(header.width, header.height) // 1)
    return decode_picture(data, long_side=wanted, max_pixels=max_pixels)


def _check_steps(steps: Sequence[Step] | Step) -> tuple[Step, ...]:
    pipe = [*steps] if isinstance(steps, Sequence) else [steps]
    if not pipe:
        raise ArgumentError("steps is empty.", "for example [iad.steps.resize(256)].")
    for step in pipe:
        if not isinstance(step, Step):
            raise ArgumentTypeError(
                f"Expected steps, got {short(step)}.",
                "make them with iad.steps, for example iad.steps.resize(256).",
            )
    return tuple(pipe)
