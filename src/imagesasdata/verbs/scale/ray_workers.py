"""`ray_workers`: how many cores, GPUs and rows at a time each of Ray's workers gets."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from imagesasdata.checks import check_amount, check_count
from imagesasdata.engine.ray.workers import Workers, choose


@contextlib.contextmanager
def ray_workers(
    *, actors: int | None = None, cpus: int = 1, gpus: float = 0, rows: int = 256
) -> Iterator[None]:
    """Set the workers of verbs on Ray Datasets, for the lines within a ``with`` block.

    A verb on a Dataset starts actors, processes that load the model once and then take block after
    block of rows. By default there is an actor for each core of the cluster, and no GPU is used.

    Parameters
    ----------
    actors
        How many actors each verb may start; by default as many as the cluster has room for.
    cpus
        Cores that each actor decodes and computes with. Fewer actors with more cores take less
        memory, because each holds the model.
    gpus
        GPUs for each actor; with 0 it computes on the CPU. With a fraction, actors share a GPU.
    rows
        Rows in a block: the work that is repeated when an actor or a machine is lost.

    Returns
    -------
    context manager
        For a ``with`` block; it applies to the verbs that are called inside.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When a value cannot be used.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> with iad.ray_workers(actors=8, cpus=4, gpus=1):
    ...     pass  # labeled = iad.classify(dataset)
    """
    check_count("actors", actors)
    check_count("cpus", cpus)
    check_count("rows", rows)
    check_amount("gpus", gpus)
    with choose(Workers(actors, cpus, gpus, rows)):
        yield
