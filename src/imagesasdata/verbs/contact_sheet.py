"""`contact_sheet`: the pictures of a table in a grid, with what is known of each below it."""

from __future__ import annotations

import math
import os
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from imagesasdata.decode import MAX_PIXELS, decode, limits
from imagesasdata.errors import ColumnError, nearest
from imagesasdata.frames import Pictures
from imagesasdata.options import check_count
from imagesasdata.pixels import fit
from imagesasdata.runner import cores
from imagesasdata.sources import PathLike
from imagesasdata.stream import Loaded, stream
from imagesasdata.table import open_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_INCHES = 1.6
_CAPTION_INCHES = 0.42
_CAPTION_WIDTH = 24
_DPI = 150


def contact_sheet(
    images: Any,
    *,
    path: str = "path",
    label: str | None = None,
    sort: str | None = None,
    per_row: int = 6,
    most: int = 60,
    title: str | None = None,
    to: PathLike | None = None,
) -> Figure:
    """Draw the pictures of a table as a grid of thumbnails: the figure to look at first.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    label
        A column whose value is written below each picture; by default the file's name.
    sort
        A column to sort by, the smallest first; by default the table's order.
    per_row
        Pictures in a row.
    most
        Pictures on the sheet; of a longer table the first ones are shown, and the title says so.
    title
        Written above the sheet.
    to
        A file to save the sheet to (``.png``, ``.pdf``, ``.svg``, ...).

    Returns
    -------
    matplotlib.figure.Figure
        A notebook shows it. A picture that cannot be read has its reason in its place.

    Raises
    ------
    ColumnError
        When the table has no such column.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.classify("examples/photos")
    >>> sheet = iad.contact_sheet(photos, label="label")
    >>> len(sheet.axes)
    12
    """
    check_count("per_row", per_row)
    check_count("most", most)
    table = open_table(images, path)
    order = range(len(table)) if sort is None else table.order_by(_known(table.names, sort))
    order = list(order)[:most]
    paths = table.paths()
    if label is None:
        captions = [os.path.basename(name or "") for name in paths]
    else:
        captions = table.captions(_known(table.names, label))
    thumbnails = _thumbnails(paths, order)
    shown = title
    if len(table) > most:
        shown = f"{title or ''} (the first {most:,} of {len(table):,} pictures)".strip()
    figure = _draw([(thumbnails[row], captions[row]) for row in order], per_row, shown)
    if to is not None:
        figure.savefig(os.fspath(to), dpi=_DPI)
    return figure


def _known(names: list[str], name: str) -> str:
    if name not in names:
        close = nearest(name, names)
        raise ColumnError(
            f"The table has no column {name!r}. Its columns: {', '.join(map(repr, names))}.",
            f"did you mean {close!r}?" if close else None,
        )
    return name


def _thumbnails(paths: list[str | None], rows: list[int]) -> dict[int, np.ndarray | str]:
    """For each row its small picture, or why there is none."""
    side = round(_INCHES * _DPI)

    def load(row: int) -> Loaded:
        name = paths[row]
        if name is None:
            return Loaded(["no path"])
        return Loaded([fit(decode(files.read(name), long_side=side), side)])

    with Pictures() as files, limits(MAX_PIXELS):
        return {
            done.job: done.error if done.error is not None else done.results[0]
            for done in stream(rows, load, None, workers=cores())
        }


def _draw(cells: list[tuple[np.ndarray | str, str]], per_row: int, title: str | None) -> Figure:
    # Importing pyplot lets a notebook show figures; the figure itself is kept out of its registry.
    import matplotlib.pyplot as _pyplot  # noqa: F401
    from matplotlib.figure import Figure

    across = min(per_row, max(len(cells), 1))
    down = max(1, math.ceil(len(cells) / across))
    figure = Figure(
        figsize=(across * _INCHES, down * (_INCHES + _CAPTION_INCHES) + (0.4 if title else 0)),
        layout="constrained",
    )
    axes = figure.subplots(down, across, squeeze=False).ravel()
    for axis, (picture, caption) in zip(axes, cells, strict=False):
        if isinstance(picture, str):
            reason_why = textwrap.fill(picture, _CAPTION_WIDTH)
            axis.text(0.5, 0.5, reason_why, ha="center", va="center", fontsize=6, color="firebrick")
        else:
            axis.imshow(picture)
        axis.set_anchor("S")
        axis.set_xlabel(textwrap.shorten(caption, 2 * _CAPTION_WIDTH), fontsize=7)
    for axis in axes:
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
    if title:
        figure.suptitle(title, fontsize=9)
    return figure
