"""`count_objects`: the number of things of each kind in each picture."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

from imagesasdata.columns import Column
from imagesasdata.engine.verb import Row, run
from imagesasdata.files.decode import MAX_PIXELS, Exactness
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.class_names import Labels
from imagesasdata.options import OBJECT_DETECTOR, OnError, Options
from imagesasdata.tables.frames import Frame, Paths
from imagesasdata.verbs.things.detect_objects import detector, look_for

COUNT = Column(
    "n_{}", "int64", "How many things of that kind were found.", range="0 ...", example="person"
)
COLUMNS = (COUNT,)


def count_objects(
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str = OBJECT_DETECTOR,
    threshold: float | None = None,
    labels: Sequence[str] | str | None = None,
    template: str | None = None,
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
    """Count the things that each picture shows: columns such as ``n_person`` for a regression.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    model
        A name from ``iad.models("detect_objects")``. ``"centernet"``, ``"nanodet"`` and
        ``"detr_resnet50"`` (better and much slower) know COCO's 80 kinds of things;
        ``"owlvit_b32"`` (also slow) counts the things named in ``labels``.
    threshold
        Things with a lower score are not counted, from 0 to 1; by default the model's usual threshold.
    labels
        Count only these kinds, as in ``("person", "car")``; by default all 80. For OWL-ViT,
        required: what to count, in your own words.
    template
        A sentence in which ``{}`` stands for a label, for a model that takes any words; by default
        ``"a photo of {}"``.
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
        The rows given, in order, and ``n_<kind>`` for each kind (``n_person``, ``n_traffic_light``,
        ...), 0 where none was found and null where the picture could not be read; then
        ``image_error``.

    Raises
    ------
    UnknownNameError, WeightsError, ColumnError, NameClashError, ArgumentError, ArgumentTypeError,
    DeviceError, MissingPackageError
        For misuse, before any picture is read.

    Notes
    -----
    The counted things are those that `detect_objects` finds with the same options. A detector's
    count is too low where things are many, small or hidden, so its error grows with the count.
    Before you use it to measure crowds, have some pictures counted by hand.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> iad.count_objects("examples/photos", labels=("person", "cup"))  # doctest: +SKIP
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
    wanted = look_for(model, labels, template, device=device, progress=progress)
    plain = Labels.numbered(wanted.labels).identifiers()
    names = {
        label: COUNT.name.format(name) for label, name in zip(wanted.labels, plain, strict=True)
    }

    def row(things: list[Row]) -> list[Row]:
        counts = Counter(thing["object"] for thing in things)
        return [{name: counts[label] for label, name in names.items()}]

    columns = tuple(
        dataclasses.replace(COUNT.named(name), description=f"How many of {label!r} were found.")
        for label, name in names.items()
    )
    verb = detector(
        "count_objects",
        columns,
        wanted,
        row,
        threshold=threshold,
        decode=decode,
        max_pixels=max_pixels,
        many=False,
    )
    return run(images, verb, options)
