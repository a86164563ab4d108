"""`segment_colors`: the share of each color of a palette, in whole pictures or in grid cells."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from imagesasdata.arrays.measures.palette import Cell, shares
from imagesasdata.checks import check_amount, check_count
from imagesasdata.columns import Column
from imagesasdata.engine.verb import Row, Verb, run
from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.files.decode import MAX_PIXELS
from imagesasdata.files.decode import decode as decode_picture
from imagesasdata.files.sources import PathLike
from imagesasdata.options import Keep, OnError, Options
from imagesasdata.steps.named_color import color_of, rgb_of
from imagesasdata.tables.frames import Frame, Paths

CELL = (
    Column("cell_row", "int64", "Row of the cell, from the top.", range="0 ..."),
    Column("cell_column", "int64", "Column of the cell, from the left.", range="0 ..."),
    Column("x", "int64", "Left edge of the cell.", unit="pixels", range="0 ..."),
    Column("y", "int64", "Upper edge of the cell.", unit="pixels", range="0 ..."),
    Column("width", "int64", "Width of the cell.", unit="pixels", range="1 ..."),
    Column("height", "int64", "Height of the cell.", unit="pixels", range="1 ..."),
)
SHARE = Column(
    "{}_share",
    "float64",
    "Share of pixels of that color of the palette.",
    range="0 to 1",
    example="road",
)
COLUMNS = (*CELL, SHARE)
_EXAMPLE = 'palette={"road": "#c0392b", "water": (120, 170, 210)}'


def segment_colors(
    images: Frame | Paths,
    palette: Mapping[str, Any],
    *,
    path: str = "path",
    grid: tuple[int, int] | None = None,
    tolerance: float = 20.0,
    max_pixels: int = MAX_PIXELS,
    keep: Keep = "all",
    prefix: str | None = None,
    replace: bool = False,
    workers: int | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Measure the share of a picture in each of several colors, such as a map's roads.

    On a scanned historical map the legend says what each color stands for. The share of road color
    in each cell of a grid measures access long before there were road data.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    palette
        Maps names to colors: an English name, ``"#c0392b"``, or red, green and blue from 0 to 255.
        Take the colors from the scan itself, with a color picker, because printed colors differ from
        the legend's names.
    path
        The table's column of paths.
    grid
        The numbers of rows and columns of cells, each cell a row in a long table; ``None`` measures
        the whole picture.
    tolerance
        How far a pixel may be from a color, as ΔE*ab in CIELAB: 2 is just noticeable, 20 allows for
        the effects of paper, age and JPEG on one ink. A pixel further from all colors counts for
        none.
    max_pixels
        A picture with more pixels is refused from its header.
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
        The rows given, in order, with ``<name>_share`` for each color, from 0 to 1, and
        ``image_error``. With ``grid`` a long table: ``image_id``, ``path``, ``cell_row``,
        ``cell_column``, ``x``, ``y``, ``width``, ``height`` (pixels), the shares and
        ``image_error``.

    Raises
    ------
    ArgumentError, ArgumentTypeError, ColumnError, NameClashError
        For misuse, before any picture is read.

    Notes
    -----
    Every pixel is classified, without averaging, so that thin lines keep their color. A share
    depends on line width and resolution: compare maps of one series, scanned alike. Letters and
    symbols printed in the same ink count, too.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> cup = iad.segment_colors("examples/photos/coffee.jpg", {"wood": "saddlebrown"})
    >>> bool(0 < cup.wood_share[0] < 1)
    True
    """
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
    colors = _colors(palette)
    cells = _grid(grid)
    check_amount("tolerance", tolerance, over_zero=True, example=20)
    check_count("max_pixels", max_pixels)
    table = np.array(list(colors.values()), np.uint8)

    def load(data: bytes) -> list[Row]:
        image = decode_picture(data, exactness="exact", max_pixels=max_pixels)
        return [
            _row(cell, list(colors))
            for cell in shares(np.asarray(image), table, float(tolerance), cells)
        ]

    columns = tuple(
        dataclasses.replace(SHARE.named(SHARE.name.format(name)), description=_says(name, color))
        for name, color in colors.items()
    )
    verb = Verb(
        name="segment_colors",
        columns=columns if grid is None else (*CELL, *columns),
        load=load,
        finish=lambda results: results,
        settings={"palette": colors, "tolerance": float(tolerance), "grid": grid},
        many=grid is not None,
        max_pixels=max_pixels,
    )
    return run(images, verb, options)


def _colors(palette: Mapping[str, Any]) -> dict[str, tuple[int, int, int]]:
    if not isinstance(palette, Mapping):
        raise ArgumentTypeError(
            f"palette must map names to colors, got {type(palette).__name__}.", _EXAMPLE
        )
    if not 0 < len(palette) <= 100:
        raise ArgumentError(f"palette has {len(palette)} colors, not 1 to 100.", _EXAMPLE)
    for name in palette:
        if not isinstance(name, str) or not name.isidentifier():
            raise ArgumentError(
                f"The color's name {name!r} cannot be part of a column's name.",
                f"use letters, digits and underscores: {_EXAMPLE}",
            )
    return {name: rgb_of(color_of(color)) for name, color in palette.items()}


def _grid(grid: tuple[int, int] | None) -> tuple[int, int]:
    if grid is None:
        return 1, 1
    if not isinstance(grid, (tuple, list)) or len(grid) != 2:
        raise ArgumentTypeError(
            f"grid must be two numbers, of rows and of columns, got {grid!r}.",
            "as in grid=(10, 10).",
        )
    for name, count in zip(("grid rows", "grid columns"), grid, strict=True):
        check_count(name, count)
    return grid[0], grid[1]


def _says(name: str, color: tuple[int, int, int]) -> str:
    return f"Share of pixels with the color {name!r}, #{bytes(color).hex()}."


def _row(cell: Cell, names: list[str]) -> Row:
    place = dict(zip((column.name for column in CELL), cell[:-1], strict=True))
    return {
        **place,
        **{f"{name}_share": share for name, share in zip(names, cell.shares.tolist(), strict=True)},
    }
