"""`cluster_curve`: how well each number of clusters fits a collection."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from imagesasdata.arrays.clustering.choosing import silhouettes
from imagesasdata.arrays.clustering.partition import Method
from imagesasdata.columns import Column
from imagesasdata.errors import ArgumentError
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.registry import card
from imagesasdata.options import Options, check_count
from imagesasdata.tables.table import arrow_type, open_table
from imagesasdata.verbs.collections._vectors import MODEL, read_collection
from imagesasdata.verbs.collections.cluster import MOST, Reduce, check_method, prepare

COLUMNS = (
    Column("k", "int64", "A number of clusters.", range="2 ...", null="never"),
    Column(
        "silhouette_mean",
        "float64",
        "How much nearer pictures are to their own cluster than to the next.",
        range="-1 to 1",
        null="never",
    ),
    Column("chosen", "bool", "Whether cluster(k=None) takes this number.", null="never"),
)


def cluster_curve(
    images: Any,
    *,
    path: str = "path",
    method: Method = "kmeans",
    reduce: Reduce | None = None,
    most: int = MOST,
    seed: int = 0,
    embedding: str | None = None,
    model: str = MODEL,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    progress: bool | None = None,
) -> Any:
    """Score each number of clusters by its silhouette, so that the choice can be reported.

    A clear peak says that the pictures fall into that many groups. A flat curve says that they do
    not: then any number is your choice, to be made by looking at the pictures.

    Parameters
    ----------
    images
        As for `cluster`.
    path
        The table's column of paths.
    method
        ``"kmeans"``, ``"gmm"`` or ``"agglomerative"``.
    reduce
        ``"pca"`` or ``"umap"`` before the clustering, as for `cluster`.
    most
        The largest number of clusters.
    seed
        Of random starts.
    embedding
        The column of vectors; by default ``"embedding"``, or ``emb_0``, ``emb_1``, ... if there.
    model
        A name from ``iad.models()``, with which pictures without vectors are embedded.
    batch_size
        Pictures that go through the network together.
    workers
        Threads that read and decode; by default one for each core.
    device
        ``"cpu"``, ``"gpu"``, ``"tpu"`` or one of several as ``"gpu:1"``, for the embedding.
    cache
        A folder that keeps finished embeddings, so that a stopped run goes on where it was.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        A row for each number of clusters, from 2:

        - ``k``: the number;
        - ``silhouette_mean``: from -1 to 1, the higher the better (of many pictures on a sample of
          2,000);
        - ``chosen``: true for the number that ``cluster(k=None)`` takes.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError, ColumnError, MissingPackageError
        For misuse.

    References
    ----------
    Rousseeuw 1987, Silhouettes, Journal of Computational and Applied Mathematics 20,
    https://doi.org/10.1016/0377-0427(87)90125-7.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> curve = iad.cluster_curve(iad.embed("examples/photos"), most=4)
    >>> curve.k.tolist()
    [2, 3, 4]
    """
    options = Options(
        path=path,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        progress=progress,
    )
    check_count("most", most)
    check_method(method, reduce, seed)
    if method == "hdbscan":
        raise ArgumentError(
            "hdbscan finds the number of clusters itself, so there is no curve.",
            'method="kmeans", "gmm" and "agglomerative" have one.',
        )
    card(model)
    table = open_table(images, path)
    collection = read_collection(table, options, embedding=embedding, model=model)
    vectors = prepare(collection.vectors, reduce, seed)
    curve = silhouettes(vectors, method, most, seed=seed)
    best = max(curve, key=curve.__getitem__) if curve else None
    cells = [list(curve), list(curve.values()), [k == best for k in curve]]
    return table.new(
        {
            column.name: pa.array(some, arrow_type(column))
            for column, some in zip(COLUMNS, cells, strict=True)
        }
    )
