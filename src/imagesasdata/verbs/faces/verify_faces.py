"""`verify_faces`: whether two pictures show the same person."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from imagesasdata.arrays.faces import columns as col
from imagesasdata.arrays.faces.identity import distances, probability
from imagesasdata.columns import IMAGE_ERROR
from imagesasdata.engine.verb import DroppedImagesWarning
from imagesasdata.errors import ImageError
from imagesasdata.files.sources import PathLike
from imagesasdata.options import FACE_EMBEDDER, OnError, Options
from imagesasdata.tables.table import arrow_type, open_table
from imagesasdata.verbs.faces._identity import (
    Which,
    as_paths,
    calibration,
    check_which,
    known_faces,
    one_face,
)

COLUMNS = col.VERIFIED


def verify_faces(
    pairs: Any,
    *,
    a: str = "path_a",
    b: str = "path_b",
    model: str = FACE_EMBEDDER,
    which: Which = "largest",
    prefix: str | None = None,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Any:
    """Say of pairs of pictures whether they show the same person.

    For linking records that have a portrait each, and for finding out how well faces are told apart
    in pictures like yours: give pairs of which you know the answer.

    Parameters
    ----------
    pairs
        A table with a row for each pair.
    a
        Its column of the one picture's path.
    b
        Its column of the other's.
    model
        A name from ``iad.models("embed_faces")``. A threshold must be known for it.
    which
        Of several faces on a picture: ``"largest"``, or a number that is ``face_id`` in
        `detect_faces`.
    prefix
        Put before the new columns' names, so that a second run can stand beside the first.
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
        The rows given, in order, and:

        - ``distance``: between the two faces, from 0 (alike) to 2;
        - ``threshold``: up to which they count as one person's;
        - ``match``: whether they do;
        - ``match_prob``: the probability of it, where half of all pairs are of one person;
        - ``image_error``: which picture cannot be read or shows no face, else null.

    Raises
    ------
    UnknownNameError, WeightsError, ColumnError, NameClashError, ArgumentError, DeviceError
        For misuse, before any picture is read.

    Notes
    -----
    Error is not the same for all people: networks of this kind mix up people of Asian or African
    descent, women and children more often (Grother et al. 2019). A probability is right only for
    pictures like those it was fitted to, and where as many pairs match as do not; among strangers by
    the thousand, most matches are false.

    References
    ----------
    Grother, P., Ngan, M. and Hanaoka, K. (2019). Face Recognition Vendor Test, Part 3: Demographic
    Effects. NISTIR 8280. doi:10.6028/NIST.IR.8280

    Examples
    --------
    >>> import imagesasdata as iad
    >>> import pandas as pd
    >>> photo = "examples/photos/astronaut.jpg"
    >>> pairs = pd.DataFrame({"path_a": [photo, photo], "path_b": [photo, "examples/photos/coins.jpg"]})
    >>> iad.verify_faces(pairs).match.tolist()
    [True, None]
    """
    options = Options(
        path=a,
        prefix=prefix,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    check_which(which)
    by = calibration(model)
    first, second = open_table(pairs, a), open_table(pairs, b)
    named = [column.named(f"{prefix or ''}{column.name}") for column in COLUMNS]
    first.check_names(named, prefix=prefix)
    left, right = first.paths(), second.paths()
    pictures = as_paths([path for path in (*left, *right) if path is not None])
    inner = replace(options, path="path", prefix=None)
    known = known_faces(pictures, model, inner)
    chosen = {path: one_face(known, path, which) for path in dict.fromkeys((*left, *right)) if path}
    found: list[tuple[np.ndarray, np.ndarray] | None] = []
    errors: list[str | None] = []
    for pair in zip(left, right, strict=True):
        rows = [(None, "no path") if path is None else chosen[path] for path in pair]
        reasons = [f"{name}: {why}" for name, (_, why) in zip((a, b), rows, strict=True) if why]
        vectors = [known.vectors[row] for row, _ in rows if row is not None]
        both = [vector for vector in vectors if vector is not None]
        found.append((both[0], both[1]) if len(both) == 2 else None)
        errors.append("; ".join(reasons) or None)
    if on_error == "raise" and any(errors):
        row = next(place for place, error in enumerate(errors) if error)
        raise ImageError(f"Row {row}: {errors[row]}.", 'on_error="record" goes on.')
    results = _compared(found, by, named).append_column(
        IMAGE_ERROR.name, pa.array(errors, pa.string())
    )
    joined = first.join(results, [*named, IMAGE_ERROR])
    if on_error != "drop":
        return joined
    failed = [error is not None for error in errors]
    if any(failed):
        warnings.warn(
            f"verify_faces: {sum(failed)} of {len(failed)} pairs could not be compared and were "
            "dropped.",
            DroppedImagesWarning,
            stacklevel=2,
        )
    return first.keep([not bad for bad in failed], joined)


def _compared(found: list[Any], by: Any, named: list[Any]) -> pa.Table:
    there = [place for place, one in enumerate(found) if one is not None]
    size = (0, 1) if not there else (len(there), -1)
    one, other = (
        np.stack([found[p][side] for p in there]) if there else np.zeros(size) for side in (0, 1)
    )
    values = distances(one, other).astype(float)
    probabilities = probability(values, by)
    rows: list[dict[str, Any]] = [{named[1].name: by.threshold} for _ in found]
    for place, distance, likely in zip(there, values, probabilities, strict=True):
        cells = (distance, by.threshold, bool(distance <= by.threshold), likely)
        rows[place] = dict(zip((column.name for column in named), cells, strict=True))
    schema = pa.schema([(column.name, arrow_type(column)) for column in named])
    return pa.Table.from_pylist(rows, schema)
