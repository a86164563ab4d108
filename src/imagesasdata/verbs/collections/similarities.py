"""`similarities`: the cosine similarity of all pairs of pictures, as a table and a heat map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Generic

import numpy as np
import pyarrow as pa

from imagesasdata import columns as col
from imagesasdata.arrays.neighbors.distances import cosines
from imagesasdata.columns import Column
from imagesasdata.engine.results import Results
from imagesasdata.errors import ArgumentError
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.registry import card
from imagesasdata.options import EMBEDDER, OnError, Options
from imagesasdata.pages.figures import new_figure
from imagesasdata.tables.frames import Frame, Paths
from imagesasdata.tables.kinds import arrow_type, as_ids
from imagesasdata.tables.table import Table, open_table
from imagesasdata.verbs.collections._vectors import read_collection
from imagesasdata.verbs.trust._display import Displayed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WHICH = "its own id, else the table's index or the row's number."
SIMILARITY = Column(
    "similarity",
    "float64",
    "Cosine of the two pictures' vectors: 1 for the same direction.",
    range="-1 to 1",
    null="one of the two could not be used",
)
TIDY = (
    Column("image_id_a", "int64", f"The first picture: {_WHICH}", null="never"),
    Column("path_a", "string", "Where it is.", null="as given"),
    Column("image_id_b", "int64", f"The second picture: {_WHICH}", null="never"),
    Column("path_b", "string", "Where it is.", null="as given"),
    SIMILARITY,
    col.IMAGE_ERROR,
)
RESULTS = {"tidy": TIDY}
# Half a million pairs are what a table in memory takes without a thought; a figure shows fewer.
_MOST = 1000
_MOST_NAMES = 40
_INCHES = 0.22  # for each name


@dataclass(frozen=True, kw_only=True)
class Similarities(Displayed, Generic[Frame]):
    """The cosine similarity of all pairs of pictures: `tidy` has the numbers, `plot` draws them."""

    table: Table = field(repr=False)
    values: np.ndarray = field(repr=False)
    errors: list[str | None] = field(repr=False)

    def tidy(self) -> Frame:
        """A row for each pair of pictures.

        Returns
        -------
        table
            ``image_id_a``, ``path_a``, ``image_id_b``, ``path_b``, ``similarity``, ``image_error``.
        """
        a, b = zip(*self._pairs(), strict=True) if len(self.values) > 1 else ((), ())
        ids, paths = as_ids(self.table.ids()), pa.array(self.table.paths(), pa.string())
        first, second = pa.array(a, pa.int64()), pa.array(b, pa.int64())
        cells = self.values[list(a), list(b)] if a else []
        errors = [self.errors[x] or self.errors[y] for x, y in zip(a, b, strict=True)]
        return self.table.new(
            {
                "image_id_a": ids.take(first),
                "path_a": paths.take(first),
                "image_id_b": ids.take(second),
                "path_b": paths.take(second),
                SIMILARITY.name: pa.array(cells, arrow_type(SIMILARITY), from_pandas=True),
                col.IMAGE_ERROR.name: pa.array(errors, pa.string()),
            }
        )

    def plot(self) -> Figure:
        """Draw all pairs as a heat map, with the files' names for up to 40 pictures."""
        count = len(self.values)
        side = 1.5 + max(2.0, _INCHES * min(count, _MOST_NAMES))
        figure = new_figure(side + 1.2, side)
        axis = figure.subplots()
        drawn = axis.imshow(self.values, vmax=1, cmap="viridis", interpolation="nearest")
        figure.colorbar(drawn, ax=axis, label="cosine similarity", shrink=0.8)
        if count <= _MOST_NAMES:
            names = [PurePath(path or "").name for path in self.table.paths()]
            axis.set_xticks(range(count), names, rotation=90, fontsize=7)
            axis.set_yticks(range(count), names, fontsize=7)
        return figure

    def _pairs(self) -> Iterator[tuple[int, int]]:
        count = len(self.values)
        return ((a, b) for a in range(count) for b in range(a + 1, count))

    def _shown(self) -> tuple[str, dict[str, Any], tuple[str, ...]]:
        gone = sum(error is not None for error in self.errors)
        notes = (f"{gone:,} of {len(self.errors):,} pictures could not be used.",) if gone else ()
        return "Cosine similarity", {"Pairs of pictures": self.tidy()}, notes


def similarities(
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str = EMBEDDER,
    embedding: str | None = None,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Similarities[Frame]:
    """Compare all pairs of pictures by the cosine of their vectors.

    For a look at a few dozen or hundred pictures: which are alike, and whether groups that you have in
    mind are alike within. For the nearest pictures in a large collection there is `find_similar`.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths. Vectors that
        the table has (from `embed`) are used; pictures without are embedded first. At most 1,000.
    path
        The table's column of paths.
    model
        A name from ``iad.models("embed")``. It embeds pictures without vectors.
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
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    Similarities
        ``.tidy()``: a row for each pair; ``.plot()``: a heat map.

    Raises
    ------
    ArgumentError, UnknownNameError, ColumnError, DeviceError
        For misuse, before any picture is read; for more than 1,000 pictures, too.

    Notes
    -----
    Computed in float64. A vector of zeros has a similarity of 0 with all. Vectors of pixels
    (``embed(model="pixels")``) have no negative numbers, so that any two pictures are fairly similar;
    compare similarities with each other, not with a fixed number.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = [f"examples/photos/{name}.jpg" for name in ("chelsea", "coffee", "rocket")]
    >>> pixels = iad.embed(photos, model="pixels", size=15)
    >>> iad.similarities(pixels).tidy()[["image_id_a", "image_id_b", "similarity"]].round(2)
       image_id_a  image_id_b  similarity
    0           0           1        0.85
    1           0           2        0.84
    2           1           2        0.61
    """
    options = Options(
        path=path,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    card(model, "embed")
    table = open_table(images, path)
    count = len(table)
    if count > _MOST:
        raise ArgumentError(
            f"There are {count:,} pictures, which make {count * (count - 1) // 2:,} pairs; up to "
            f"{_MOST:,} pictures are compared each with each.",
            "give some of them, or list the nearest of each: iad.find_similar(photos, photos, top=10).",
        )
    collection = read_collection(table, options, embedding=embedding, model=model)
    kept = Results("similarities", table, (), options).kept(collection.errors)
    rows = [row for row, keep in enumerate(kept) if keep]
    values = cosines(collection.vectors, collection.rows, count)
    return Similarities(
        table=table.take(rows),
        values=values[rows][:, rows],
        errors=[collection.errors[row] for row in rows],
    )
