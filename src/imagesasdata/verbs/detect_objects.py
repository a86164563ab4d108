"""`detect_objects`: a row for each thing that pictures show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, get_args

import numpy as np

from imagesasdata.columns import Column
from imagesasdata.decode import MAX_PIXELS, Exactness, read_header
from imagesasdata.decode import decode as decode_picture
from imagesasdata.errors import ArgumentError, one_of
from imagesasdata.options import OnError, Options, check_count, check_share
from imagesasdata.pixels import letterbox
from imagesasdata.sources import PathLike
from imagesasdata.stream import Sample
from imagesasdata.verb import Row, Verb, run
from imagesasdata.zoo.card import Preprocess
from imagesasdata.zoo.registry import Model, load

_NULL = "the picture could not be read or shows no such thing"
COLUMNS = (
    Column("object_id", "int64", "Number of the thing in its picture.", range="0 ...", null=_NULL),
    Column("object", "string", "What it is: one of the model's kinds of things.", null=_NULL),
    Column("score", "float64", "How sure the model is.", range="0 to 1", null=_NULL),
    Column("x", "float64", "Left edge of its box.", unit="pixels", null=_NULL),
    Column("y", "float64", "Upper edge of its box.", unit="pixels", null=_NULL),
    Column("width", "float64", "Width of its box.", unit="pixels", null=_NULL),
    Column("height", "float64", "Height of its box.", unit="pixels", null=_NULL),
)


def detect_objects(
    images: Any,
    *,
    path: str = "path",
    model: str = "centernet",
    threshold: float = 0.4,
    labels: Sequence[str] | str | None = None,
    keep_empty: bool = False,
    decode: Exactness = "fast",
    max_pixels: int = MAX_PIXELS,
    prefix: str | None = None,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Any:
    """Find the things that pictures show: people, cars, bicycles, chairs, and where they stand.

    How many people are in a picture and how large they are, whether a candidate is shown with a
    child's bicycle or a truck: counts and places become columns.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    model
        ``"centernet"``, ``"nanodet"`` or ``"detr_resnet50"`` (better and much slower), all of COCO's
        80 kinds of things.
    threshold
        Things of which the model is less sure are left out, from 0 to 1. Lower finds more, and more
        that is not there. DETR is surer of itself: 0.7 is usual for it.
    labels
        Keep these kinds only, as in ``("person", "car")``.
    keep_empty
        Whether a picture in which nothing was found gets a row of nulls.
    decode
        ``"fast"`` decodes a large JPEG at a reduced scale that is still larger than the network
        needs; ``"exact"`` decodes every pixel.
    max_pixels
        A picture with more pixels is refused from its header.
    prefix
        Put before the new columns' names.
    batch_size
        Pictures that go through the network together; by default what is fastest on the device. It
        does not change the numbers.
    workers
        Threads that read and decode; by default one for each core.
    device
        ``"cpu"``, ``"gpu"``, ``"tpu"`` or one of several as ``"gpu:1"``; by default all of the
        best kind.
    cache
        A folder that keeps finished rows, so that a stopped run goes on where it was.
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be read, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        A row for each thing, the surest first in each picture:

        - ``image_id``, ``path``: the picture;
        - ``object_id``: number of the thing in its picture, from 0;
        - ``object``: what it is; ``score``: how sure the model is, 0 to 1;
        - ``x``, ``y``, ``width``, ``height``: its box in pixels of the upright original;
        - ``image_error``: why the picture was not looked at, else null.

    Raises
    ------
    UnknownNameError
        When there is no such model or label; the message names the nearest.
    WeightsError
        When the model's weights are not on this machine; the message says how to get them.
    ColumnError, ArgumentError, ArgumentTypeError, DeviceError
        For other misuse, before any picture is read.

    Notes
    -----
    The whole picture is scaled into a square, so small things in a large picture are lost. Boxes of one
    kind that overlap by more than half are taken for one thing (non-maximum suppression), which merges
    people in a dense crowd. ``iad.model_card("centernet")`` has the measured accuracy.

    Examples
    --------
    After ``imagesasdata weights fetch centernet``:

    >>> import imagesasdata as iad
    >>> things = iad.detect_objects("examples/photos", labels="person")  # doctest: +SKIP
    >>> sheet = iad.contact_sheet("examples/photos", boxes=things)  # doctest: +SKIP
    """
    options = Options(
        path=path,
        prefix=prefix,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    network = load(model, task="detect_objects", progress=progress)
    return run(
        images,
        detector(
            "detect_objects",
            COLUMNS,
            network,
            lambda things: [{"object_id": number, **thing} for number, thing in enumerate(things)],
            labels=labels,
            threshold=threshold,
            decode=decode,
            max_pixels=max_pixels,
            many=True,
            keep_empty=keep_empty,
        ),
        options,
    )


def detector(
    name: str,
    columns: tuple[Column, ...],
    network: Model,
    rows: Callable[[list[Row]], Sequence[Row]],
    *,
    labels: Sequence[str] | str | None,
    threshold: float,
    decode: Exactness,
    max_pixels: int,
    many: bool,
    keep_empty: bool = False,
) -> Verb:
    """A verb that looks for things; ``rows`` makes its rows from those of one picture."""
    wanted = chosen_labels(network, labels)
    check_share("threshold", threshold)
    if decode not in get_args(Exactness):
        raise one_of("decode", decode, get_args(Exactness))
    check_count("max_pixels", max_pixels)
    names = network.labels().names

    def finish(results: list[Any]) -> Sequence[Row]:
        outputs, note = results[0]
        return rows(_things(outputs, note, names, wanted, threshold))

    return Verb(
        name=name,
        columns=columns,
        load=_loader(network.card.preprocess, decode, max_pixels),
        finish=finish,
        network=network.program,
        settings={
            "model": network.fingerprint,
            "threshold": threshold,
            "labels": list(wanted),
            "decode": decode,
        },
        many=many,
        keep_empty=keep_empty,
        max_pixels=max_pixels,
    )


def chosen_labels(network: Model, labels: Sequence[str] | str | None) -> tuple[str, ...]:
    """The kinds of things asked for, in the order asked; all of the model's by default.

    Raises
    ------
    UnknownNameError, ArgumentError
        When one is not the model's, or none is given.
    """
    known = network.labels().names
    if labels is None:
        return known
    asked = (labels,) if isinstance(labels, str) else tuple(labels)
    if not asked:
        raise ArgumentError("labels is empty.", 'name some, as in labels=("person", "car").')
    for label in asked:
        if label not in known:
            raise one_of("label", label, known)
    return tuple(dict.fromkeys(asked))


def _loader(
    preprocess: Preprocess, exactness: Exactness, max_pixels: int
) -> Callable[[bytes], Iterable[Sample]]:
    def load(data: bytes) -> list[Sample]:
        header = read_header(data, max_pixels=max_pixels)
        image = decode_picture(
            data, long_side=preprocess.size, exactness=exactness, max_pixels=max_pixels
        )
        square, (across, down) = letterbox(image, preprocess.size, preprocess.interpolation)
        across *= image.width / header.width
        down *= image.height / header.height
        note = np.array([across, down] * 2), np.array([header.width, header.height] * 2)
        return [Sample(square, note)]

    return load


def _things(
    outputs: Mapping[str, np.ndarray],
    note: tuple[np.ndarray, np.ndarray],
    names: Sequence[str],
    wanted: Sequence[str],
    threshold: float,
) -> list[Row]:
    """What was found in one picture, the surest first, in its own pixels."""
    scale, limits = note
    boxes = (outputs["boxes"].astype(np.float64) / scale).clip(0, limits)
    scores = outputs["scores"].astype(np.float64)
    things = []
    for place in np.argsort(-scores, kind="stable"):
        # What was suppressed has score 0.
        if scores[place] < threshold or scores[place] <= 0:
            break
        name = names[int(outputs["classes"][place])]
        left, top, right, bottom = boxes[place].tolist()
        if name in wanted and right > left and bottom > top:
            things.append(
                {
                    "object": name,
                    "score": float(scores[place]),
                    "x": left,
                    "y": top,
                    "width": right - left,
                    "height": bottom - top,
                }
            )
    return things
