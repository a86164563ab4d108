"""`detect_faces`: from pictures to a table with a row for each face."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap
from typing import Any, Literal, get_args

from imagesasdata.arrays.faces import blazeface, scrfd, yunet
from imagesasdata.arrays.faces import columns as col
from imagesasdata.arrays.faces.candidates import Candidates
from imagesasdata.arrays.faces.quarter_turns import face_turn
from imagesasdata.arrays.faces.search import Search
from imagesasdata.arrays.views import zooms
from imagesasdata.checks import check_choice, check_count
from imagesasdata.engine.stream import Sample
from imagesasdata.engine.verb import Row, Verb, run
from imagesasdata.errors import ArgumentError
from imagesasdata.files.decode import MAX_PIXELS, decode, read_header
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.registry import load
from imagesasdata.options import FACE_DETECTOR, FACE_SCORE, Keep, OnError, Options
from imagesasdata.tables.frames import Frame, Paths

Tiles = Literal["auto", "always", "never"]
Upright = Literal["auto", "never"]

COLUMNS = col.DETECTED


def detect_faces(
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str = FACE_DETECTOR,
    min_size: float = 20,
    threshold: float = FACE_SCORE,
    tiles: Tiles = "auto",
    upright: Upright = "auto",
    keep_empty: bool = False,
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
    """Find the faces in pictures: a row for each, with its box and where eyes, nose and mouth are.

    The number of people in a picture, their size and their position are measures in themselves;
    `embed_faces`, `analyze_faces` and `blur_faces` take the rows as input. To count the faces of each
    picture, group by ``image_id`` (with ``keep_empty=True``, to include pictures without a face).

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    model
        A name from ``iad.models("detect_faces")``.
    min_size
        The smallest face, by the longer side of its box, in pixels.
    threshold
        The lowest ``face_score`` of a face that is kept, over 0 and under 1. A lower threshold finds
        more faces, and more that are not faces.
    tiles
        Whether a picture is also searched in overlapping tiles, which finds small faces:
        ``"auto"`` in pictures of at least 400 pixels (more tiles from 1,600; with ``"scrfd_10g"`` and
        ``"yunet"`` from 1,334 and 5,334) and in long ones (2.5 to 1 and longer), ``"always"``,
        ``"never"`` (about five times as fast; enough for portraits).
    upright
        ``"auto"`` also tries the quarter turns of a picture in which nothing is found, or one face in
        doubt: it may have been stored on its side. ``"never"`` takes pictures as they are.
    keep_empty
        Whether a picture in which nothing was found gets a row of nulls.
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
        does not change the result. Each tile of a picture counts as one.
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
        A row for each face, and one for each picture that cannot be read:

        - ``image_id``, ``path``: the picture;
        - ``face_id``: number of the face in its picture, the most certain first;
        - ``face_x``, ``face_y``, ``face_width``, ``face_height``: the box, from the eyebrows to the
          chin, in pixels of the upright picture; it may reach over the border;
        - ``face_score``: the probability that it is a face (with ``"scrfd_10g"`` and ``"yunet"`` the
          detector's own score), from 0 to 1;
        - ``face_right_eye_x``, ``face_right_eye_y`` and so on for ``left_eye``, ``nose``, ``mouth``
          (its middle), ``right_ear`` and ``left_ear``: right and left are the person's own;
        - ``face_turn``: by how much the face is turned to the right, to a quarter turn: 0, 90, 180
          or 270 degrees;
        - ``image_error``: why the picture cannot be read, else null.

    Raises
    ------
    UnknownNameError, WeightsError, ColumnError, ArgumentError, DeviceError
        For misuse, before any picture is read.

    Notes
    -----
    Of boxes that overlap by more than 0.3 (intersection over union), or of which one contains over
    0.7 of another, the most certain is kept. Each candidate in doubt is looked at again, in the middle
    of two views of its own: animals and things that look like a face in one view seldom do in others.
    From the detector's logits in all of them, a logistic regression makes ``face_score``; the
    reference on faces shows how well it is calibrated. Where nothing is found, or one face in doubt,
    the picture is searched again at each quarter turn with a wide margin: for a face that fills the
    frame, and for a picture that was stored on its side. `embed_faces` sets turned faces upright.
    Small faces in turned pictures, profiles and covered faces are missed more often; drawn and carved
    faces are found, too.
    Of an animation or a document, the first frame or page is searched, and a warning says so; for all,
    give it ``iad.read_images(images, frames="all")``.

    References
    ----------
    Bazarevsky, V. et al. (2019). BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs.
    doi:10.48550/arXiv.1907.05047

    Examples
    --------
    >>> import imagesasdata as iad
    >>> faces = iad.detect_faces("examples/photos/astronaut.jpg")
    >>> len(faces), bool(100 < faces.face_width[0] < 140)
    (1, True)
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
    check_count("max_pixels", max_pixels)
    check_choice("tiles", tiles, get_args(Tiles))
    check_choice("upright", upright, get_args(Upright))
    if not 0 < threshold < 1:
        raise ArgumentError(
            f"threshold must be over 0 and under 1, got {threshold}.",
            f"for example threshold={FACE_SCORE}.",
        )
    if not min_size >= 0:
        raise ArgumentError(f"min_size must be at least 0, got {min_size}.", "it is in pixels.")
    network = load(model, task="detect_faces", progress=progress)
    size = network.card.preprocess.size
    search = Search(
        lambda outputs, least: _decoded(outputs, size, least),
        network.card.odds,
        size,
        float(threshold),
        float(min_size),
        turns=upright == "auto",
    )

    def look(data: bytes) -> Iterator[Sample]:
        header = read_header(data, max_pixels=max_pixels)
        wide = zooms(header.width, header.height, size, tiles)
        image = decode(data, long_side=round(size * max(wide)), max_pixels=max_pixels)
        # A JPEG may have been decoded at a reduced scale.
        yield from starmap(Sample, search.first(image, header.width / image.width, wide))

    verb = Verb(
        name="detect_faces",
        columns=COLUMNS,
        load=look,
        finish=lambda results: _rows(search.faces(results)),
        network=network.program,
        again=lambda results: starmap(Sample, search.again(results)),
        settings={
            "model": network.fingerprint,
            "threshold": threshold,
            "min_size": min_size,
            "tiles": tiles,
            "upright": upright,
        },
        many=True,
        keep_empty=keep_empty,
        max_pixels=max_pixels,
    )
    return run(images, verb, options)


def _rows(found: Candidates) -> list[Row]:
    names = [column.name for column in COLUMNS]
    parts = zip(found.boxes.tolist(), found.scores.tolist(), found.points.tolist(), strict=True)
    return [
        dict(zip(names, (number, *box, score, *_known(points), face_turn(points)), strict=True))
        for number, (box, score, points) in enumerate(parts)
    ]


def _known(points: list[list[float]]) -> list[float | None]:
    """Null where the model does not know a point."""
    return [None if side != side else side for point in points for side in point]


def _decoded(outputs: Any, size: int, threshold: float) -> Candidates:
    if "near" in outputs:
        return blazeface.decode(outputs["near"], side=size, threshold=threshold)
    if "boxes" in outputs:
        return yunet.decode(
            outputs["scores"], outputs["boxes"], outputs["points"], threshold=threshold
        )
    parts = (outputs[name] for name in ("scores", "sides", "points"))
    return scrfd.decode(*parts, side=size, threshold=threshold)
