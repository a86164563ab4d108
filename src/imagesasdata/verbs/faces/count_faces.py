"""`count_faces`: how many faces each picture shows, also by what they look like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from imagesasdata.arrays.faces import columns as col
from imagesasdata.arrays.faces.counts import (
    age_class,
    certain_from,
    count_columns,
    counted,
    label_class,
)
from imagesasdata.checks import check_count, check_share
from imagesasdata.columns import IMAGE_ERROR, PATH, Column
from imagesasdata.engine.results import Results, row_name, speaking_as, stop_at_first
from imagesasdata.files.decode import MAX_PIXELS
from imagesasdata.files.sources import PathLike
from imagesasdata.options import FACE_DETECTOR, FACE_SCORE, OnError, Options
from imagesasdata.tables.frames import Frame, Paths
from imagesasdata.tables.table import Table, open_table
from imagesasdata.verbs.faces._identity import as_paths
from imagesasdata.verbs.faces.analyze_faces import Attribute, analyze_faces, check_attributes
from imagesasdata.verbs.faces.detect_faces import Tiles, Upright, detect_faces

N_FACES = Column("n_faces", "int64", "How many faces were found.", range="0 ...")
COLUMNS = (N_FACES, *(one for name in ("age", *col.CLASSES) for one in count_columns(name)))
_NO_PATH = "no path (the cell is missing or is not text)"


def count_faces(
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str = FACE_DETECTOR,
    attributes: Sequence[Attribute] = (),
    certainty: float | None = None,
    min_size: float = 20,
    threshold: float = FACE_SCORE,
    tiles: Tiles = "auto",
    upright: Upright = "auto",
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
    """Count the faces that each picture shows, on request by age, gender, race or expression.

    The counts stand in the rows given, ready for a regression: how many people are shown, and who.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    model
        A name from ``iad.models("detect_faces")``.
    attributes
        Any of ``"age"``, ``"gender"``, ``"race"``, ``"expression"``: faces are also counted by them.
    certainty
        The lowest probability of a face's most probable class with which it is counted in that class,
        from 0 to 1; by default 0.8, and 0.6 of expressions, which few reach. All other faces are counted
        as uncertain. A face is of an age class if the whole interval of its age (``age_low`` to
        ``age_high``) is in it. An expression below 0.4 has no label and is uncertain anyway.
    min_size
        The smallest face, by the longer side of its box, in pixels.
    threshold
        The lowest score of a face that is kept, over 0 and under 1.
    tiles
        Whether to search for small faces, too, as in `detect_faces`.
    upright
        ``"auto"`` also tries the quarter turns of a picture in which nothing is found, or one face in
        doubt: it may have been stored on its side. ``"never"`` takes pictures as they are.
    max_pixels
        A picture with more pixels is refused from its header.
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    replace
        Whether columns of the table are replaced if new ones have their names. Those of an earlier run
        of the same verb always are.
    batch_size
        Pictures or faces that go through the network together; by default what is fastest on the
        device. It does not change the result.
    workers
        Threads that read and decode pictures; by default one for each core, for remote files at
        least 16.
    device
        ``"cpu"``, ``"gpu"``, ``"tpu"`` or one of several as ``"gpu:1"``; by default all of the best
        kind.
    cache
        A folder that keeps finished faces, so that a stopped run resumes where it stopped.
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        The rows given, in order, and:

        - ``n_faces``: 0 where no face was found, null where the picture could not be read;
        - for each attribute counts such as ``n_gender_female``, ``n_gender_male`` and
          ``n_gender_uncertain``, and shares among the faces that are certain, such as
          ``gender_female_share``; a share of no face is null. Ages are ``child`` (under 18),
          ``adult`` and ``senior`` (from 65);
        - ``image_error``: why there is no count, else null.

    Raises
    ------
    UnknownNameError, WeightsError, ColumnError, NameClashError, ArgumentError, ArgumentTypeError,
    DeviceError
        For misuse, before any picture is read.

    Notes
    -----
    The faces are those of `detect_faces`, their attributes those of `analyze_faces`, with all that these
    say about what such a guess can mean. Leaving uncertain faces out of shares does not make the others
    right: the error of a share is that of the faces that are left, by group.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.count_faces(["examples/photos/astronaut.jpg", "examples/photos/coins.jpg"])
    >>> photos.n_faces.tolist()
    [1, 0]
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
    if certainty is not None:
        check_share("certainty", certainty)
        certainty = float(certainty)
    check_count("max_pixels", max_pixels)
    chosen = check_attributes(attributes) if len(attributes) else []
    table = open_table(images, path)
    columns = (N_FACES, *(one for name in chosen for one in count_columns(name)))
    out = Results("count_faces", table, columns, options).checked()
    paths = table.paths()
    shared: dict[str, Any] = {
        "batch_size": batch_size,
        "workers": workers,
        "device": device,
        "cache": cache,
        "progress": progress,
    }
    with speaking_as("count_faces"):
        faces: Any = detect_faces(
            as_paths([one for one in paths if one is not None]),
            model=model,
            min_size=min_size,
            threshold=threshold,
            tiles=tiles,
            upright=upright,
            keep_empty=True,
            max_pixels=max_pixels,
            **shared,
        )
        if chosen:
            faces = analyze_faces(faces, attributes=chosen, **shared)
    found = open_table(faces, PATH.name)
    errors = _errors(found, paths)
    stop_at_first(options, errors, lambda row: row_name(row, paths[row]))
    counts = _counts(found, chosen, certainty)
    there = [row for row, error in enumerate(errors) if error is None]
    rows = [counts[paths[row]] for row in there]
    cells = {column.name: [row[column.name] for row in rows] for column in columns}
    return out.join(out.spread(cells, there), errors)


def _errors(found: Table, paths: Sequence[str | None]) -> list[str | None]:
    """Why there is no count, for each row of the user's table."""
    pairs = zip(found.paths(), found.cells(IMAGE_ERROR.name), strict=True)
    told = {path: error for path, error in pairs if error is not None}
    return [_NO_PATH if path is None else told.get(path) for path in paths]


def _counts(
    found: Table, chosen: Sequence[Attribute], certainty: float | None
) -> dict[str | None, dict[str, Any]]:
    """The counts of each picture."""
    numbers = found.cells(col.FACE_ID.name)
    rows: dict[str | None, list[int]] = {}
    for row, path in enumerate(found.paths()):
        faces = rows.setdefault(path, [])
        if numbers[row] is not None:
            faces.append(row)
    classes = {name: _classes(found, name, certain_from(name, certainty)) for name in chosen}
    return {
        path: {
            N_FACES.name: len(faces),
            **{
                name: cell
                for attribute, of_faces in classes.items()
                for name, cell in counted(attribute, [of_faces[row] for row in faces]).items()
            },
        }
        for path, faces in rows.items()
    }


def _classes(found: Table, attribute: Attribute, certainty: float) -> list[str | None]:
    """The class of each face; ``None`` where it is uncertain."""
    if attribute == "age":
        ends = (found.cells(column.name) for column in col.AGE[1:])
        return [age_class(low, high) for low, high in zip(*ends, strict=True)]
    each = [found.cells(f"{attribute}_prob_{one}") for one in col.CLASSES[attribute]]
    best = [None if None in row else max(row) for row in zip(*each, strict=True)]
    labels = found.cells(attribute)
    return [
        label_class(label, chance, certainty) for label, chance in zip(labels, best, strict=True)
    ]
