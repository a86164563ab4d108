"""`embed_faces`: each face as a vector that distinguishes persons."""

from __future__ import annotations

from imagesasdata.arrays.faces import columns as col
from imagesasdata.arrays.neighbors.distances import unit
from imagesasdata.columns import Column
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.registry import load
from imagesasdata.options import FACE_EMBEDDER, OnError, Options
from imagesasdata.tables.frames import Frame
from imagesasdata.verbs.faces._faces import aligned, points_for, run_on_faces

COLUMNS = (col.FACE_EMBEDDING,)


def embed_faces(
    faces: Frame,
    *,
    path: str = "path",
    model: str = FACE_EMBEDDER,
    prefix: str | None = None,
    replace: bool = False,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    cache: PathLike | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Describe each face by a vector that tells persons apart.

    Vectors of the same person are near each other, those of different persons far apart.
    `verify_faces`, `find_faces` and `cluster_faces` compute them if needed; the vectors can also
    predict hand-coded variables.

    Parameters
    ----------
    faces
        A table from `detect_faces`, with its columns.
    path
        The table's column of paths.
    model
        A name from ``iad.models("embed_faces")``.
    prefix
        A prefix for the names of the new columns, so that the results of two runs fit in one table.
    replace
        Whether columns of the table are replaced if new ones have their names. Those of an earlier
        run of the same verb always are.
    batch_size
        Faces that go through the network together; by default what is fastest on the device. It
        does not change the result.
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

        - ``face_embedding``: float32 vectors of length one; null where the row has no face;
        - ``image_error``: why the picture cannot be read, else null.

    Raises
    ------
    UnknownNameError, WeightsError, ColumnError, NameClashError, ArgumentError, DeviceError
        For misuse, before any picture is read.

    Notes
    -----
    A picture is decoded once for all its faces. The face is turned and scaled (a similarity
    transform) so that its eyes are level and at a fixed position; otherwise a tilted head would look
    like another person's. Each vector is of length one, so distances are from 0 to 2.

    References
    ----------
    King, D. E. (2017). High Quality Face Recognition with Deep Metric Learning. dlib.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> faces = iad.embed_faces(iad.detect_faces("examples/photos/astronaut.jpg"))
    >>> faces.face_embedding[0].shape
    (128,)
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
    network = load(model, task="embed_faces", progress=progress)
    size = network.card.embedding_size
    return run_on_faces(
        faces,
        name="embed_faces",
        columns=(Column(**{**vars(col.FACE_EMBEDDING), "size": size}),),
        points=points_for(network.card.preprocess),
        crop=aligned(network.card.preprocess),
        finish=lambda outputs: {col.FACE_EMBEDDING.name: unit(outputs["embedding"])},
        network=network.program,
        settings={"model": network.fingerprint},
        options=options,
    )
