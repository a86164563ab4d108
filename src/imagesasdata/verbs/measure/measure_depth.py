"""`measure_depth`: how pictures are laid out in depth, near and far."""

from __future__ import annotations

from imagesasdata.arrays.measures.depth import COLUMNS, measure
from imagesasdata.engine.pictures import picture_loader
from imagesasdata.engine.verb import Verb, run
from imagesasdata.files.decode import MAX_PIXELS, Exactness
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.registry import load
from imagesasdata.options import DEPTH, OnError, Options
from imagesasdata.tables.frames import Frame, Paths

__all__ = ["COLUMNS", "measure_depth"]


def measure_depth(
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str = DEPTH,
    decode: Exactness = "fast",
    max_pixels: int = MAX_PIXELS,
    prefix: str | None = None,
    replace: bool = False,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Measure how pictures are laid out in depth: whether a subject stands out, and where.

    Framing is a choice: a candidate close before a blurred hall, a crowd that runs to the horizon, a
    street seen from eye level or from above. A network judges which parts of a picture are near.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    model
        A name from ``iad.models("measure_depth")``.
    decode
        ``"fast"`` decodes a large JPEG at a reduced scale that is still larger than what is needed;
        ``"exact"`` decodes every pixel.
    max_pixels
        A picture with more pixels is refused from its header.
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

        - ``depth_near_share``: share of the area in the nearer of two layers, from 0 to 1;
        - ``depth_separation``: how clearly these layers are apart, from 0 to 1;
        - ``depth_center``: whether the middle is nearer than what is around it, from -1 to 1;
        - ``depth_downward``: whether the picture gets nearer from top to bottom, from -1 to 1;
        - ``image_error``: why a picture was not measured, else null.

        All four are null where a whole picture is equally near.

    Raises
    ------
    WeightsError
        When the model's weights are not on this machine; the message says how to get them.
    UnknownNameError, ArgumentError, ColumnError, NameClashError, DeviceError
        For other misuse, before any picture is read.

    Notes
    -----
    The network gives nearness (inverse distance) without a unit, with another zero and scale in each
    picture, so there is no column of meters and none of mean distance: two pictures could not be
    compared by it. The four columns do not depend on that zero and scale (see the formulas).

    A picture goes through the network in its own shape, and each shape is compiled once, so
    collections of many shapes start slowly. The network takes drawings and pictures within pictures
    for the scenes that they show. How well it judges pictures like yours was not measured here: look
    at the highest and lowest of each column, and compare with codes of your own.

    References
    ----------
    Yang, L. et al. (2024). Depth Anything V2. NeurIPS. doi:10.48550/arXiv.2406.09414.

    Examples
    --------
    After ``imagesasdata weights fetch depth_anything_v2_small``:

    >>> import imagesasdata as iad
    >>> photos = iad.measure_depth("examples/photos")  # doctest: +SKIP
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
    network = load(model, task="measure_depth", progress=progress)
    verb = Verb(
        name="measure_depth",
        columns=COLUMNS,
        load=picture_loader(network.card.preprocess, decode, max_pixels),
        finish=lambda results: [measure(results[0][0]["nearness"])],
        network=network.program,
        settings={"model": network.fingerprint, "decode": decode},
        max_pixels=max_pixels,
    )
    return run(images, verb, options)
