"""`cluster`: the pictures of a collection in groups that look alike."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import get_args

from imagesasdata.arrays.clustering.choosing import silhouettes
from imagesasdata.arrays.clustering.partition import Method, part
from imagesasdata.arrays.clustering.reduction import Reduce, for_clusters
from imagesasdata.arrays.clustering.stability import stability as measure_stability
from imagesasdata.checks import check_choice, check_count, check_whole
from imagesasdata.columns import CLUSTER, Column
from imagesasdata.engine.results import Results
from imagesasdata.errors import ArgumentError
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.registry import card
from imagesasdata.options import EMBEDDER, OnError, Options
from imagesasdata.progress import is_shown
from imagesasdata.tables.frames import Frame, Paths
from imagesasdata.tables.table import open_table
from imagesasdata.verbs.collections._cluster_curve import COLUMNS as CURVE
from imagesasdata.verbs.collections._cluster_curve import (
    best_of,
    check_numbers,
    curve_table,
    curve_text,
)
from imagesasdata.verbs.collections._vectors import read_collection

CLUSTER_DISTANCE = Column(
    "cluster_distance",
    "float64",
    "How far the picture is from the center of its cluster.",
    range="0 ...",
    null="the picture is in no cluster, or could not be read",
)
CLUSTER_STABILITY = Column(
    "cluster_stability",
    "float64",
    "Adjusted Rand index of the clusters with those of other seeds and samples: one number for all.",
    range="about 0 to 1",
    null="the picture could not be read, or stability=0",
)
_OF_PICTURE = (CLUSTER, CLUSTER_DISTANCE, CLUSTER_STABILITY)
COLUMNS = (*_OF_PICTURE, *CURVE)
MOST = 20


def cluster(
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str = EMBEDDER,
    k: int | Sequence[int] | None = None,
    method: Method = "kmeans",
    reduce: Reduce | None = None,
    stability: int = 10,
    min_size: int = 5,
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
    """Group pictures that look alike, without defining the groups beforehand.

    A first overview of a collection that nobody has coded: which kinds of pictures there are, and
    how many of each. The groups are the model's; look at them to see whether they matter to you
    (`cluster_table`, ``contact_sheet(by="cluster")``).

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths. Vectors that
        the table has (from `embed`) are used; pictures without are embedded first.
    path
        The table's column of paths.
    model
        A name from ``iad.models("embed")``. It embeds pictures without vectors.
    k
        How many clusters. ``None`` takes the number from 2 to 20 with the best silhouette. A range or
        list, such as ``range(2, 21)``, makes no clusters but a table that compares these numbers, so
        that you can see and report the choice. ``"hdbscan"`` finds their number itself.
    method
        ``"kmeans"``; ``"gmm"``, a mixture of normal distributions; ``"agglomerative"`` (Ward's), for at
        most 20,000 pictures; or ``"hdbscan"``, which finds dense groups and leaves the rest out.
    reduce
        ``"pca"`` (to 50 dimensions) or ``"umap"`` (to 10; ``pip install "imagesasdata[umap]"``) before
        the clustering; by default the vectors as they are.
    stability
        How many times the clustering is repeated to measure its stability; 0 skips that.
    min_size
        The smallest cluster of ``"hdbscan"``.
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
        Whether to show a progress bar; by default in a terminal and in a notebook. With ``k=None``
        it shows the silhouettes, too.

    Returns
    -------
    table
        The rows given, in order, and:

        - ``cluster``: its number, 0 being the largest; with ``"hdbscan"`` -1 for a picture in none;
        - ``cluster_distance``: from the cluster's center, in the space that was clustered. The
          pictures with the smallest distance are the most typical;
        - ``cluster_stability``: the mean adjusted Rand index of these clusters with those of other seeds
          and bootstrap samples: 1 when they are always the same, near 0 for agreement by chance.
          One number for the whole clustering, in every row;
        - ``image_error``: why a picture is in no cluster, else null.

        With a range or list as ``k`` a row for each number of clusters instead:

        - ``k``: the number;
        - ``silhouette_mean``: from -1 to 1, the higher the better (with many pictures, of a sample of
          2,000); null when there are too few pictures for so many clusters;
        - ``chosen``: true for the best of them.

        A clear peak means that the pictures fall into that many groups. A flat curve means that they
        do not: the number is then your choice, to be made by looking at the pictures.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError, ColumnError, NameClashError, MissingPackageError
        For misuse; also when there are fewer pictures than ``k``.

    Notes
    -----
    Vectors are scaled to length one, so that distances follow the cosine. The algorithms are those of
    scikit-learn: k-means begins four times from k-means++ and works on batches beyond 100,000 pictures;
    the mixture has diagonal covariances. Stability is computed on samples of at most 2,000 pictures.

    References
    ----------
    Hubert & Arabie 1985, Comparing Partitions, Journal of Classification 2,
    https://doi.org/10.1007/BF01908075. Rousseeuw 1987, Silhouettes, Journal of Computational and Applied
    Mathematics 20, https://doi.org/10.1016/0377-0427(87)90125-7. Zhang & Peng 2022, Image Clustering: An
    Unsupervised Approach to Categorize Visual Data in Social Science Research, Sociological Methods &
    Research, https://doi.org/10.1177/00491241221082603.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.cluster(iad.embed("examples/photos"), k=2, stability=0)
    >>> sorted(photos.cluster.dropna().unique().tolist())
    [0, 1]
    >>> curve = iad.cluster(iad.embed("examples/photos"), k=range(2, 5))
    >>> curve.k.tolist()
    [2, 3, 4]
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
    check_count("min_size", min_size)
    check_whole("stability", stability)
    check_method(method, reduce, seed)
    if k is not None and not isinstance(k, (int, float)):
        numbers = check_numbers(k, method)
        card(model, "embed")
        table = open_table(images, path)
        collection = read_collection(table, options, embedding=embedding, model=model)
        vectors = for_clusters(collection.vectors, reduce, seed=seed)
        curve = silhouettes(vectors, method, numbers, seed=seed)
        return curve_table(table, numbers, curve, prefix)
    check_count("k", k)
    if method == "hdbscan" and k is not None:
        raise ArgumentError(
            "hdbscan finds the number of clusters itself.",
            "leave k out (min_size= sets the smallest), or choose another method.",
        )
    card(model, "embed")
    out = Results("cluster", open_table(images, path), _OF_PICTURE, options).checked()
    collection = read_collection(out.table, options, embedding=embedding, model=model)
    count = len(collection.rows)
    if k is not None and 0 < count < k:
        raise ArgumentError(
            f"k={k} clusters were asked for, but only {count} pictures have an embedding.",
            f"give k={max(1, count // 2)} or less, or more pictures.",
        )
    vectors = for_clusters(collection.vectors, reduce, seed=seed)
    if k is None and method != "hdbscan":
        curve = silhouettes(vectors, method, range(2, MOST + 1), seed=seed)
        k = best_of(curve) or 1
        if is_shown(progress):
            print(curve_text(curve, k), file=sys.stderr)
    found = part(vectors, method, k, least=min_size, seed=seed)
    stable = None
    if stability:
        stable = measure_stability(
            vectors, found.clusters, method, k, runs=stability, least=min_size, seed=seed
        )
    cells = {
        CLUSTER.name: found.clusters,
        CLUSTER_DISTANCE.name: found.distances,
        CLUSTER_STABILITY.name: [stable] * count,
    }
    return out.join(out.spread(cells, collection.rows), collection.errors)


def check_method(method: str, reduce: str | None, seed: int) -> None:
    """Raise for an unknown method or reduction."""
    check_choice("method", method, get_args(Method))
    if reduce is not None:
        check_choice("reduction", reduce, get_args(Reduce))
    check_whole("seed", seed)
