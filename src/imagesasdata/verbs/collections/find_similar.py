"""`find_similar`: for each query the most similar pictures of a collection."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, get_args

import numpy as np
import pyarrow as pa

from imagesasdata import columns as col
from imagesasdata.arrays.neighbors.approximate import Index, nearest_by_index, recall
from imagesasdata.arrays.neighbors.distances import Metric
from imagesasdata.arrays.neighbors.exact import Found, nearest
from imagesasdata.checks import check_choice, check_count
from imagesasdata.columns import Column
from imagesasdata.engine.results import Results
from imagesasdata.engine.texts import embed_text
from imagesasdata.errors import ArgumentError
from imagesasdata.files.addresses import exists, is_remote
from imagesasdata.files.media import PICTURES
from imagesasdata.files.references import parse
from imagesasdata.files.sources import PathLike
from imagesasdata.machine import find_devices
from imagesasdata.networks.zoo.registry import card, cards
from imagesasdata.options import EMBEDDER, Keep, OnError, Options
from imagesasdata.tables.frames import AnyFrame, Frame, Paths
from imagesasdata.tables.kinds import arrow_type, as_ids, is_paths
from imagesasdata.tables.table import Table, open_table
from imagesasdata.verbs.collections._vectors import Collection, of_one_size, read_collection

QUERY_ID = Column(
    "query_id",
    "int64",
    "The query: its image_id, or its number.",
    range="0 ...",
    null="never",
)
RANK = Column(
    "rank",
    "int64",
    "Place of the picture, the most similar first.",
    range="1 ...",
    null="the query could not be read",
)
DISTANCE = Column(
    "distance",
    "float64",
    "How far the picture is from the query.",
    range="0 to 2 with the cosine, else 0 ...",
    null="the query could not be read",
)
INDEX_RECALL = Column(
    "index_recall",
    "float64",
    "With an index: the share of the true neighbors found, on a sample of the queries.",
    range="0 to 1",
    null="never",
)
COLUMNS = (QUERY_ID, RANK, col.IMAGE_ID, col.PATH, DISTANCE, INDEX_RECALL)


def find_similar(
    images: Frame | Paths,
    query: AnyFrame | Paths,
    *,
    path: str = "path",
    model: str = EMBEDDER,
    top: int = 10,
    metric: Metric = "cosine",
    index: Index = "exact",
    embedding: str | None = None,
    keep: Keep = "all",
    prefix: str | None = None,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Find the pictures of a collection that are most similar to each query.

    Search by example: give one poster, uniform or gesture and see where else it is. The model
    defines similarity: an ImageNet network compares the kinds of things shown.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths. Vectors that
        the table has (from `embed`) are used; pictures without are embedded first.
    query
        What to look for: a path, several paths, or rows of a table like ``images``. A query that is
        also in the collection finds itself first, at distance 0. With a model that reads texts, a
        query may be a text, such as ``"a crowd at night"``.
    path
        The table's column of paths. It is the same in both tables.
    model
        A name from ``iad.models("embed")``. It embeds pictures without vectors.
    top
        How many pictures for each query; a smaller collection gives all.
    metric
        ``"cosine"``, which compares only the vectors' directions, or ``"euclidean"``.
    index
        ``"exact"`` compares each query with all. For more than about a million pictures ``"hnsw"``
        or ``"ivf"`` build an index (``pip install "imagesasdata[faiss]"``) that finds most of the
        neighbors, not all.
    embedding
        The column of vectors; by default ``"embedding"``, or ``emb_0``, ``emb_1``, ... if there.
    keep
        Which other columns of the table come along into a table that has a row for each thing:
        ``"all"``, a list of names, or ``"none"``. A column with the name of a new one gets
        ``image_`` before it (of a video, ``video_``). Vectors come along only if they are named.
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    batch_size
        Pictures that go through the network together; by default what is fastest on the device. It
        does not change the result.
    workers
        Threads that read and decode pictures; by default one for each core, for remote files at
        least 16.
    device
        ``"cpu"``, ``"gpu"``, ``"tpu"`` or one of several as ``"gpu:1"``; by default all of the best
        kind. The exact search takes the first of them.
    cache
        A folder that keeps finished embeddings, so that a stopped run resumes where it stopped.
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many. The rows are those
        of queries; rows of the collection that cannot be used are not found.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        A row for each query and picture found, of the kind of ``images``:

        - ``query_id``: the query's ``image_id``, or its number;
        - ``rank``: 1 is the most similar;
        - ``image_id``, ``path``: the picture found;
        - ``distance``: one minus the cosine (0 to 2), or the Euclidean distance;
        - ``index_recall``: only with an index: the share of the true neighbors that were found, on a
          sample of 200 queries;
        - ``image_error``: why a query could not be used, else null.

    Raises
    ------
    ArgumentError, UnknownNameError, ColumnError, MissingPackageError, DeviceError
        For misuse, before any picture is read.

    Notes
    -----
    The exact search multiplies blocks of 8,192 rows with the queries on any device, and keeps the
    nearest; its memory does not grow with the collection. HNSW: Malkov & Yashunin 2020, IEEE TPAMI
    42(4), https://doi.org/10.1109/TPAMI.2018.2889473. Cosine distances of different models cannot
    be compared.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.embed("examples/photos")
    >>> iad.find_similar(photos, "examples/photos/chelsea.jpg", top=2)[["rank", "path"]]
       rank                         path
    0     1  examples/photos/chelsea.jpg
    1     2    examples/photos/brick.jpg
    """
    options = Options(
        path=path,
        keep=keep,
        prefix=prefix,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    check_count("top", top)
    check_choice("metric", metric, get_args(Metric))
    check_choice("index", index, get_args(Index))
    card(model, "embed")
    place = find_devices(device)[0]
    text = query if isinstance(query, str) and _is_text(query) else None
    if text is not None:
        _check_reads_text(model, text)
    table = open_table(images, path)
    if keep == "all":
        options = replace(options, keep=_plain(table, embedding))
    _out(table, options, index).check_long()
    # Opened before any picture is read, because it may not be a table.
    given = None if text is not None else open_table(query, "path" if is_paths(query) else path)
    collection = read_collection(table, options, embedding=embedding, model=model)
    if given is None:
        asked = _read_text(str(text), model, device)
    else:
        named = None if is_paths(query) else embedding
        asked = read_collection(given, options, embedding=named, model=model)
    sized = of_one_size([asked, collection], "the query's")
    asked, collection = replace(asked, vectors=sized[0]), replace(collection, vectors=sized[1])
    if index == "exact" or not len(collection.rows):
        found = nearest(asked.vectors, collection.vectors, top, metric, device=place)
        reached = None
    else:
        found = nearest_by_index(asked.vectors, collection.vectors, top, metric, index)
        reached = recall(found, asked.vectors, collection.vectors, metric, device=place)
    return _give_back(table, collection, asked, found, reached, options, index)


def _give_back(
    table: Table,
    collection: Collection,
    asked: Collection,
    found: Found,
    reached: float | None,
    options: Options,
    index: Index,
) -> Any:
    """A row for each picture found, then one for each query that could not be used."""
    out = _out(table, options, index)
    kept = out.kept(asked.errors)
    failed = [row for row, error in enumerate(asked.errors) if error is not None and kept[row]]
    queries, ranks, rows, distances = found.listed()
    gone, ids = [None] * len(failed), asked.table.ids()
    cells = {
        QUERY_ID.name: as_ids(ids).take(pa.array([*asked.rows[queries], *failed], pa.int64())),
        RANK.name: [*(ranks + 1).tolist(), *gone],
        DISTANCE.name: [*distances.tolist(), *gone],
        INDEX_RECALL.name: [reached] * len(rows) + gone,
    }
    results = pa.table(
        {
            column.name: cells[column.name]
            if column is QUERY_ID
            else pa.array(cells[column.name], arrow_type(column))
            for column in out.columns
        }
    )
    pictures = [*collection.rows[rows].tolist(), *gone]
    errors = [*[None] * len(rows), *(asked.errors[row] for row in failed)]
    return out.expand(results, pictures, errors, first=2, gaps=True)


def _plain(table: Table, embedding: str | None) -> list[str]:
    """The columns without vectors, which are large."""
    one = re.escape(col.EMB.name).replace(r"\{\}", r"\d+")
    vectors = {embedding, col.EMBEDDING.name}
    return [
        name for name in table.names if name not in vectors and not re.fullmatch(one, str(name))
    ]


def _out(table: Table, options: Options, index: Index) -> Results:
    columns = (QUERY_ID, RANK, DISTANCE, *(() if index == "exact" else (INDEX_RECALL,)))
    return Results("find_similar", table, columns, options, "queries")


def _check_reads_text(model: str, text: str) -> None:
    if "zero_shot" not in card(model).tasks:
        able = ", ".join(one.name for one in cards() if "zero_shot" in one.tasks)
        raise ArgumentError(
            f"There is no picture at {text!r}, and the model {model!r} has no text side to read it as "
            "a text.",
            f"give the path of a picture, or for a text a model that reads texts: {able}.",
        )


def _read_text(text: str, model: str, device: str | None) -> Collection:
    vectors = embed_text(model, [text], device=device)
    return Collection(open_table([text], "path"), np.array([0]), vectors, [None])


def _is_text(query: str) -> bool:
    """Whether a query must be a text: no such file exists, and it does not look like a picture's name."""
    if exists(query) or is_remote(query) or parse(query) is not None:
        return False
    if any(sign in query for sign in "*?[") and "/" in query:
        return False
    return PurePosixPath(query).suffix.lower() not in PICTURES.endings
