"""`classify`: the most probable classes of each picture by a pretrained network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import numpy as np

from imagesasdata import columns as col
from imagesasdata.arrays.probabilities import most_probable, softmax
from imagesasdata.checks import check_choice, check_count
from imagesasdata.columns import Column
from imagesasdata.engine.pictures import picture_loader
from imagesasdata.engine.verb import Row, Verb, run
from imagesasdata.errors import ArgumentError
from imagesasdata.files.decode import MAX_PIXELS, Exactness
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.class_names import Labels
from imagesasdata.networks.zoo.registry import load
from imagesasdata.options import CLASSIFIER, Keep, OnError, Options, Shape
from imagesasdata.tables.frames import Frame, Paths

COLUMNS = (col.LABEL, col.LABEL_ID, col.LABEL_PROB, col.RANK, col.CLASS_PROB)


def classify(
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str = CLASSIFIER,
    top: int = 1,
    shape: Shape = "wide",
    probs: bool = False,
    decode: Exactness = "fast",
    max_pixels: int = MAX_PIXELS,
    keep: Keep = "all",
    prefix: str | None = None,
    replace: bool = False,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Name what each picture shows, from the 1,000 classes of ImageNet or those of another model.

    A first look at a collection, and a quick measure where a class is close to the subject of a
    study. The classes are animals, plants and objects of everyday life, not political events: for
    those, code some pictures by hand and fine-tune.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    model
        A name from ``iad.models("classify")``. ``"resnet50_places365"`` names scenes, the others
        things; `register_model` adds one of your own.
    top
        How many classes to give for each picture, 1 to the number of classes.
    shape
        ``"wide"`` keeps a row for each picture; ``"long"`` gives a row for each picture and class.
    probs
        Add a column for every class, named after it (``label_prob_great_grey_owl``, ...).
    decode
        ``"fast"`` decodes a large JPEG at a reduced scale that is still larger than what is needed;
        ``"exact"`` decodes every pixel.
    max_pixels
        A picture with more pixels is refused from its header.
    keep
        Which other columns of the table come along into a table that has a row for each thing:
        ``"all"``, a list of names, or ``"none"``. A column with the name of a new one gets
        ``image_`` before it (of a video, ``video_``).
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

        - ``label``, ``label_id``, ``label_prob``: the most probable class, its id (for ImageNet,
          from WordNet; two classes are called "missile", so ids are the key) and its probability
          (0 to 1);
        - with ``top=3``: also ``label_2``, ``label_2_id``, ``label_2_prob`` and the same of
          ``label_3``;
        - with ``probs=True``: ``label_prob_<class>``, a probability for every class;
        - ``image_error``: why a picture was not classified, else null.

        With ``shape="long"`` a table of ``image_id``, ``path``, ``rank``, ``label``, ``label_id``,
        ``label_prob`` and ``image_error``, with ``top`` rows for each picture.

    Raises
    ------
    UnknownNameError
        When there is no such model; the message names the nearest.
    WeightsError
        When the model's weights are not on this machine; the message says how to get them.
    ColumnError, NameClashError, ArgumentError, DeviceError
        For other misuse, before any picture is read.

    Notes
    -----
    Probabilities are the softmax of the network's outputs. They rank classes well but are not
    calibrated: check them against pictures coded by hand before they enter an estimate. The training
    pictures are mostly from North America and Europe, and accuracy is lower elsewhere
    (de Vries et al. 2019).

    References
    ----------
    - Tan, M. and Le, Q. (2019). EfficientNet: Rethinking Model Scaling for Convolutional Neural
      Networks. ICML. https://doi.org/10.48550/arXiv.1905.11946
    - de Vries, T. et al. (2019). Does Object Recognition Work for Everyone? CVPR Workshops.
      https://doi.org/10.48550/arXiv.1906.02659

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.classify("examples/photos/chelsea.jpg")
    >>> photos.label[0]
    'Egyptian Mau'
    """
    options = Options(
        path=path,
        keep=keep,
        prefix=prefix,
        replace=replace,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    network = load(model, task="classify", progress=progress)
    labels = network.labels()
    _check(top, shape, probs, classes=len(labels.names))
    long = shape == "long"
    columns = (
        (col.RANK, col.LABEL, col.LABEL_ID, col.LABEL_PROB)
        if long
        else tuple(column for place in range(1, top + 1) for column in _ranked(place))
    )
    every = col.probabilities(col.LABEL.name, labels.identifiers(), labels.names) if probs else ()
    verb = Verb(
        name="classify",
        columns=(*columns, *every),
        load=picture_loader(network.card.preprocess, decode, max_pixels),
        finish=lambda results: _rows(results[0][0]["logits"], labels, top, long, every),
        network=network.program,
        settings={
            "model": network.fingerprint,
            "decode": decode,
            "top": top,
            "shape": shape,
            "probs": probs,
        },
        many=long,
        max_pixels=max_pixels,
    )
    return run(images, verb, options)


def _check(top: int, shape: Shape, probs: bool, *, classes: int) -> None:
    check_count("top", top)
    if top > classes:
        raise ArgumentError(
            f"top={top} is more than the model's {classes:,} classes.",
            f"give top={classes} or less.",
        )
    check_choice("shape", shape, get_args(Shape))
    if probs and shape == "long":
        raise ArgumentError(
            "probs=True gives a column for each class, shape='long' a row for each: not both.",
            f'leave out probs, and give top={classes} with shape="long" for every class.',
        )


def _ranked(place: int) -> tuple[Column, ...]:
    plain = (col.LABEL, col.LABEL_ID, col.LABEL_PROB)
    if place == 1:
        return plain
    first = col.LABEL.name
    return tuple(c.named(c.name.replace(first, f"{first}_{place}", 1)) for c in plain)


def _rows(
    logits: np.ndarray, labels: Labels, top: int, long: bool, every: Sequence[Column]
) -> list[Row]:
    chances = softmax(logits)
    found = [
        (labels.names[i], labels.ids[i], float(chances[i])) for i in most_probable(chances, top)
    ]
    names = [column.name for column in (col.LABEL, col.LABEL_ID, col.LABEL_PROB)]
    if long:
        return [
            {col.RANK.name: place, **dict(zip(names, values, strict=True))}
            for place, values in enumerate(found, start=1)
        ]
    row: dict[str, Any] = {}
    for place, values in enumerate(found, start=1):
        ranked = [column.name for column in _ranked(place)]
        row.update(zip(ranked, values, strict=True))
    if every:
        row.update(zip((column.name for column in every), chances.tolist(), strict=True))
    return [row]
