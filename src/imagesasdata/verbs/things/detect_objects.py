"""`detect_objects`: a row for each thing in pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, get_args

import numpy as np
from PIL import Image

from imagesasdata.arrays.detections import each_once, surest_first
from imagesasdata.arrays.pixels import whole_square
from imagesasdata.arrays.views import View, row
from imagesasdata.checks import check_choice, check_count, check_share
from imagesasdata.columns import Column
from imagesasdata.engine.stream import Sample
from imagesasdata.engine.texts import check_labels, check_template, embed_text
from imagesasdata.engine.verb import Row, Verb, run
from imagesasdata.errors import ArgumentError, one_of
from imagesasdata.files.decode import MAX_PIXELS, Exactness, read_header
from imagesasdata.files.decode import decode as decode_picture
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.program import Network
from imagesasdata.networks.zoo.card import ModelCard, Preprocess, Task
from imagesasdata.networks.zoo.registry import load, reads_texts
from imagesasdata.options import OBJECT_DETECTOR, Keep, OnError, Options
from imagesasdata.tables.frames import Frame, Paths
from imagesasdata.verbs.words import thing_words

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
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str = OBJECT_DETECTOR,
    threshold: float | None = None,
    labels: Sequence[str] | str | None = None,
    template: str | None = None,
    keep_empty: bool = False,
    decode: Exactness = "fast",
    max_pixels: int = MAX_PIXELS,
    keep: Keep = "all",
    prefix: str | None = None,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Find the things in pictures, such as people, cars and chairs, and their positions.

    Counts and positions become columns: how many people are in a picture and how large they are, or
    whether a candidate is shown with a child's bicycle or a truck. Most models know a list of
    everyday things; ``"owlvit_b32"`` looks for whatever you name, such as a banner or a police
    shield.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    model
        A name from ``iad.models("detect_objects")``. ``"centernet"``, ``"nanodet"``, ``"yolox_s"``
        and ``"detr_resnet50"`` (better and much slower) know COCO's 80 kinds of things;
        ``"owlvit_b32"`` (also slow) finds the things named in ``labels``.
    threshold
        The lowest score of a thing that is kept, from 0 to 1. A lower threshold finds more things,
        and more that are not there. By default the model's usual threshold: 0.4, for DETR 0.7 and
        for OWL-ViT 0.1.
    labels
        Keep only these kinds, as in ``("person", "car")``. For OWL-ViT, required: what to look for,
        in your own words: ``("banner", "police shield")``.
    template
        A sentence in which ``{}`` stands for a label, for a model that takes any words; by default
        ``"a photo of {}"``.
    keep_empty
        Whether a picture in which nothing was found gets a row of nulls.
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
        A row for each thing, in each picture the highest score first:

        - ``image_id``, ``path``: the picture;
        - ``object_id``: number of the thing in its picture, from 0;
        - ``object``: what it is; ``score``: how sure the model is, 0 to 1;
        - ``x``, ``y``, ``width``, ``height``: its box in pixels of the upright original;
        - ``image_error``: why the picture could not be used, else null.

    Raises
    ------
    UnknownNameError
        When there is no such model or label; the message names the nearest.
    WeightsError
        When the model's weights are not on this machine; the message says how to get them.
    ArgumentError, ArgumentTypeError
        When a model that takes any words gets none, or a label is empty, repeated or too long.
    ColumnError, MissingPackageError, DeviceError
        For other misuse, before any picture is read.

    Notes
    -----
    The whole picture is scaled into a square, so small things in a large picture are lost. A long
    picture, such as a panorama or a screenshot of a page (2.5 to 1 and longer), is searched as a row
    of squares, too. Boxes of one kind that overlap by more than half count as one thing (non-maximum
    suppression), which merges people in a dense crowd; DETR does not need this.
    ``iad.model_card("centernet")`` has the measured accuracy. OWL-ViT's scores for a text depend on
    the words and on the other texts: compare scores within a label, not between labels, and check a
    threshold against pictures coded by hand.

    References
    ----------
    Minderer, M. et al. (2022). Simple Open-Vocabulary Object Detection with Vision Transformers.
    ECCV. https://doi.org/10.48550/arXiv.2205.06230

    Examples
    --------
    After ``imagesasdata weights fetch centernet``:

    >>> import imagesasdata as iad
    >>> things = iad.detect_objects("examples/photos", labels="person")  # doctest: +SKIP
    >>> sheet = iad.contact_sheet("examples/photos", boxes=things)  # doctest: +SKIP

    After ``imagesasdata weights fetch owlvit_b32``, in words of your own:

    >>> cups = iad.detect_objects(
    ...     "examples/photos", model="owlvit_b32", labels=["coffee cup", "rocket"]
    ... )  # doctest: +SKIP
    """
    options = Options(
        path=path,
        keep=keep,
        prefix=prefix,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    wanted = look_for(model, labels, template, device=device, progress=progress)
    return run(
        images,
        detector(
            "detect_objects",
            COLUMNS,
            wanted,
            lambda things: [{"object_id": number, **thing} for number, thing in enumerate(things)],
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
    wanted: Wanted,
    rows: Callable[[list[Row]], Sequence[Row]],
    *,
    threshold: float | None,
    decode: Exactness,
    max_pixels: int,
    many: bool,
    keep_empty: bool = False,
) -> Verb:
    """A verb that detects things; ``rows`` turns the detections in one picture into its rows."""
    least = wanted.card.threshold if threshold is None else threshold
    check_share("threshold", least)
    check_choice("decode", decode, get_args(Exactness))
    check_count("max_pixels", max_pixels)

    def finish(results: list[Any]) -> Sequence[Row]:
        return rows(_things(results, wanted, least))

    return Verb(
        name=name,
        columns=columns,
        load=_loader(wanted.card.preprocess, decode, max_pixels),
        finish=finish,
        network=wanted.program,
        settings={
            "model": wanted.fingerprint,
            "threshold": least,
            "labels": list(wanted.labels),
            "texts": list(wanted.texts),
            "decode": decode,
        },
        many=many,
        keep_empty=keep_empty,
        max_pixels=max_pixels,
    )


class Wanted(NamedTuple):
    """A detector and its query.

    ``names`` are the kinds in the order of the model's outputs, ``labels`` the requested kinds in
    order, and ``texts`` the query for a model that takes any words.
    """

    card: ModelCard
    program: Network
    fingerprint: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    texts: tuple[str, ...] = ()


def look_for(
    model: str,
    labels: Sequence[str] | str | None,
    template: str | None,
    *,
    device: str | None,
    progress: bool | None,
) -> Wanted:
    """A model by its name, and the requested kinds of things; by default all that it knows.

    Raises
    ------
    UnknownNameError, ArgumentError, ArgumentTypeError, WeightsError, MissingPackageError
        As `detect_objects` says.
    """
    task: Task = "detect_objects"
    given = (labels,) if isinstance(labels, str) else labels
    if reads_texts(model, task):
        if given is None or not len(given):
            raise ArgumentError(
                f"The model {model!r} finds what you name, and labels is missing or empty.",
                'for example labels=["a banner", "a police shield"].',
            )
        names = tuple(check_labels(given))
        sentence = "a photo of {}" if template is None else check_template(template)
        texts = tuple(sentence.replace("{}", name) for name in names)
        network = load(model, task=task, progress=progress)
        asked = network.told({"asked": embed_text(model, texts, task=task, device=device)})
        return Wanted(network.card, asked, network.fingerprint, names, names, texts)
    network = load(model, task=task, progress=progress)
    if template is not None:
        raise ArgumentError(
            f"The model {model!r} reads no texts, so it takes no template.",
            "leave it out; labels are chosen from those that the model knows.",
        )
    known = network.labels().names
    chosen = _chosen(known, given)
    return Wanted(network.card, network.program, network.fingerprint, known, chosen)


def _chosen(known: Sequence[str], given: Sequence[str] | None) -> tuple[str, ...]:
    if given is None:
        return tuple(known)
    if not given:
        raise ArgumentError("labels is empty.", 'name some, as in labels=("person", "car").')
    for label in given:
        if label not in known:
            raise one_of("label", label, known, thing_words(label, known))
    return tuple(dict.fromkeys(given))


class _Seen(NamedTuple):
    """The scale of the network's input, across and down, and what it shows: in the picture's pixels."""

    scale: tuple[float, float]
    size: tuple[float, float]
    view: View | None = None


def _loader(
    preprocess: Preprocess, exactness: Exactness, max_pixels: int
) -> Callable[[bytes], Iterable[Sample]]:
    size, how = preprocess.size, preprocess.interpolation
    stretch = preprocess.fit == "stretch"
    method = Image.Resampling[how.upper()]

    def load(data: bytes) -> Iterator[Sample]:
        header = read_header(data, max_pixels=max_pixels)
        squares = row(header.width, header.height)
        side = {"short_side" if stretch or squares else "long_side": size}
        image = decode_picture(data, **side, exactness=exactness, max_pixels=max_pixels)
        square, scale = whole_square(image, size, how, stretch=stretch, margin=preprocess.margin)
        # A JPEG may have been decoded at a reduced scale.
        reduced = (image.width / header.width, image.height / header.height)
        across, down = (one * part for one, part in zip(scale, reduced, strict=True))
        yield Sample(square, _Seen((across, down), (header.width, header.height)))
        for view in squares:
            left, top = max(view.left, 0), max(view.top, 0)
            right = min(left + view.side, header.width)
            bottom = min(top + view.side, header.height)
            box = (left * reduced[0], top * reduced[1], right * reduced[0], bottom * reduced[1])
            part = np.asarray(image.resize((size, size), method, box))
            seen = (right - left, bottom - top)
            scale = (size / seen[0], size / seen[1])
            yield Sample(part, _Seen(scale, seen, View(left, top, view.side)))

    return load


def _things(results: Sequence[Any], wanted: Wanted, threshold: float) -> list[Row]:
    """The detections in one picture, the surest first, in its own pixels."""
    looks = [
        surest_first(
            outputs["boxes"],
            outputs["scores"],
            outputs["classes"],
            scale=seen.scale,
            size=seen.size,
            threshold=float(threshold),
        )
        for outputs, seen in results
    ]
    views = [seen.view for _, seen in results]
    squares = [(view, found) for view, found in zip(views, looks, strict=True) if view is not None]
    things = each_once(looks[0], squares, results[0][1].size) if squares else looks[0]
    columns = [column.name for column in COLUMNS[1:]]
    return [
        dict(zip(columns, (wanted.names[number], *values), strict=True))
        for number, *values in things
        if wanted.names[number] in wanted.labels
    ]
