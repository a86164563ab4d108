"""`find_faces`: the pictures of a collection that show a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from imagesasdata import columns as base
from imagesasdata.arrays.faces import columns as col
from imagesasdata.arrays.faces.identity import nearest
from imagesasdata.checks import check_count
from imagesasdata.engine.results import Results, stop_at_first
from imagesasdata.errors import without_credentials
from imagesasdata.files.remote import shown
from imagesasdata.files.sources import PathLike
from imagesasdata.options import FACE_EMBEDDER, FALSE_MATCH_RATE, Keep, OnError, Options
from imagesasdata.tables.frames import AnyFrame, Frame, Paths
from imagesasdata.tables.kinds import arrow_type
from imagesasdata.tables.table import open_table
from imagesasdata.verbs.faces._identity import (
    Known,
    Which,
    calibration,
    check_which,
    known_faces,
    one_face,
)

_NEW = (col.TARGET, col.RANK, col.FACE_ID, col.DISTANCE, col.MATCH)
COLUMNS = (*_NEW[:2], base.IMAGE_ID, base.PATH, *_NEW[2:], base.IMAGE_ERROR)


def find_faces(
    target: AnyFrame | Paths,
    gallery: Frame | Paths,
    *,
    path: str = "path",
    model: str = FACE_EMBEDDER,
    top: int = 10,
    which: Which | None = None,
    false_match_rate: float = FALSE_MATCH_RATE,
    keep: Keep = "all",
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Find a person in a collection of pictures: the nearest faces, ranked.

    Parameters
    ----------
    target
        The person to find: one or more pictures, as paths or as a table; or a table of faces.
    gallery
        Where to search: pictures, as paths or as a table; or a table from `detect_faces` or
        `embed_faces`. A table from `embed_faces` is searched at once.
    path
        The table's column of paths. It is the same in both tables.
    model
        A name from ``iad.models("embed_faces")``. A threshold must be known for it.
    top
        How many faces to list for each target.
    which
        Which face of a target to use when it shows several: ``"largest"``, or its number,
        ``face_id`` in `detect_faces`. Without it, a target with several faces is an error that
        lists them.
    false_match_rate
        The share of pairs of strangers that may count as one person, from 0.0001 to 0.1; it sets the
        largest distance of a match. It holds on average over portraits like those it was measured
        on; for people who look alike to the network it is higher (see Notes).
    keep
        Which other columns of the table come along into a table that has a row for each thing:
        ``"all"``, a list of names, or ``"none"``. A column with the name of a new one gets
        ``image_`` before it (of a video, ``video_``).
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
        Up to ``top`` rows for each target, of the kind of table that ``gallery`` is:

        - ``target``: the target's path, of an address without its signature or token;
        - ``rank``: from 1, the nearest first;
        - ``image_id``, ``path``, ``face_id``: the face in the gallery;
        - ``distance``: from the target's face, from 0 (alike) to 2;
        - ``match``: whether it counts as the same person;
        - ``image_error``: why there is no result for this target, else null.

    Raises
    ------
    UnknownNameError, WeightsError, ColumnError, ArgumentError, DeviceError
        For misuse, before any picture is read; `ArgumentError` when a target shows several faces.

    Notes
    -----
    Every target is compared with every face. In a large gallery some strangers are near by chance:
    the more faces, the more matches are false, and more often for people who look alike to the
    network (see `verify_faces`). To search one collection often, keep
    ``iad.embed_faces(iad.detect_faces(gallery))`` as a Parquet file.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> found = iad.find_faces("examples/photos/astronaut.jpg", "examples/photos/*.jpg")
    >>> found[["rank", "path", "match"]].head(1)
       rank                           path  match
    0     1  examples/photos/astronaut.jpg   True
    """
    options = Options(
        path=path,
        keep=keep,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    check_which(which)
    check_count("top", top)
    _, limit = calibration(model, false_match_rate)
    wanted = known_faces(target, model, options)
    targets = list(dict.fromkeys(path for path in wanted.paths if path is not None))
    chosen = [one_face(wanted, path, which) for path in targets]
    stop_at_first(
        options, [why for _, why in chosen], lambda place: f"The target {shown(targets[place])!r}"
    )
    out = Results("find_faces", open_table(gallery, path), _NEW, options, "targets")
    out.check_long()
    known = known_faces(gallery, model, options)
    faces = known.rows()
    errors = [why if faces else why or "the gallery has no face" for _, why in chosen]
    asked = [row for row, _ in chosen if row is not None and faces]
    found = iter(_search(wanted, asked, known, faces, top))
    rows: list[dict[str, Any]] = []
    sources: list[int | None] = []
    told: list[str | None] = []
    named = map(without_credentials, targets)
    for path, error, kept in zip(named, errors, out.kept(errors), strict=True):
        if error is None:
            near, distances = next(found)
            rows += _ranked(path, known, near, distances, limit)
            sources += [known.sources[row] for row in near]
        elif kept:
            rows.append({col.TARGET.name: path})
            sources.append(None)
        told += [error] * (len(rows) - len(told))
    schema = pa.schema([(column.name, arrow_type(column)) for column in _NEW])
    return out.expand(pa.Table.from_pylist(rows, schema), sources, told, first=2, gaps=True)


def _search(
    wanted: Known, asked: Sequence[int], known: Known, faces: Sequence[int], top: int
) -> list[tuple[list[int], list[float]]]:
    """For each target face, the rows of the nearest faces in the gallery, and their distances."""
    if not asked:
        return []
    places, far = nearest(wanted.matrix(asked), known.matrix(faces), top)
    return [
        ([faces[place] for place in some], distances)
        for some, distances in zip(places.tolist(), far.tolist(), strict=True)
    ]


def _ranked(
    target: str, known: Known, rows: list[int], distances: list[float], threshold: float
) -> list[dict[str, Any]]:
    return [
        {
            col.TARGET.name: target,
            col.RANK.name: rank,
            col.FACE_ID.name: known.face_ids[row],
            col.DISTANCE.name: distance,
            col.MATCH.name: distance <= threshold,
        }
        for rank, (row, distance) in enumerate(zip(rows, distances, strict=True), 1)
    ]
