"""`features`: size, color, light, texture and composition of each picture as numeric columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np

from imagesasdata.arrays.measures import GROUPS, Size, measure
from imagesasdata.arrays.pixels import fit
from imagesasdata.checks import check_choice, check_count
from imagesasdata.engine.verb import Row, Verb, run
from imagesasdata.errors import ArgumentError, one_of
from imagesasdata.files.decode import MAX_PIXELS, Exactness, read_header
from imagesasdata.files.decode import decode as decode_picture
from imagesasdata.files.sources import PathLike
from imagesasdata.options import OnError, Options
from imagesasdata.tables.frames import Frame, Paths
from imagesasdata.verbs.words import GROUP

# Measures are taken at one size, so that they describe the picture and not the camera.
LONG_SIDE = 512
COLUMNS = tuple(column for group in GROUPS.values() for column in group.columns)


def features(
    images: Frame | Paths,
    *,
    path: str = "path",
    groups: Sequence[str] | str | None = None,
    decode: Exactness = "fast",
    max_pixels: int = MAX_PIXELS,
    prefix: str | None = None,
    replace: bool = False,
    workers: int | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Measure what can be computed from the pixels alone: color, light, texture, composition.

    Interpretable numbers for a regression: how bright, how colorful, how busy a picture is, and
    where in it things are. Each has a formula and a source in the docs ("Feature formulas"), where
    the pictures with the highest and lowest values can be seen.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    groups
        Any of ``"size"``, ``"color"``, ``"light"``, ``"texture"`` and ``"composition"``, which are
        the default; ``"hog"``, a vector of 324 numbers for classifiers; and ``"hash"``, four codes
        that find copies (those of the package ImageHash, for which all pixels are decoded).
    decode
        ``"fast"`` decodes a large JPEG at a reduced scale that is still larger than what is needed;
        ``"exact"`` decodes every pixel.
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
        The rows given, in order, and a column for each measure of the chosen groups, then
        ``image_error``. A measure that a picture does not have, such as the hue of a gray one, is
        null.

    Raises
    ------
    UnknownNameError, ColumnError, NameClashError, ArgumentError
        For misuse, before any picture is read.

    Notes
    -----
    Measures are taken on the upright picture in sRGB, scaled down (by averaging) to at most 512
    pixels on its longer side, so that the same scene gives about the same numbers from any camera.
    Hashes use all pixels.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.features("examples/photos/chelsea.jpg", groups="light")
    >>> bool(0 < photos.luminance_mean[0] < 1)
    True
    """
    options = Options(
        path=path,
        prefix=prefix,
        replace=replace,
        workers=workers,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    chosen = _check_groups(groups)
    check_choice("decode", decode, get_args(Exactness))
    check_count("max_pixels", max_pixels)
    whole = [group for group in chosen if GROUPS[group].whole]
    scaled = [group for group in chosen if not GROUPS[group].whole]

    def load(data: bytes) -> list[Row]:
        header = read_header(data, max_pixels=max_pixels)
        size = Size(header.width, header.height, len(data))
        image = decode_picture(data, long_side=LONG_SIDE, exactness=decode, max_pixels=max_pixels)
        values = measure(fit(image, LONG_SIDE), size, scaled)
        if whole:
            if image.size != (header.width, header.height):
                image = decode_picture(data, exactness="exact", max_pixels=max_pixels)
            values |= measure(np.asarray(image), size, whole)
        return [values]

    verb = Verb(
        name="features",
        columns=tuple(column for group in chosen for column in GROUPS[group].columns),
        load=load,
        finish=lambda results: results,
        settings={"groups": chosen, "decode": decode, "long_side": LONG_SIDE},
        max_pixels=max_pixels,
    )
    return run(images, verb, options)


def _check_groups(groups: Sequence[str] | str | None) -> tuple[str, ...]:
    if groups is None:
        return tuple(name for name, group in GROUPS.items() if not group.on_request)
    asked = (groups,) if isinstance(groups, str) else tuple(groups)
    if not asked:
        raise ArgumentError(
            "groups is empty.", f"name some of {', '.join(GROUPS)}, or leave it out."
        )
    for group in asked:
        if group not in GROUPS:
            raise one_of("group of features", group, GROUPS, GROUP)
    return tuple(group for group in GROUPS if group in asked)
