"""`map_images`: a page to view, search and select from a whole collection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np

from imagesasdata import columns as col
from imagesasdata.arrays.clustering.reduction import Reduction, project
from imagesasdata.arrays.neighbors.distances import unit
from imagesasdata.arrays.pixels import fit
from imagesasdata.checks import check_choice, check_count
from imagesasdata.engine.stream import Loaded, stream
from imagesasdata.errors import ArgumentError, ColumnError, without_credentials
from imagesasdata.files.decode import decode
from imagesasdata.files.outputs import output
from imagesasdata.files.references import Pictures
from imagesasdata.files.sources import PathLike
from imagesasdata.files.targets import PAGES, target
from imagesasdata.machine import cores
from imagesasdata.networks.zoo.registry import card
from imagesasdata.options import EMBEDDER, Options
from imagesasdata.pages import sprites
from imagesasdata.pages.map_page import map_page
from imagesasdata.progress import Progress
from imagesasdata.tables.cells import as_json
from imagesasdata.tables.clusters import cluster_columns, proposed_names
from imagesasdata.tables.frames import AnyFrame, Paths
from imagesasdata.tables.kinds import id_text
from imagesasdata.tables.table import Table, open_table
from imagesasdata.verbs.collections._vectors import read_collection
from imagesasdata.verbs.collections.reduce import DIM

_SIDES = (32, 64, 128)
_TIME_KINDS = ("time", "number")


def map_images(
    images: AnyFrame | Paths,
    *,
    path: str = "path",
    model: str = EMBEDDER,
    to: PathLike = "map.html",
    x: str | None = None,
    y: str | None = None,
    method: Reduction = "pca",
    label: str | None = None,
    color: str | None = None,
    time: str | None = None,
    columns: Sequence[str] | None = None,
    title: str = "Map of pictures",
    thumbnail: int = 64,
    embedding: str | None = None,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    progress: bool | None = None,
) -> Path:
    """Make a page with a map of all pictures of a collection, similar ones near each other.

    The quickest way to know a collection: move over it, zoom in, color it by any column, search it,
    draw a line around pictures and save their ids. The page is a single file, opens from disk in
    any browser, and loads nothing: it can be sent to a co-author or archived.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths. Vectors (from
        `embed`) or positions (from `reduce`) that the table has are used.
    path
        The table's column of paths.
    model
        A name from ``iad.models("embed")``. It embeds pictures without vectors.
    to
        The file to write; an existing one is replaced.
    x
        A column of numbers that places pictures from left to right; by default ``dim_1``. If the
        table has no such column, ``method`` places the pictures.
    y
        The same from bottom to top; by default ``dim_2``.
    method
        The method that places pictures: ``"pca"``, ``"umap"`` or ``"tsne"`` (see `reduce`).
    label
        The column shown first for a picture; by default ``"label"`` if there.
    color
        The column of colors to begin with; any other can be chosen on the page.
    time
        A column of times or numbers for the time view; by default ``"taken_at"`` if there.
    columns
        The columns that go into the page; by default all of text, numbers, times or booleans. Leave
        out columns that the readers of the page should not see.
    title
        The title above the page.
    thumbnail
        Pixels of a thumbnail's longer side: 32, 64 or 128. A page of 10,000 pictures at 64 has about
        20 megabytes.
    embedding
        The column of vectors; by default ``"embedding"``, or ``emb_0``, ``emb_1``, ... if there.
    batch_size
        Pictures that go through the network together; by default what is fastest on the device. It
        does not change the result.
    workers
        Threads that read and decode pictures; by default one for each core, for remote files at
        least 16.
    device
        ``"cpu"``, ``"gpu"``, ``"tpu"`` or one of several as ``"gpu:1"``; by default all of the best
        kind.
    cache
        A folder that keeps finished embeddings, so that a stopped run resumes where it stopped.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    pathlib.Path
        The page. Its selection is saved as ``selection.csv`` with the column ``image_id`` (the table's
        own, else its index or the number of the row), which joins back on the table.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError, ColumnError, MissingPackageError
        For misuse, before any picture is read.

    Notes
    -----
    Keys: arrows go from picture to picture, space selects, ``+``, ``-`` and ``0`` zoom, ``m``, ``g`` and
    ``t`` change the view, ``/`` searches. Pictures that cannot be read are gray; those without a
    position are only in the grid. A column of clusters is one of categories with a color each, which
    the legend names by what their pictures have most (see `cluster_table`); a click on its lines
    hides and shows a group. Names and labels are escaped, and the page's policy blocks other
    scripts. Drawn by PixiJS (MIT license), which is part of the page. The page contains the
    thumbnails: whoever has the page has them.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> from tempfile import mkdtemp
    >>> photos = iad.reduce(iad.classify(iad.embed("examples/photos")))
    >>> page = iad.map_images(photos, to=mkdtemp() + "/map.html", color="label")
    >>> page.stat().st_size > 500_000
    True
    """
    options = Options(
        path=path,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        progress=progress,
    )
    check_choice("method", method, get_args(Reduction))
    check_count("thumbnail", thumbnail)
    if thumbnail not in _SIDES:
        raise ArgumentError(
            f"thumbnail must be one of {', '.join(map(str, _SIDES))}, got {thumbnail}.",
            "64 is right for most; 128 for a few hundred pictures.",
        )
    card(model, "embed")
    place = target(to, PAGES)
    table = open_table(images, path)
    kept = _columns(table, path, columns, [label, color, time])
    label = _given(kept, label, col.LABEL.name)
    time = _given(kept, time, col.TAKEN_AT.name)
    if time is not None and kept[time]["kind"] not in _TIME_KINDS:
        raise ColumnError(
            f"The column {time!r} holds no times.", "give a column of dates, times or numbers."
        )
    places = _places(table, x, y, method, options, embedding, model)
    paths = table.paths()
    sheets, sizes = _sheets(paths, thumbnail, options)
    data = {
        "ids": [id_text(one) for one in table.ids()],
        "paths": [without_credentials(name or "") for name in paths],
        "x": places[0],
        "y": places[1],
        "columns": {str(name): cells for name, cells in kept.items()},
        "label": label,
        "color": color,
        "time": time,
        "side": thumbnail,
        "sheetSide": sprites.SHEET_SIDE,
        "perSheet": sprites.cells_of_sheet(thumbnail),
        "sheets": sheets,
        "sizes": sizes,
    }
    with output(place) as file:
        file.write(map_page(title, data).encode())
    return place


def _columns(
    table: Table, path: str, chosen: Sequence[str] | None, needed: Sequence[str | None]
) -> dict[str, dict[str, Any]]:
    """The columns that go into the page, as kind and values."""
    for name in [*(chosen or []), *(one for one in needed if one is not None)]:
        table.known(name)
    names = table.names if chosen is None else [*chosen, *(one for one in needed if one)]
    kept = {}
    for name in dict.fromkeys(names):
        if name in (path, col.IMAGE_ID.name):
            continue
        found = as_json(table, name)
        if found is not None and found[0] == "number" and name in cluster_columns(table):
            names_of = {str(one): text for one, text in proposed_names(table, found[1]).items()}
            kept[name] = {"kind": "group", "values": found[1], "names": names_of}
        elif found is not None:
            kept[name] = {"kind": found[0], "values": found[1]}
        elif chosen is not None:
            raise ColumnError(
                f"The column {name!r} cannot be shown: its cells are no text, numbers or times.",
                "leave it out of columns=.",
            )
    return kept


def _given(kept: dict[str, Any], name: str | None, usual: str) -> str | None:
    return name or (usual if usual in kept else None)


def _places(
    table: Table,
    x: str | None,
    y: str | None,
    method: Reduction,
    options: Options,
    embedding: str | None,
    model: str,
) -> tuple[list[float | None], list[float | None]]:
    names = (x or DIM.name.format(1), y or DIM.name.format(2))
    for name, asked in zip(names, (x, y), strict=True):
        if asked is not None:
            table.known(name, hint="iad.reduce adds dim_1 and dim_2; or leave x and y out.")
    if all(name in table.names for name in names):
        found = [as_json(table, name) for name in names]
        for name, one in zip(names, found, strict=True):
            if one is None or one[0] == "text":
                raise ColumnError(
                    f"The column {name!r} holds no numbers.", "give columns of numbers as x and y."
                )
        return found[0][1], found[1][1]  # type: ignore[index]
    collection = read_collection(table, options, embedding=embedding, model=model)
    places = project(unit(collection.vectors), method, 2)
    found = dict(zip(collection.rows.tolist(), places.tolist(), strict=True))
    both = [found.get(row, (None, None)) for row in range(len(table))]
    return [x for x, _ in both], [y for _, y in both]


def _sheets(
    paths: list[str | None], side: int, options: Options
) -> tuple[list[str], list[tuple[int, int]]]:
    """The sheets of thumbnails, and each thumbnail's width and height; 0 for a picture without."""
    sizes = [(0, 0)] * len(paths)
    sheets = []

    def load(row: int) -> Loaded:
        name = paths[row]
        if name is None:
            return Loaded([None])
        return Loaded([fit(decode(files.read(name), long_side=side), side)])

    workers = options.workers or cores()
    with (
        Pictures() as files,
        Progress(len(paths), "map_images", show=options.progress) as bar,
    ):
        for start in range(0, len(paths), sprites.cells_of_sheet(side)):
            rows = range(start, min(start + sprites.cells_of_sheet(side), len(paths)))
            thumbnails: list[np.ndarray | None] = [None] * len(rows)
            for done in stream(rows, load, None, workers=workers):
                bar.step(failed=done.error is not None)
                if done.error is None and done.results[0] is not None:
                    thumbnails[done.job - start] = picture = done.results[0]
                    sizes[done.job] = (picture.shape[1], picture.shape[0])
            sheets.append(sprites.sheet(thumbnails, side))
    return sheets, sizes
