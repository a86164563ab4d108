"""`verify_faces`: whether two pictures show the same person."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pyarrow as pa

from imagesasdata.arrays.faces import columns as col
from imagesasdata.arrays.faces.identity import distances, probability
from imagesasdata.engine.results import Results, stop_at_first, within
from imagesasdata.files.sources import PathLike
from imagesasdata.options import FACE_EMBEDDER, FALSE_MATCH_RATE, OnError, Options
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.pairs import open_pairs
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
    pairs: Frame | Sequence[PathLike],
    others: Sequence[PathLike] | None = None,
    *,
    a: str = "path_a",
    b: str = "path_b",
    model: str = FACE_EMBEDDER,
    which: Which = "largest",
    false_match_rate: float = FALSE_MATCH_RATE,
    prefix: str | None = None,
    replace: bool = False,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Decide whether pairs of pictures show the same person.

    Use it to link records that have portraits, and to test on pairs with known answers how well
    faces are matched in pictures like yours.

    Parameters
    ----------
    pairs
        A table with a row for each pair. Or a list of paths, each to be compared with the path at the
        same place in ``others``.
    others
        As many paths as ``pairs``, if that is a list.
    a
        The column of the first picture's path.
    b
        The column of the second picture's path.
    model
        A name from ``iad.models("embed_faces")``. A threshold must be known for it.
    which
        Which face of a picture to use when it shows several: ``"largest"``, or its number,
        ``face_id`` in `detect_faces`.
    false_match_rate
        The share of pairs of strangers that may count as one person, from 0.0001 to 0.1; it sets the
        largest distance of a match. It holds on average over portraits like those it was measured
        on; for people who look alike to the network it is higher (see Notes).
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    replace
        Whether columns of the table are replaced if new ones have their names. Those of an earlier
        run of the same verb always are.
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
        The rows given, in order (of two lists: ``path_a`` and ``path_b``), and:

        - ``distance``: between the two faces, from 0 (alike) to 2;
        - ``threshold``: the largest distance that counts as the same person;
        - ``match``: whether the two faces count as the same person;
        - ``match_prob``: the probability of a match, if half of all pairs match;
        - ``image_error``: which picture cannot be read or shows no face, else null.

    Raises
    ------
    UnknownNameError, WeightsError, ColumnError, NameClashError, ArgumentError, DeviceError
        For misuse, before any picture is read.

    Notes
    -----
    Error is not the same for all people: networks of this kind mix up people of Asian or African
    descent, women and children more often (Grother et al. 2019). At the default rate of 0.001, 6 of
    5,100 pairs of strangers of the London set match, but 4 of 36 of Black people of one gender (see
    the reference on faces). A probability is valid only for pictures like those it was fitted to,
    and where half of the pairs match; among thousands of strangers, most matches are false.

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
    [True, <NA>]
    """
    options = Options(
        path=a,
        prefix=prefix,
        replace=replace,
        batch_size=batch_size,
        workers=workers,
        device=device,
        cache=cache,
        on_error=on_error,
        progress=progress,
    )
    check_which(which)
    by, limit = calibration(model, false_match_rate)
    first, second = open_pairs(pairs, others, a, b)
    out = Results("verify_faces", first, COLUMNS, options, "pairs").checked()
    sides = list(zip(first.paths(), second.paths(), strict=True))
    pictures = as_paths([path for pair in sides for path in pair if path is not None])
    known = known_faces(pictures, model, dataclasses.replace(within(options), path="path"))
    chosen: dict[str | None, tuple[int | None, str | None]] = {
        path: one_face(known, path, which) for path in dict.fromkeys(pictures["path"].to_pylist())
    }
    errors = [_why(pair, (a, b), chosen) for pair in sides]
    stop_at_first(options, errors, lambda row: f"Row {row}")
    there = [row for row, error in enumerate(errors) if error is None]
    faces = [
        [face for row in there if (face := chosen[sides[row][side]][0]) is not None]
        for side in (0, 1)
    ]
    far = distances(*(known.matrix(rows) for rows in faces)).astype(float)
    cells = {
        col.DISTANCE.name: far,
        col.MATCH.name: far <= limit,
        col.MATCH_PROB.name: probability(far, by),
    }
    limits = pa.array([limit] * len(sides), pa.float64())
    results = out.spread(cells, there).append_column(col.THRESHOLD.name, limits)
    return out.join(results, errors)


def _why(
    pair: Sequence[str | None],
    names: Sequence[str],
    chosen: Mapping[str | None, tuple[int | None, str | None]],
) -> str | None:
    """Why a pair cannot be compared: the reasons for both pictures."""
    reasons = [
        f"{name}: {why}"
        for name, path in zip(names, pair, strict=True)
        if (why := "no path" if path is None else chosen[path][1])
    ]
    return "; ".join(reasons) or None
