"""`score_aesthetics`: how closely pictures follow rules of photography, and predicted ratings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import numpy as np

from imagesasdata.arrays.measures import Size, measure
from imagesasdata.arrays.measures.aesthetics import COLUMNS as MEASURES
from imagesasdata.arrays.measures.aesthetics import GROUPS, score
from imagesasdata.arrays.pixels import fit
from imagesasdata.checks import check_choice, check_count
from imagesasdata.columns import Column
from imagesasdata.engine.pictures import picture_loader
from imagesasdata.engine.stream import Sample
from imagesasdata.engine.verb import Row, Verb, run
from imagesasdata.files.decode import MAX_PIXELS, Exactness, read_header
from imagesasdata.files.decode import decode as decode_picture
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.linear_head import LinearHead, read_head
from imagesasdata.networks.zoo.registry import load
from imagesasdata.options import EMBEDDER, OnError, Options
from imagesasdata.tables.frames import Frame, Paths
from imagesasdata.verbs.measure.features import LONG_SIDE

PRED = Column("aesthetic_pred", "float64", "The prediction of ``head``.", unit="the head's own")

COLUMNS = (*MEASURES, PRED)


def score_aesthetics(
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str = EMBEDDER,
    head: PathLike | None = None,
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
    """Score how closely pictures follow rules of photography: exposure, contrast, color, composition.

    To a degree, pixels show whether a campaign's photographs look professional; each component shows
    in which respect. This is not a measure of beauty: see the notes.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    model
        A name from ``iad.models("embed")``. Used with ``head``, which takes its embeddings.
    head
        A linear predictor of ratings from embeddings, fitted elsewhere: an ``.npz`` file with
        ``weight`` (a number for each dimension), ``bias``, and ``normalize`` = 1 if it takes
        embeddings of length 1. It adds ``aesthetic_pred``.
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
        does not change the result. Used with ``head``.
    workers
        Threads that read and decode pictures; by default one for each core, for remote files at
        least 16.
    device
        ``"cpu"``, ``"gpu"``, ``"tpu"`` or one of several as ``"gpu:1"``; by default all of the best
        kind. Used with ``head``.
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

        - ``aesthetic_score``: mean of the components, from 0 to 1;
        - ``aesthetic_exposure``, ``aesthetic_contrast``, ``aesthetic_color``,
          ``aesthetic_sharpness``, ``aesthetic_focus``, ``aesthetic_thirds``,
          ``aesthetic_symmetry``, ``aesthetic_separation``: the components, from 0 to 1;
        - ``aesthetic_pred``: with ``head``, its prediction;
        - ``image_error``: why a picture was not scored, else null.

    Raises
    ------
    ArgumentError, UnknownNameError, WeightsError, ColumnError, NameClashError, DeviceError
        For misuse, before any picture is read.

    Notes
    -----
    The rules and their equal weights are set by hand, not fitted to ratings. Before you use a score
    as a measure of how people see pictures, have some of yours rated and compare.

    References
    ----------
    Datta, R. et al. (2006). Studying Aesthetics in Photographic Images Using a Computational Approach.
    ECCV. doi:10.1007/11744078_23.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.score_aesthetics("examples/photos/coffee.jpg")
    >>> bool(0 < photos.aesthetic_score[0] < 1)
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
    check_choice("decode", decode, get_args(Exactness))
    check_count("max_pixels", max_pixels)

    def measured(data: bytes) -> Row:
        header = read_header(data, max_pixels=max_pixels)
        size = Size(header.width, header.height, len(data))
        image = decode_picture(data, long_side=LONG_SIDE, exactness=decode, max_pixels=max_pixels)
        return score(measure(fit(image, LONG_SIDE), size, GROUPS))

    settings = {"decode": decode, "long_side": LONG_SIDE}
    if head is None:
        verb = Verb(
            name="score_aesthetics",
            columns=MEASURES,
            load=lambda data: [measured(data)],
            finish=lambda results: results,
            settings=settings,
            max_pixels=max_pixels,
        )
        return run(images, verb, options)

    network = load(model, task="embed", progress=progress)
    linear = read_head(head, network.card.embedding_size)
    prepare = picture_loader(network.card.preprocess, decode, max_pixels)
    verb = Verb(
        name="score_aesthetics",
        columns=COLUMNS,
        load=lambda data: [Sample(one.array, note=measured(data)) for one in prepare(data)],
        finish=lambda results: [_row(results[0][0], results[0][1], linear)],
        network=network.program,
        settings={**settings, "model": network.fingerprint, "head": linear.fingerprint},
        max_pixels=max_pixels,
    )
    return run(images, verb, options)


def _row(outputs: Mapping[str, np.ndarray], scores: Row, head: LinearHead) -> Row:
    return {**scores, PRED.name: head(outputs["embedding"])}
