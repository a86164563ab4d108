"""`cluster_faces`: a number for each person whose face is in a collection."""

from __future__ import annotations

from imagesasdata.arrays.faces import columns as col
from imagesasdata.arrays.faces.identity import groups
from imagesasdata.engine.results import Results
from imagesasdata.errors import ArgumentError
from imagesasdata.options import FACE_EMBEDDER, FALSE_MATCH_RATE, OnError, Options
from imagesasdata.tables.frames import Frame
from imagesasdata.tables.table import open_table
from imagesasdata.verbs.faces._faces import faces_in
from imagesasdata.verbs.faces._identity import calibration, known_faces

COLUMNS = (col.PERSON, col.PERSON_DISTANCE)


def cluster_faces(
    faces: Frame,
    *,
    path: str = "path",
    model: str = FACE_EMBEDDER,
    false_match_rate: float = FALSE_MATCH_RATE,
    threshold: float | None = None,
    prefix: str | None = None,
    replace: bool = False,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Group the faces of a collection by person: one number for all faces of a person.

    Counts then show how often each person appears, and with whom.

    Parameters
    ----------
    faces
        A table from `detect_faces` or `embed_faces`.
    path
        The table's column of paths.
    model
        A name from ``iad.models("embed_faces")``. Used where the table has no embeddings yet.
    false_match_rate
        The share of pairs of strangers that may count as one person, from 0.0001 to 0.1; it sets the
        largest distance of a match. It holds on average over portraits like those it was measured
        on; for people who look alike to the network it is higher (see Notes).
    threshold
        Two groups of faces up to this mean distance count as one person, in place of the distance that
        ``false_match_rate`` gives. A lower one splits persons, a higher one merges them.
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
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        The rows given, in order, and:

        - ``person``: from 0, the person with most faces first; null where the row has no face;
        - ``person_distance``: how far the face is from the mean of the person's faces;
        - ``image_error``: why the picture cannot be read, else null.

    Raises
    ------
    UnknownNameError, WeightsError, ColumnError, NameClashError, ArgumentError, DeviceError
        For misuse, before any picture is read; `ArgumentError` also with over 20,000 faces.

    Notes
    -----
    Groups are merged as long as the mean distance between their faces is at most the threshold
    (average linkage): one pair of strangers that look alike does not merge two persons, and the
    order of the rows does not matter. People who look alike to the network are merged more often;
    see `verify_faces` and the reference on faces.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> faces = iad.cluster_faces(iad.detect_faces("examples/photos/astronaut.jpg"))
    >>> faces[["face_id", "person"]]
       face_id  person
    0        0       0
    """
    options = Options(
        path=path,
        prefix=prefix,
        replace=replace,
        batch_size=batch_size,
        workers=workers,
        device=device,
        on_error=on_error,
        progress=progress,
    )
    _, limit = calibration(model, false_match_rate)
    if threshold is not None and not 0 < threshold <= 2:
        raise ArgumentError(
            f"threshold must be over 0 and at most 2, got {threshold}.",
            f"leave it out for {limit:.3f}, that of verify_faces.",
        )
    table = open_table(faces, path)
    out = Results("cluster_faces", table, COLUMNS, options, "faces").checked()
    faces_in(table)
    known = known_faces(faces, model, options)
    there = known.rows()
    limit = limit if threshold is None else threshold
    person, distance = groups(known.matrix(there).astype(float), limit)
    cells = {col.PERSON.name: person, col.PERSON_DISTANCE.name: distance}
    return out.join(out.spread(cells, there), known.errors)
