"""`recognize_objects`: which of several named things a picture or region shows, by examples."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from imagesasdata.arrays.neighbors.gallery import Gallery
from imagesasdata.checks import check_count
from imagesasdata.columns import IMAGE_ERROR, Column
from imagesasdata.engine.pictures import picture_loader
from imagesasdata.engine.results import Results, within
from imagesasdata.engine.verb import Row, Verb, run
from imagesasdata.errors import ArgumentError, ArgumentTypeError, ImageError
from imagesasdata.files.decode import MAX_PIXELS, Exactness
from imagesasdata.files.listing import list_files
from imagesasdata.files.references import as_region
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.registry import Model, load
from imagesasdata.options import EMBEDDER, OnError, Options
from imagesasdata.tables.frames import Frame, Paths
from imagesasdata.tables.kinds import from_columns, to_arrow
from imagesasdata.tables.table import open_table

COLUMNS = (
    Column("match", "string", "Name of the thing whose examples are nearest."),
    Column(
        "match_distance",
        "float64",
        "Cosine distance to the nearest example of that thing.",
        range="0 (the same) to 2",
    ),
    Column(
        "match_margin",
        "float64",
        "How much further the nearest example of any other thing is.",
        range="-2 to 2",
        null="there is one thing only, or the picture could not be read",
    ),
)
_SIDES = ("x", "y", "width", "height")
_REGIONS = "give regions=False, or name the columns of boxes x, y, width and height."
_EXAMPLE = 'references={"party A": ["a1.png", "a2.png"], "party B": "b.png"}'


def recognize_objects(
    images: Frame | Paths,
    references: Mapping[str, Any],
    *,
    path: str = "path",
    model: str = EMBEDDER,
    neighbors: int = 1,
    regions: bool = False,
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
    """Recognize which of several named things pictures show, from a few examples of each.

    A handful of examples is enough to recognize things that no pretrained model knows, such as a
    party's logo, a flag or a landmark, for a first sorting that people then check.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    references
        Maps the name of each thing to pictures of it: a path, folder, glob or list of paths. Crop
        tightly, and cover the views and sizes that occur.
    path
        The table's column of paths.
    model
        A name from ``iad.models("embed")``.
    neighbors
        How many of the nearest examples vote on the name; ties go to the nearest.
    regions
        Whether each row is a part of a picture, given by the columns ``x``, ``y``, ``width`` and
        ``height``, as from `detect_objects`; else whole pictures are compared.
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

        - ``match``: the name whose examples are nearest. There is always one: judge it by the distance;
        - ``match_distance``: cosine distance to its nearest example, from 0 (the same) to 2;
        - ``match_margin``: how much farther the nearest example of any other thing is. Near 0 (or
          below, when others outvoted the nearest) the match is uncertain;
        - ``image_error``: why a picture was not compared, else null.

    Raises
    ------
    ImageError
        When an example cannot be read.
    UnknownNameError, WeightsError, ColumnError, NameClashError, ArgumentError, ArgumentTypeError
        For other misuse, before any picture is read.

    Notes
    -----
    Pictures are compared by a network's embeddings, scaled to length 1. Choose the largest distance
    that counts as a match on pictures that people labeled, and report the error rate. Small logos in
    a large picture are missed: crop parts first. With more than a few dozen examples of each thing,
    fine-tuning does better.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> known = {"cat": "examples/photos/chelsea.jpg", "rocket": "examples/photos/rocket.jpg"}
    >>> photos = iad.recognize_objects("examples/photos/chelsea.jpg", known)
    >>> photos.match[0]
    'cat'
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
    check_count("neighbors", neighbors)
    named = _files(references)
    network = load(model, task="embed", progress=progress)
    own = picture_loader(network.card.preprocess, decode, max_pixels)
    out = None
    if regions:
        table = open_table(images, path)
        for side in _SIDES:
            table.known(side, hint=_REGIONS)
        out = Results("recognize_objects", table, COLUMNS, options).checked()
    gallery = _gallery(
        named, network, own, dataclasses.replace(options, path="path", prefix=None, cache=None)
    )
    verb = Verb(
        name="recognize_objects",
        columns=COLUMNS,
        load=own,
        finish=lambda results: [_row(gallery, results[0][0]["embedding"], neighbors)],
        network=network.program,
        settings={
            "model": network.fingerprint,
            "decode": decode,
            "neighbors": neighbors,
            "references": gallery.fingerprint,
        },
        max_pixels=max_pixels,
    )
    if out is None:
        return run(images, verb, options)
    boxes = zip(*(out.table.cells(side) for side in _SIDES), strict=True)
    parts = [
        None if place is None or None in box else as_region(place, *box)
        for place, box in zip(out.table.paths(), boxes, strict=True)
    ]
    found = run(
        from_columns({"path": parts}, "pyarrow"),
        verb,
        dataclasses.replace(within(options), path="path"),
    )
    return out.join(found, found[IMAGE_ERROR.name].to_pylist())


def _files(references: Mapping[str, Any]) -> dict[str, list[str]]:
    if not isinstance(references, Mapping):
        raise ArgumentTypeError(
            f"references must map names to pictures, got {type(references).__name__}.", _EXAMPLE
        )
    if not references:
        raise ArgumentError("references is empty.", _EXAMPLE)
    return {str(name): list_files(pictures) for name, pictures in references.items()}


def _gallery(
    named: Mapping[str, Sequence[str]], network: Model, own: Any, options: Options
) -> Gallery:
    """The examples' embeddings."""
    names = [name for name, files in named.items() for _ in files]
    files = [file for pictures in named.values() for file in pictures]
    size = network.card.embedding_size
    vector = Column("embedding", "embedding", "An example's embedding.", size=size)
    verb = Verb(
        name="references",
        columns=(vector,),
        load=own,
        finish=lambda results: [{"embedding": results[0][0]["embedding"]}],
        network=network.program,
    )
    found = to_arrow(run(from_columns({"path": files}, "pyarrow"), verb, options))
    for file, why in zip(files, found[IMAGE_ERROR.name].to_pylist(), strict=True):
        if why is not None:
            raise ImageError(f"The reference {file!r} cannot be used: {why}.")
    return Gallery(names, np.array(found["embedding"].to_pylist(), np.float64))


def _row(gallery: Gallery, embedding: np.ndarray, neighbors: int) -> Row:
    found = gallery.match(embedding, neighbors)
    return dict(zip((column.name for column in COLUMNS), found, strict=True))
