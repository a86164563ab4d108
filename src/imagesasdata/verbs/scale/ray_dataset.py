"""`ray_dataset`: a Ray Dataset of pictures, from a folder, paths or a table."""

from __future__ import annotations

import os
from typing import Any

from imagesasdata.engine.ray.workers import chosen
from imagesasdata.extras import optional
from imagesasdata.tables.table import open_table


def ray_dataset(images: Any, *, path: str = "path") -> Any:
    """Make a Ray Dataset of pictures, for verbs to run on a cluster or on all of a large machine.

    Every verb that works on each picture by itself takes a Dataset in place of a table and gives a
    Dataset back. "Planning" in the docs has measured times, and says from how many pictures this
    pays.

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
    Paths are read by Ray's workers: on a cluster they must mean the same file on every machine, as a
    shared folder's or an ``s3://`` path does. Rows come back in the order in which blocks are
    finished; ``image_id`` tells which is which, and ``execution_options.preserve_order`` of Ray's
    DataContext keeps their order.

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
