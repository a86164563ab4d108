"""`ray_dataset`: a Ray Dataset of pictures, from a folder, paths or a table."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from imagesasdata.engine.ray.workers import chosen
from imagesasdata.extras import optional
from imagesasdata.tables.frames import AnyFrame, Paths
from imagesasdata.tables.table import open_table

if TYPE_CHECKING:
    from ray.data import Dataset


def ray_dataset(images: AnyFrame | Paths, *, path: str = "path") -> Dataset:
    """Make a Ray Dataset of pictures, for verbs to run on a cluster or on all of a large machine.

    Every verb that treats each picture separately takes a Dataset in place of a table and returns a
    Dataset. "Planning" in the docs has measured times, and says how many pictures make this pay off.

    Parameters
    ----------
    images
        A folder, glob, archive, list of paths, or a table with a column of paths.
    path
        The table's column of paths.

    Returns
    -------
    ray.data.Dataset
        The table's columns, or ``image_id`` and ``path``, in blocks of as many rows as
        `ray_workers` says. A table without ``image_id`` gets one: the row's number.

    Raises
    ------
    MissingPackageError
        When Ray is not installed; the message has the command.
    ArgumentError, ColumnError
        When there are no pictures, or no such column.

    Notes
    -----
    Ray's workers read the paths: on a cluster a path must name the same file on every machine, as in
    a shared folder or on ``s3://``. Rows come back in the order in which blocks finish; ``image_id``
    identifies them. To keep their order, set ``execution_options.preserve_order`` in Ray's
    DataContext.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> dataset = iad.ray_dataset("examples/photos")  # doctest: +SKIP
    >>> iad.classify(dataset).write_parquet("labels/")  # doctest: +SKIP
    """
    table = open_table(images, path)
    # Ray reports usage statistics unless this is turned off before it starts.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    data = optional("ray.data", "ray", "ray_dataset")
    return data.from_arrow(table.blocks(chosen().rows))
