"""`contact_sheet`: the pictures of a table in a grid, each with a label below it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from imagesasdata.arrays.clustering.contents import typical_first
from imagesasdata.arrays.pixels import fit
from imagesasdata.checks import check_count
from imagesasdata.columns import EMBEDDING
from imagesasdata.engine.stream import Loaded, stream
from imagesasdata.files.decode import decode, read_header
from imagesasdata.files.names import file_name
from imagesasdata.files.outputs import output
from imagesasdata.files.references import Pictures
from imagesasdata.files.sources import PathLike
from imagesasdata.files.targets import FIGURES, target
from imagesasdata.machine import cores
from imagesasdata.pages.figures import new_figure
from imagesasdata.tables.cells import captions, order_by
from imagesasdata.tables.clusters import cluster_columns, proposed_names
from imagesasdata.tables.codes import label_cells, name_of_missing
from imagesasdata.tables.frames import AnyFrame, Paths
from imagesasdata.tables.table import open_table
from imagesasdata.tables.vectors import vectors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIDES = ("x", "y", "width", "height")
_INCHES = 1.6
_CAPTION_INCHES = 0.3
_CAPTION_WIDTH = 24
_DPI = 150


def contact_sheet(
    images: AnyFrame | Paths,
    *,
    path: str = "path",
    label: str | None = None,
    sort: str | None = None,
    by: str | None = None,
    boxes: AnyFrame | None = None,
    per_row: int = 6,
    n: int = 60,
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
    by
        A column of groups, such as ``"cluster"``: each group has its own rows under its name. In a table
        with an ``embedding``, the most typical pictures of a group come first, unless ``sort`` is given.
        Clusters are also given the name that `cluster_table` proposes, where there are labels, captions
        or words.
    boxes
        Boxes to draw on the pictures: a table from a verb that finds things, with a row for each and
        the columns ``path`` and ``x``, ``y``, ``width``, ``height`` (or ``face_x``, ...) in pixels of
        the upright original.
    per_row
        Pictures in a row.
    n
        The maximum number of pictures. Of a longer table the first ones are shown, and the title
        says so. With ``by`` each group gets an equal number, in full rows where ``n`` allows.
    title
        Written above the sheet.
    to
        A file to save the sheet to (``.png``, ``.pdf``, ``.svg``, ...).

    Returns
    -------
    matplotlib.figure.Figure
        A notebook shows it. A picture that cannot be read is replaced by the reason.

    Raises
    ------
    ColumnError
        When a table has no such column.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.classify("examples/photos")
    >>> sheet = iad.contact_sheet(photos, label="label")
    >>> len(sheet.axes)
    12
    """
    check_count("per_row", per_row)
    check_count("n", n)
    place = None if to is None else target(to, FIGURES)
    table = open_table(images, path)
    order = list(range(len(table)) if sort is None else order_by(table, table.known(sort)))
    cells = [] if by is None else label_cells(table, by)
    groups = {None: order} if by is None else _groups(cells, order)
    proposed = proposed_names(table, cells) if by in cluster_columns(table) else {}
    is_typical = by is not None and sort is None and EMBEDDING.name in table.names
    if is_typical:
        places = vectors(table, EMBEDDING.name)
        groups = {name: typical_first(places, rows) for name, rows in groups.items()}
    part = max(1, n // max(len(groups), 1))
    if by is not None and part > per_row:
        part -= part % per_row
    groups = {name: rows[:part] for name, rows in groups.items()}
    paths = table.paths()
    names = [file_name(name) for name in paths]
    texts = names if label is None else captions(table, table.known(label))
    drawn = {} if boxes is None else _boxes(boxes)
    shown = [row for rows in groups.values() for row in rows]
    small = _thumbnails(paths, shown, drawn, round(_INCHES * _DPI))
    if len(shown) < len(table):
        which = "the most typical" if is_typical else "the first"
        title = f"{title or ''} ({which} {len(shown):,} of {len(table):,} pictures)".strip()
    blocks = {
        None if name is None else _heading(by, name, proposed.get(name)): [
            (small[row], texts[row]) for row in rows
        ]
        for name, rows in groups.items()
    }
    figure = _draw(blocks, per_row, title)
    if place is not None:
        with output(place) as file:
            figure.savefig(file, format=place.suffix[1:].lower(), dpi=_DPI)
    return figure


def _heading(by: str | None, name: Any, proposed: str | None) -> str:
    return f"{by}: {name}" if proposed is None else f"{by}: {name} ({proposed})"


def thumbnails(
    paths: Sequence[str | None], side: int = round(_INCHES * _DPI)
) -> list[np.ndarray | str]:
    """The pictures, scaled down to ``long_side`` pixels, or why one cannot be read."""
    found = _thumbnails(paths, list(range(len(paths))), {}, side)
    return [found[row].picture for row in range(len(paths))]


def _groups(cells: list[Any], order: list[int]) -> dict[Any, list[int]]:
    """The rows of each group; groups are sorted, and rows without a group come last."""
    found: dict[Any, list[int]] = {}
    for row in order:
        found.setdefault(cells[row], []).append(row)
    names = [name for name in found if name is not None]
    try:
        names.sort()
    except TypeError:
        names.sort(key=str)
    return {
        **{name: found[name] for name in names},
        **({name_of_missing(names, "none", "missing"): found[None]} if None in found else {}),
    }


def _boxes(boxes: Any) -> dict[str, list[tuple[float, ...]]]:
    """The boxes on each path, as left, top, width and height."""
    table = open_table(boxes, "path")
    start = "face_" if "face_x" in table.names else ""
    sides = [table.cells(table.known(f"{start}{side}")) for side in _SIDES]
    found: dict[str, list[tuple[float, ...]]] = {}
    for path, *box in zip(table.paths(), *sides, strict=True):
        if path is not None and None not in box:
            found.setdefault(path, []).append(tuple(float(side) for side in box))
    return found


@dataclass(frozen=True)
class _Thumbnail:
    """A thumbnail, or why there is none, and its boxes in the thumbnail's pixels."""

    picture: np.ndarray | str
    boxes: list[tuple[float, ...]] = field(default_factory=list)


def _thumbnails(
    paths: Sequence[str | None],
    rows: list[int],
    boxes: dict[str, list[tuple[float, ...]]],
    side: int,
) -> dict[int, _Thumbnail]:
    def load(row: int) -> Loaded:
        name = paths[row]
        if name is None:
            return Loaded([_Thumbnail("no path")])
        data = files.read(name)
        picture = fit(decode(data, long_side=side), side)
        scale = picture.shape[1] / read_header(data).width
        scaled = [tuple(scale * part for part in box) for box in boxes.get(name, [])]
        return Loaded([_Thumbnail(picture, scaled)])

    with Pictures() as files:
        return {
            done.job: _Thumbnail(done.error) if done.error is not None else done.results[0]
            for done in stream(rows, load, None, workers=cores())
        }


def _draw(
    blocks: dict[str | None, list[tuple[_Thumbnail, str]]], per_row: int, title: str | None
) -> Figure:
    across = min(per_row, max((len(cells) for cells in blocks.values()), default=1) or 1)
    # Each block begins a row; its last row may have empty cells.
    grid: list[tuple[_Thumbnail, str] | None] = []
    headings: dict[int, str] = {}
    for name, cells in blocks.items():
        if name is not None:
            headings[len(grid)] = name
        grid += cells
        grid += [None] * (-len(grid) % across)
    rows = [grid[start : start + across] for start in range(0, len(grid), across)] or [[None]]
    # A row is as high as its tallest picture, so that wide pictures leave no gap above them.
    tall = [max(_height(cell) for cell in row) for row in rows]
    height = sum(tall) + len(rows) * _CAPTION_INCHES
    height += (0.4 if title else 0) + 0.2 * len(headings)
    figure = new_figure(across * _INCHES, height)
    axes = figure.subplots(len(rows), across, squeeze=False, height_ratios=tall).ravel()
    for place, (axis, cell) in enumerate(zip(axes, grid, strict=False)):
        if cell is not None:
            _draw_cell(axis, *cell)
        if place in headings:
            axis.set_title(headings[place], loc="left", fontsize=8, fontweight="bold")
    for axis in axes:
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
    if title:
        figure.suptitle(title, fontsize=9)
    return figure


def _height(cell: tuple[_Thumbnail, str] | None) -> float:
    """Height of a picture on the sheet, in inches; an error text has half that of a square picture."""
    if cell is None or isinstance(cell[0].picture, str):
        return _INCHES / 2
    high, wide = cell[0].picture.shape[:2]
    return _INCHES * high / max(high, wide)


def _draw_cell(axis: Axes, thumbnail: _Thumbnail, caption: str) -> None:
    from matplotlib.patches import Rectangle

    if isinstance(thumbnail.picture, str):
        why = textwrap.fill(thumbnail.picture, _CAPTION_WIDTH)
        axis.text(0.5, 0.5, why, ha="center", va="center", fontsize=6, color="firebrick")
    else:
        axis.imshow(thumbnail.picture)
    for left, top, width, height in thumbnail.boxes:
        box = Rectangle((left, top), width, height, fill=False, edgecolor="gold", linewidth=1.2)
        axis.add_patch(box)
    axis.set_anchor("S")
    axis.set_xlabel(textwrap.shorten(caption, 2 * _CAPTION_WIDTH), fontsize=7)
