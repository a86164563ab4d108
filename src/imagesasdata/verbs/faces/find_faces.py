"""`find_faces`: the pictures of a collection on which a person is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from imagesasdata import columns as base
from imagesasdata.arrays.faces import columns as col
from imagesasdata.arrays.faces.identity import nearest
from imagesasdata.errors import ImageError
from imagesasdata.files.sources import PathLike
from imagesasdata.options import FACE_EMBEDDER, OnError, Options, check_count
from imagesasdata.tables.table import arrow_type, is_paths, like
from imagesasdata.verbs.faces._identity import (
    Which,
    calibration,
    check_which,
    known_faces,
    one_face,
)

COLUMNS = (
    col.TARGET,
    col.RANK,
    base.IMAGE_ID,
    base.PATH,
    col.FACE_ID,
    col.DISTANCE,
    col.MATCH,
    base.IMAGE_ERROR,
)


def find_faces(
    target: Any,
    gallery: Any,
    *,
    path: str = "path",
    model: str = FACE_EMBEDDER,
    k: int = 10,
    which: Which | None = None,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Any:
    """Find a person in a collection of pictures: the nearest faces, ranked.

    Parameters
    ----------
    target
        Who is searched for: a picture or several, as paths or as a table; or a table of faces.
    gallery
        Where: pictures, as paths or as a table; a table of faces that `detect_faces` gave; or one
        that `embed_faces` gave, which is searched at once.
    path
        The table's column of paths. It is the same in both tables.
    model
        A name from ``iad.models("embed_faces")``. A threshold must be known for it.
    k
        How many faces to list for each target.
    which
        Which face of a target is meant, when it shows several: ``"largest"``, or its number,
        ``face_id`` in `detect_faces`. Without it, several are an error that lists them.
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
        A folder that keeps finished faces, so that a stopped run goes on where it was.
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        Up to ``k`` rows for each target, of the kind of table that ``gallery`` is:

        - ``target``: the target's path;
        - ``rank``: from 1, the nearest first;
        - ``image_id``, ``path``, ``face_id``: the face in the gallery;
        - ``distance``: from the target's face, from 0 (alike) to 2;
        - ``match``: whether it counts as the same person's;
        - ``image_error``: why there is nothing for this target, else null.

    Raises
    ------
    UnknownNameError, WeightsError, ColumnError, ArgumentError, DeviceError
        For misuse, before any picture is read; `ArgumentError` when a target shows several faces.

    Notes
    -----
    Every target is compared with every face. In a large gallery of strangers some are near by
    chance: the more faces, the more of the matches are false. To search one collection often, keep
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
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    check_which(which)
    check_count("k", k)
    by = calibration(model)
    wanted = known_faces(target, model, options)
    targets = list(dict.fromkeys(one for one in wanted.paths if one is not None))
    chosen = [one_face(wanted, one, which) for one in targets]
    if on_error == "raise":
        for one, (_, why) in zip(targets, chosen, strict=True):
            if why is not None:
                raise ImageError(f"The target {one!r}: {why}.", 'on_error="record" goes on.')
    known = known_faces(gallery, model, options)
    there = [row for row, vector in enumerate(known.vectors) if vector is not None]
    rows: list[dict[str, Any]] = []
    searched = [
        (one, vector)
        for one, (row, _) in zip(targets, chosen, strict=True)
        if row is not None and (vector := wanted.vectors[row]) is not None
    ]
    found = _search([vector for _, vector in searched], [known.vectors[row] for row in there], k)
    ranked = {one: place for place, (one, _) in enumerate(searched)}
    for one, (_, why) in zip(targets, chosen, strict=True):
        if one not in ranked or not there:
            if on_error != "drop":
                why = why or "the gallery has no face"
                rows.append({col.TARGET.name: one, base.IMAGE_ERROR.name: why})
            continue
        places, distances = (part[ranked[one]] for part in found)
        for rank, (place, distance) in enumerate(zip(places, distances, strict=True), 1):
            row = there[place]
            cells = (
                one,
                rank,
                known.image_ids[row],
                known.paths[row],
                known.face_ids[row],
                float(distance),
                bool(distance <= by.threshold),
                None,
            )
            rows.append(dict(zip((column.name for column in COLUMNS), cells, strict=True)))
    schema = pa.schema([(column.name, arrow_type(column)) for column in COLUMNS])
    return like(pa.Table.from_pylist(rows, schema), None if is_paths(gallery) else gallery)


def _search(targets: list[Any], gallery: list[Any], k: int) -> tuple[np.ndarray, np.ndarray]:
    if not targets or not gallery:
        return np.zeros((len(targets), 0), int), np.zeros((len(targets), 0))
    return nearest(np.stack(targets), np.stack(gallery), k)
