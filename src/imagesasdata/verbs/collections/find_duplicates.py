"""`find_duplicates`: groups of copies in a collection, and which picture of each to keep."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pyarrow as pa

from imagesasdata import columns as col
from imagesasdata.arrays.measures.prints import as_prints, as_text, prints_of
from imagesasdata.arrays.neighbors.codes import MOST_BITS
from imagesasdata.arrays.neighbors.duplicates import (
    Copies,
    Hashes,
    Vectors,
    group_copies,
    in_turn,
    largest_first,
    numbered,
)
from imagesasdata.arrays.neighbors.groups import in_order
from imagesasdata.checks import check_choice
from imagesasdata.columns import Column
from imagesasdata.engine.results import Results, within
from imagesasdata.engine.verb import Verb, run
from imagesasdata.errors import ArgumentError, ArgumentTypeError, tell
from imagesasdata.files.decode import decode, read_header
from imagesasdata.files.sources import PathLike
from imagesasdata.machine import cores
from imagesasdata.networks.zoo.registry import card
from imagesasdata.options import COPY_BITS, COPY_COSINE, EMBEDDER, OnError, Options
from imagesasdata.tables.frames import AnyFrame, Frame, Paths
from imagesasdata.tables.kinds import from_columns, is_paths
from imagesasdata.tables.table import Table, open_table
from imagesasdata.verbs.collections._vectors import (
    Collection,
    of_one_size,
    read_collection,
)

Method = Literal["hash", "embedding", "both"]
COPY_GROUP = Column(
    "copy_group",
    "int64",
    "Number of the group of copies.",
    range="0 ...",
    null="the picture has no copy, or could not be read",
)
COPY_DISTANCE = Column(
    "copy_distance",
    "float64",
    "How far the picture is from the one of its group that is kept: bits, or cosine distance.",
    range="0 ...",
    null="the picture has no copy, or could not be read",
)
IS_KEPT = Column(
    "is_kept", "bool", "Whether to keep the picture: the best of its group, or the only one."
)
COPY_OF = Column(
    "copy_of",
    "string",
    "With against: path of the picture of its group that is kept.",
    null="the picture has no copy, or could not be read",
)
COLUMNS = (COPY_GROUP, COPY_DISTANCE, IS_KEPT, COPY_OF)

_PRINTS = Column("prints", "string", "The picture as small gray squares.")
_FINGERPRINT = (col.SHA256, col.BYTES, col.WIDTH, col.HEIGHT, _PRINTS)
_LONG_SIDE = 256


def find_duplicates(
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str = EMBEDDER,
    method: Method = "hash",
    threshold: float | tuple[float, float] | None = None,
    mirror: bool = False,
    against: AnyFrame | Paths | None = None,
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
    """Group pictures that are copies of one another, and say which of each group to keep.

    One photo is counted many times where people share it: at another size, saved again, cropped, with
    a caption. Copies counted as independent pictures distort counts and standard errors; and the
    number of copies is itself a measure of how far a picture spread.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    model
        A name from ``iad.models("embed")``. Not used by ``"hash"``.
    method
        ``"hash"`` compares the layout of light and dark and finds the same picture changed a little;
        ``"embedding"`` compares what a network sees and finds larger crops and other versions, but
        also different photos of the same thing; ``"both"`` takes the copies that either finds.
    threshold
        How far copies may differ. For ``"hash"`` the number of bits, of 64, from 0 to 15, by default
        6; for ``"embedding"`` the cosine distance, by default 0.1; for ``"both"`` the two as a pair.
    mirror
        Whether a mirrored picture counts as a copy.
    against
        Pictures that were checked before: a table with the same column of paths, or paths. All are
        compared with all, so the groups do not depend on which pictures came first; but a copy in
        ``against`` is kept before a new one, and only the rows of ``images`` are given back. With the
        same ``cache`` the old pictures are not read again.
    embedding
        The column of vectors; by default ``"embedding"``, or ``emb_0``, ``emb_1``, ... if there.
        Pictures without vectors are embedded first. Not used by ``"hash"``.
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
        A folder that keeps finished rows, so that a stopped run resumes where it stopped.
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        The rows given, in order, and:

        - ``copy_group``: the number of the group of copies; null for a picture without a copy;
        - ``copy_distance``: from the picture of the group that is kept: bits, or cosine distance; with
          ``"both"`` the smaller of the two, each as a share of its threshold. It may exceed the
          threshold where both are near a third picture. Null without a copy;
        - ``is_kept``: true for the best of each group and for pictures without a copy, so that
          ``photos[photos.is_kept == True]`` has each once. The best has the most pixels; ties go to
          the most bytes, then to the first row;
        - ``copy_of``: only with ``against``: the path of the picture of its group that is kept. Groups
          are numbered within this table alone, so this tells which old picture it is;
        - ``image_error``: why a picture was not compared, else null.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError, ColumnError, NameClashError
        For misuse, before any picture is read.

    Notes
    -----
    Files with equal bytes are always copies. With ``"hash"`` two pictures are compared in two steps.
    First by the perceptual hash (`features`) of each whole picture and of 256 parts of the other (without
    0, 5, 10 or 15% at each side): hashes that differ in up to ``threshold`` bits are near. Then by their
    pixels: one is laid over the part of the other where it fits best, and the details must agree, because
    faces, pages and skies have hashes in common with others of their kind. What is white or black in one
    of them only does not count, as in a copy that was made brighter. A frame of one color (bars,
    margins of a screenshot) is left out; what it surrounds is compared, too. A picture of a plain surface
    has no hash and is compared only by its bytes. Not all pairs are compared: hashes are looked up by
    their bits, which misses no near one, and vectors are compared only with those near the same leaders.
    A group is a center (the picture with the most near pictures), the pictures near it, and the pictures
    near those. So it does not grow along a chain of small changes. The order of the rows decides no
    group. Each picture takes 4 kB of memory, a
    framed one 8 kB.

    References
    ----------
    Norouzi, Punjani & Fleet 2012, Fast Search in Hamming Space with Multi-Index Hashing, CVPR,
    https://doi.org/10.1109/CVPR.2012.6248043.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> from tempfile import mkdtemp
    >>> cat = "examples/photos/chelsea.jpg"
    >>> small = iad.transform(cat, iad.steps.resize(200), to=mkdtemp()).out_path[0]
    >>> photos = iad.find_duplicates([small, "examples/photos/coffee.jpg", cat])
    >>> photos[["copy_group", "copy_distance", "is_kept"]]
       copy_group  copy_distance  is_kept
    0           0            0.0    False
    1        <NA>            NaN     True
    2           0            0.0     True

    A new picture, against those that were checked before:

    >>> new = iad.find_duplicates([small], against=[cat])
    >>> new[["copy_of", "is_kept"]]
                           copy_of  is_kept
    0  examples/photos/chelsea.jpg    False
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
    check_choice("method", method, get_args(Method))
    bits, cosine = _thresholds(method, threshold)
    card(model, "embed")
    added = COLUMNS if against is not None else COLUMNS[:-1]
    out = Results("find_duplicates", open_table(images, path), added, options).checked()
    tables = [out.table]
    if against is not None:
        # Opened before any picture is read, because it may not be a table.
        tables.insert(0, open_table(against, "path" if is_paths(against) else path))
    read = [
        _compared(table, options, method=method, embedding=embedding, model=model)
        for table in tables
    ]
    new = read[-1].collection
    old = 0 if against is None else _tell_unusable(read[0].collection)
    copies = _group(read, old, method, bits, cosine, mirror, workers or cores())
    groups, best = in_order(copies.groups[old:]).tolist(), copies.best[old:].tolist()
    cells: dict[str, Any] = {
        COPY_GROUP.name: [None if group < 0 else group for group in groups],
        COPY_DISTANCE.name: copies.distances[old:],
        IS_KEPT.name: [row == place for place, row in enumerate(best, old)],
    }
    if against is not None:
        kept = [path for one in read for path in one.paths]
        cells[COPY_OF.name] = [
            None if group < 0 else kept[row] for group, row in zip(groups, best, strict=True)
        ]
    return out.join(out.spread(cells, new.rows), new.errors)


@dataclass(frozen=True)
class _Compared:
    """The usable pictures of a table, and what they are compared and ranked by, in the same order."""

    collection: Collection
    paths: list[str | None]
    prints: list[str | None]
    sha256: list[str | None]
    sizes: np.ndarray


def _compared(
    table: Table, options: Options, *, method: Method, embedding: str | None, model: str
) -> _Compared:
    prints = _fingerprints(table.paths(), options, hashes=method != "embedding")
    if method == "hash":
        errors = prints.cells(col.IMAGE_ERROR.name)
        usable = np.array([row for row, error in enumerate(errors) if error is None], np.int64)
        collection = Collection(table, usable, np.zeros((len(usable), 0), np.float32), errors)
    else:
        collection = read_collection(table, options, embedding=embedding, model=model)
    if method == "both":
        collection = collection.without(prints.cells(col.IMAGE_ERROR.name))
    names = [one.name for one in (_PRINTS, col.SHA256, col.WIDTH, col.HEIGHT, col.BYTES)]
    rows = collection.rows.tolist()
    paths, texts, sha256, *sizes = (
        [cells[row] for row in rows] for cells in (table.paths(), *map(prints.cells, names))
    )
    known = np.array([[cell or 0 for cell in cells] for cells in sizes], np.int64)
    return _Compared(collection, paths, texts, sha256, known.T)


def _tell_unusable(old: Collection) -> int:
    """The number of old pictures that can be compared; a warning counts the others."""
    gone = len(old.table) - len(old.rows)
    if gone:
        first = next(error for error in old.errors if error is not None)
        tell(
            f"find_duplicates: {gone:,} of {len(old.table):,} pictures of against could not be compared, "
            f"so copies of them are not found (the first: {first}).",
            "iad.find_duplicates(OLD) says in image_error why, row by row.",
        )
    return len(old.rows)


def _thresholds(method: Method, threshold: object) -> tuple[int, float]:
    parts = {"hash": (threshold, None), "embedding": (None, threshold), "both": threshold}[method]
    if parts is None:
        parts = (None, None)
    if not isinstance(parts, tuple) or len(parts) != 2:
        raise ArgumentTypeError(
            f'With method="both" threshold must be a pair, got {threshold!r}.',
            f"give bits and cosine distance, as in threshold=({COPY_BITS}, {COPY_COSINE}).",
        )
    bits = COPY_BITS if parts[0] is None else parts[0]
    cosine = COPY_COSINE if parts[1] is None else parts[1]
    if isinstance(bits, bool) or bits not in range(MOST_BITS + 1):
        raise ArgumentError(
            f"The threshold for hashes must be a whole number of bits from 0 to {MOST_BITS}, got "
            f"{bits!r}.",
            f"for example threshold={COPY_BITS}; at more, most pairs are of different pictures.",
        )
    if isinstance(cosine, (bool, str)) or not 0 <= cosine <= 2:
        raise ArgumentError(
            f"The threshold for embeddings must be a cosine distance from 0 to 2, got {cosine!r}.",
            f"for example threshold={COPY_COSINE}.",
        )
    return int(bits), float(cosine)


def _fingerprints(paths: list[str | None], options: Options, *, hashes: bool) -> Table:
    """A table with the prints of each path, and the values that rank copies."""

    def load(data: bytes) -> list[dict[str, Any]]:
        header = read_header(data)
        values: dict[str, Any] = {
            col.SHA256.name: hashlib.sha256(data).hexdigest(),
            col.BYTES.name: len(data),
            col.WIDTH.name: header.width,
            col.HEIGHT.name: header.height,
        }
        if hashes:
            image = decode(data, long_side=_LONG_SIDE)
            values[_PRINTS.name] = as_text(prints_of(image))
        return [values]

    verb = Verb(
        name="find_duplicates",
        columns=_FINGERPRINT,
        load=load,
        finish=lambda results: results,
        settings={"prints": hashes},
    )
    only = dataclasses.replace(within(options), path="path", device=None)
    # Vectors can be compared without the files.
    if not hashes:
        only = dataclasses.replace(only, on_error="record")
    given = from_columns({"path": pa.array(paths, pa.string())}, "pyarrow")
    return open_table(run(given, verb, only), "path")


def _group(
    read: Sequence[_Compared],
    old: int,
    method: Method,
    bits: int,
    cosine: float,
    mirror: bool,
    threads: int,
) -> Copies:
    """Group the usable rows of all tables; of each group one of the first ``old`` is kept, if any."""
    vectors = in_turn(of_one_size([one.collection for one in read], "those of against"))
    # A row with a vector whose file is not here is like no other by its bytes.
    sha256 = [sha256 for one in read for sha256 in one.sha256]
    # In the order of their contents, so that no group depends on the order of rows.
    rows = sorted(range(len(sha256)), key=lambda row: (sha256[row] or "", vectors[row].tobytes()))
    order = np.array(rows, np.int64)
    vectors = vectors[order]
    hashed = near = None
    if method != "embedding":
        prints = [text for one in read for text in one.prints]
        owners, squares = as_prints([prints[row] for row in rows], mirror=mirror)
        hashed = Hashes(owners, squares, bits)
    if method != "hash":
        near = Vectors(vectors, cosine)
    sizes = in_turn([one.sizes for one in read])[order].T
    copies = group_copies(
        numbered([sha256[row] or f"row {row}" for row in rows]),
        largest_first(sizes),
        hashed,
        near,
        kept=largest_first(sizes, order, old=old),
        threads=threads,
    )
    return copies.in_rows(order)
