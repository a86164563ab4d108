"""`reduce`: each picture as a point on a map."""

from __future__ import annotations

from typing import get_args

from imagesasdata.arrays.clustering.reduction import Reduction, project
from imagesasdata.arrays.neighbors.distances import unit
from imagesasdata.checks import check_choice, check_count, check_whole
from imagesasdata.columns import Column
from imagesasdata.engine.results import Results
from imagesasdata.errors import ArgumentError
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.registry import card
from imagesasdata.options import EMBEDDER, OnError, Options
from imagesasdata.tables.frames import Frame, Paths
from imagesasdata.tables.table import open_table
from imagesasdata.verbs.collections._vectors import (
    read_collection,
)

DIM = Column("dim_{}", "float64", "One dimension of the map.", example="1")
COLUMNS = (DIM,)


def reduce(
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str = EMBEDDER,
    method: Reduction = "pca",
    dims: int = 2,
    seed: int = 0,
    embedding: str | None = None,
    prefix: str | None = None,
    replace: bool = False,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Place pictures on a map with few dimensions, similar ones near each other.

    Use two dimensions to look at pictures (`map_images`), and more for a regression: principal
    components hold most of the information of an embedding of 1,280 numbers in a few uncorrelated
    columns.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths. Vectors that
        the table has (from `embed`) are used; pictures without are embedded first.
    path
        The table's column of paths.
    model
        A name from ``iad.models("embed")``. It embeds pictures without vectors.
    method
        ``"pca"``: principal components; distances and axes can be interpreted. ``"umap"``
        (``pip install "imagesasdata[umap]"``) and ``"tsne"``: maps that keep neighbors together; the
        distances between groups, their sizes and the axes mean nothing.
    dims
        How many dimensions.
    seed
        For what begins at random; the same seed gives the same result.
    embedding
        The column of vectors; by default ``"embedding"``, or ``emb_0``, ``emb_1``, ... if there.
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    replace
        Whether columns of the table are replaced if new ones have their names. Those of an earlier
        run of the same verb always are.
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
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        The rows given, in order, and:

        - ``dim_1``, ``dim_2``, ...: where the picture is;
        - ``image_error``: why a picture has no position, else null.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError, ColumnError, NameClashError, MissingPackageError
        For misuse, before any picture is read.

    Notes
    -----
    Vectors are first scaled to length one. A dimension that the pictures do not span is 0. With
    very few pictures UMAP and t-SNE fall back on principal components: t-SNE for two, UMAP for
    four.

    References
    ----------
    van der Maaten & Hinton 2008, Visualizing Data using t-SNE, JMLR 9,
    https://www.jmlr.org/papers/v9/vandermaaten08a.html. McInnes, Healy & Melville 2018, UMAP,
    https://doi.org/10.48550/arXiv.1802.03426.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.reduce(iad.embed("examples/photos"), dims=2)
    >>> photos[["dim_1", "dim_2"]].notna().sum().tolist()
    [10, 10]
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
    check_choice("method", method, get_args(Reduction))
    check_count("dims", dims)
    check_whole("seed", seed)
    card(model, "embed")
    columns = tuple(DIM.named(DIM.name.format(place + 1)) for place in range(dims))
    table = open_table(images, path)
    _check_enough(dims, len(table), "there are")
    out = Results("reduce", table, columns, options).checked()
    collection = read_collection(out.table, options, embedding=embedding, model=model)
    _check_enough(dims, len(collection.vectors), "those that can be read are")
    places = project(unit(collection.vectors), method, dims, seed=seed)
    cells = {column.name: places[:, place] for place, column in enumerate(columns)}
    return out.join(out.spread(cells, collection.rows), collection.errors)


def _check_enough(dims: int, count: int, what: str) -> None:
    # One or two pictures have a place on a plane, though not a telling one.
    if dims > 2 and 0 < count <= dims:
        raise ArgumentError(
            f"dims={dims} dimensions need more than {dims} pictures, and {what} {count}.",
            "give dims=2, or more pictures.",
        )
