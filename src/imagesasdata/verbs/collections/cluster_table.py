"""`cluster_table`: a row for each cluster, with the pictures and labels to name it by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from imagesasdata.arrays.clustering.contents import contents, over_represented
from imagesasdata.arrays.neighbors.distances import unit
from imagesasdata.checks import check_count
from imagesasdata.columns import CLUSTER, Column
from imagesasdata.engine.results import prefixed, run_of
from imagesasdata.errors import ArgumentTypeError, short
from imagesasdata.options import Options
from imagesasdata.tables.clusters import proposed_names
from imagesasdata.tables.codes import number_or_text
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.kinds import arrow_type, as_ids
from imagesasdata.tables.table import Table, open_table
from imagesasdata.verbs.collections._vectors import read_collection
from imagesasdata.verbs.collections.cluster import CLUSTER_STABILITY

_NULL = "never"
MEDOID_ID = Column(
    "medoid_id", "int64", "image_id of the picture in the middle.", range="0 ...", null=_NULL
)
FIRST = (
    CLUSTER,
    Column("size", "int64", "How many pictures are in the cluster.", range="1 ...", null=_NULL),
    Column(
        "share", "float64", "The same as a share of all in a cluster.", range="0 to 1", null=_NULL
    ),
    Column(
        "stability",
        "float64",
        "The clustering's stability, as cluster gave it.",
        range="about 0 to 1",
        null="the table does not have it",
    ),
    Column(
        "labels", "string", "Labels that the cluster has more of.", null="it has no such, or -1"
    ),
    Column(
        "proposed_name",
        "string",
        "The two labels, or words of captions or text, that it has most beyond their overall share.",
        null="it has no such, or -1",
    ),
    MEDOID_ID,
    Column("medoid_path", "string", "The picture in the middle of the cluster.", null=_NULL),
)
_FEWER = "there are fewer"
TYPICAL = Column(
    "typical_path_{}", "string", "A picture near the middle.", null=_FEWER, example="1"
)
ATYPICAL = Column("atypical_path_{}", "string", "A picture far from it.", null=_FEWER, example="1")
COLUMNS = (*FIRST, TYPICAL, ATYPICAL)


def cluster_table(
    images: Frame,
    *,
    path: str = "path",
    cluster: str = "cluster",
    label: str = "label",
    top: int = 3,
    embedding: str | None = None,
    prefix: str | None = None,
) -> Frame:
    """Describe each cluster by its pictures and its labels, so that you can name it.

    Parameters
    ----------
    images
        A table from `cluster`, with vectors (from `embed`) and preferably labels (from `classify`).
    path
        The table's column of paths.
    cluster
        The column of clusters.
    label
        A column of labels; without such a column ``labels`` is null.
    top
        How many pictures and labels for each cluster.
    embedding
        The column of vectors; by default ``"embedding"``, or ``emb_0``, ``emb_1``, ... if there.
    prefix
        The prefix that was given to `cluster`, to find its column of stability.

    Returns
    -------
    table
        A row for each cluster:

        - ``cluster``, ``size``, ``share``: its number, and the number and share of clustered pictures
          in it;
        - ``stability``: of the whole clustering, as `cluster` gave it;
        - ``labels``: the labels more frequent in it than overall, as ``espresso (4, 2.5x)``: 4 of
          its pictures, 2.5 times as many as if labels were spread evenly;
        - ``proposed_name``: two of these labels, or, in a table without labels, two words of ``caption``
          or ``text``; look at the pictures before you take it;
        - ``medoid_id``, ``medoid_path``: the picture in its middle;
        - ``typical_path_1``, ...: the pictures nearest to its middle;
        - ``atypical_path_1``, ...: those farthest from it. Look at these before you name it.

    Raises
    ------
    ColumnError, ArgumentError, ArgumentTypeError
        When the table has no such column, or it does not hold numbers of clusters.

    Notes
    -----
    Distances are from the cluster's mean, with vectors scaled to length one. Labels are ordered by
    the number of pictures beyond what an even spread of labels would give.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.cluster(iad.embed("examples/photos"), k=2, stability=0)
    >>> table = iad.cluster_table(photos)
    >>> table["cluster"].tolist(), int(table["size"].sum())
    ([0, 1], 10)
    """
    check_count("top", top)
    options = Options(path=path, prefix=prefix)
    table = open_table(images, path)
    collection = read_collection(table, options, embedding=embedding, model=None)
    column = prefixed(cluster, prefix) if cluster == CLUSTER.name else cluster
    clusters = [number_or_text(one) for one in _cells(table, column, collection.rows)]
    other = next((one for one in clusters if not isinstance(one, int | None)), None)
    if other is not None:
        raise ArgumentTypeError(
            f"The column {column!r} must hold the clusters' numbers, got {short(other)}.",
            'give cluster="NAME", the column that iad.cluster adds, or number your own groups: '
            f'data["number"] = pandas.factorize(data["{column}"])[0].',
        )
    labels = _cells(table, label, collection.rows) if label in table.names else []
    texts = [None if one is None else str(one) for one in labels]
    ids = as_ids(table.ids())
    stable = prefixed(CLUSTER_STABILITY.name, prefix)
    stability = table.cells(stable) if stable in table.names else []
    of_rows: list[Any] = [None] * len(table)
    for row, one in zip(collection.rows.tolist(), clusters, strict=True):
        of_rows[row] = one
    proposed = proposed_names(table, of_rows, label)
    known = next((value for value in stability if value is not None), None)
    vectors = unit(collection.vectors)
    typical = [TYPICAL.named(TYPICAL.name.format(place + 1)) for place in range(top)]
    atypical = [ATYPICAL.named(ATYPICAL.name.format(place + 1)) for place in range(top)]
    columns = [*FIRST, *typical, *atypical]
    cells: dict[str, list[Any]] = {column.name: [] for column in columns}
    paths = table.paths()
    names = sorted({one for one in clusters if one is not None}, key=lambda one: (one < 0, one))
    total = sum(one is not None for one in clusters)
    for name in names:
        members = np.array([place for place, one in enumerate(clusters) if one == name])
        found = contents(vectors, members, top)
        shares = over_represented(texts, members, top) if texts and name >= 0 else []
        rows = collection.rows
        values = [
            name,
            found.size,
            found.size / total,
            known,
            "; ".join(f"{one.label} ({one.members}, {one.ratio:.1f}x)" for one in shares) or None,
            proposed[name],
            ids[int(rows[found.medoid])].as_py(),
            paths[rows[found.medoid]],
            *_padded([paths[rows[row]] for row in found.typical], top),
            *_padded([paths[rows[row]] for row in found.atypical], top),
        ]
        for one, value in zip(columns, values, strict=True):
            cells[one.name].append(value)
    types = {column.name: arrow_type(column) for column in columns} | {MEDOID_ID.name: ids.type}
    found = {name: pa.array(cells[name], kind) for name, kind in types.items()}
    return table.new(found, run_of("cluster_table", "", list(found)))


def _cells(table: Table, name: str, rows: np.ndarray) -> list[Any]:
    cells = table.cells(table.known(name, hint="iad.cluster adds it."))
    return [cells[row] for row in rows.tolist()]


def _padded(paths: list[str | None], top: int) -> list[str | None]:
    return [*paths, *[None] * (top - len(paths))]
