"""`embed`: each picture as a vector, for similarity, clustering and regression."""

from __future__ import annotations

from typing import Any, get_args

from imagesasdata import columns as col
from imagesasdata.checks import check_choice, check_count
from imagesasdata.columns import Column
from imagesasdata.engine.pictures import picture_loader
from imagesasdata.engine.verb import Row, Verb, run
from imagesasdata.errors import ArgumentError
from imagesasdata.files.decode import MAX_PIXELS, Exactness
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.card import Preprocess
from imagesasdata.networks.zoo.registry import load
from imagesasdata.options import EMBEDDER, OnError, Options, VectorShape
from imagesasdata.tables.frames import Frame, Paths

COLUMNS = (col.EMBEDDING, col.EMB)
PIXELS = "pixels"  # in place of a network
_SIDE, _LARGEST = 15, 256


def embed(
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str = EMBEDDER,
    size: int | None = None,
    shape: VectorShape = "vector",
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
    """Describe each picture by a vector: what a pretrained network sees before it names a class.

    Pictures that show similar things have vectors that point the same way. Distances between them
    find duplicates and neighbors and group a collection, and the vectors are good predictors of
    hand-coded variables.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    model
        A name from ``iad.models("embed")``. `register_model` adds one of your own. ``"pixels"`` is no
        network: the vector is the picture itself, at a few pixels.
    size
        With ``model="pixels"``: the side of the square that a picture becomes, from 1 to 256; by default
        15, which makes 15 x 15 x 3 = 675 numbers.
    shape
        ``"vector"`` gives one column of vectors, ``"wide"`` a column for each dimension (``emb_0``,
        ``emb_1``, ...).
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

        - ``embedding``: float32 vectors, in polars and pyarrow a fixed-size list, in pandas an
          array in each cell; or ``emb_0`` ... with ``shape="wide"``. Not scaled to length one;
        - ``image_error``: why a picture was not described, else null.

    Raises
    ------
    UnknownNameError, WeightsError, ColumnError, NameClashError, ArgumentError, DeviceError
        For misuse, before any picture is read.

    Notes
    -----
    What the vector is depends on the model. EfficientNet-Lite and MobileNetV2: the mean of the last
    convolution over all positions (1,280 numbers from 0 to 6). ResNet: the same mean (512 or 2,048
    numbers, from 0). ConvNeXt: the same mean, normalized (768). VGG: the last layer before the
    classes (4,096, from 0). ViT and DINOv2: the class token after the last block (768 and 384). CLIP:
    the vector in the space that pictures and texts share (512). ``"pixels"``: red, green and blue (0 to
    255) of each pixel, row by row, of the square in the picture's center. It compares where a picture is
    light and dark and of which color, not what it shows.

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.embed("examples/photos/chelsea.jpg")
    >>> photos.embedding[0].shape
    (1280,)
    >>> iad.embed("examples/photos/chelsea.jpg", model="pixels", size=15).embedding[0].shape
    (675,)
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
    check_choice("shape", shape, get_args(VectorShape))
    if model == PIXELS:
        check_count("size", size, example=_SIDE)
        side = _SIDE if size is None else size
        if side > _LARGEST:
            raise ArgumentError(
                f"size={side} would make vectors of {3 * side**2:,} numbers; it may be up to {_LARGEST}.",
                f"for example size={_SIDE}.",
            )
        seen, length, program = Preprocess(side, interpolation="bilinear"), 3 * side**2, None
        settings: dict[str, Any] = {"model": PIXELS, "size": side}
    else:
        if size is not None:
            raise ArgumentError(
                f"size={size} is for the vector of pixels; {model!r} has an input of its own size.",
                f'leave out size, or give model="{PIXELS}".',
            )
        network = load(model, task="embed", progress=progress)
        seen, length = network.card.preprocess, network.card.embedding_size
        program = network.program
        settings = {"model": network.fingerprint}
    single = tuple(col.EMB.named(col.EMB.name.format(place)) for place in range(length))
    wide = single if shape == "wide" else None
    read = picture_loader(seen, decode, max_pixels)

    def finish(results: list[Any]) -> list[Row]:
        (result,) = results
        if program is None:
            return [_row(result.array.reshape(-1).astype("float32"), wide)]
        return [_row(result[0]["embedding"], wide)]

    verb = Verb(
        name="embed",
        columns=wide or (Column(**{**vars(col.EMBEDDING), "size": length}),),
        load=read,
        finish=finish,
        network=program,
        settings={**settings, "decode": decode, "shape": shape},
        max_pixels=max_pixels,
    )
    return run(images, verb, options)


def _row(vector: Any, single: tuple[Column, ...] | None) -> Row:
    if single is None:
        return {col.EMBEDDING.name: vector}
    return {column.name: value for column, value in zip(single, vector.tolist(), strict=True)}
