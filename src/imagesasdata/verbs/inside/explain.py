"""`explain`: heat maps of where in each picture a class's score comes from."""

from __future__ import annotations

import functools
import hashlib
import os
from typing import Any, get_args

import numpy as np

from imagesasdata.arrays.probabilities import softmax
from imagesasdata.checks import check_choice
from imagesasdata.columns import Column
from imagesasdata.engine.pictures import picture_loader
from imagesasdata.engine.stream import Sample
from imagesasdata.engine.verb import Network, Row, Source, Verb, run
from imagesasdata.files.decode import MAX_PIXELS, Exactness
from imagesasdata.files.sources import PathLike
from imagesasdata.files.writing import folder
from imagesasdata.networks.inside.drawing import gray, laid_over, middle
from imagesasdata.networks.inside.heat import MOST_PROBABLE, Heat, Method, heat
from imagesasdata.networks.modules import Explainable, class_number, explainable
from imagesasdata.options import CLASSIFIER, OnError, Options
from imagesasdata.tables.frames import Frame, Paths

HEAT_PATH = Column("heat_path", "string", "The picture of the heat that was written.")
HEAT_LABEL = Column("heat_label", "string", "The class whose score is explained.")
HEAT_LABEL_PROB = Column("heat_label_prob", "float64", "Probability of that class.", range="0 to 1")
_NOTHING = "the picture could not be read, or nothing in it speaks for the class"
HEAT_X = Column(
    "heat_x",
    "float64",
    "Horizontal center of the heat, from the left of what the network sees.",
    unit="share of its width",
    range="0 to 1",
    null=_NOTHING,
)
HEAT_Y = Column(
    "heat_y",
    "float64",
    "Vertical center of the heat, from the top of what the network sees.",
    unit="share of its height",
    range="0 to 1",
    null=_NOTHING,
)
COLUMNS = (HEAT_PATH, HEAT_LABEL, HEAT_LABEL_PROB, HEAT_X, HEAT_Y)


def explain(
    images: Frame | Paths,
    model: Any = CLASSIFIER,
    target: str | int | None = None,
    *,
    path: str = "path",
    to: PathLike = "heat",
    method: Method = "gradcam",
    overlay: bool = True,
    decode: Exactness = "fast",
    max_pixels: int = MAX_PIXELS,
    prefix: str | None = None,
    replace: bool = False,
    batch_size: int | None = None,
    workers: int | None = None,
    device: str | None = None,
    on_error: OnError = "record",
    progress: bool | None = None,
) -> Frame:
    """Show where in each picture a network finds its class, or a class that you name.

    Use it before you trust a label: is it the banner that makes the network say "protest", or the
    crowd, or the sky? A network that looks at the wrong part is right for the wrong reason, and
    will fail on other pictures.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    model
        The name of a classifier that is a Flax module, or a model from `fine_tune`.
    target
        The class to explain: its name, its id or its number. By default, the most probable class of
        each picture.
    path
        The table's column of paths.
    to
        The folder for the heat maps; it is created if needed.
    method
        ``"gradcam"`` (fast, coarse), ``"integrated_gradients"`` (fine, 20 times slower) or
        ``"occlusion"`` (coarse, needs no derivatives, 50 times slower).
    overlay
        ``True`` lays the heat in color over what the network sees; ``False`` writes it alone, in
        gray from 0 to 255, for measuring.
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
    on_error
        ``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first picture
        that cannot be used, ``"drop"`` leaves such rows out and says how many.
    progress
        Whether to show a progress bar; by default in a terminal and in a notebook.

    Returns
    -------
    table
        The rows given, in order, and:

        - ``heat_path``: a PNG file of the square that the network sees;
        - ``heat_label``, ``heat_label_prob``: the class that is explained, and its probability;
        - ``heat_x``, ``heat_y``: the center of the heat, as shares of that square's sides, from its
          left and its top;
        - ``image_error``: why there is no heat map, else null.

    Raises
    ------
    UnknownNameError, WeightsError, ColumnError, NameClashError, ArgumentError, DeviceError
        For misuse, before any picture is read.

    Notes
    -----
    Grad-CAM weights the channels of the last map by how much the class's score rises with them.
    Integrated gradients sums derivatives on a straight path from the mean color to the picture, in
    20 steps. Occlusion puts a patch of the mean color, a quarter of the side, at 49 positions and
    measures how much the score falls. All keep only positive evidence for the class and scale each
    picture's maximum to 1, so heat cannot be compared between pictures.

    The three answer different questions and often disagree; none of them proves that the network
    would decide otherwise without the hot part. Adebayo et al. (2018) show saliency maps that look
    convincing for networks that have learned nothing.

    References
    ----------
    - Selvaraju, R. R. et al. (2017). Grad-CAM. ICCV. https://doi.org/10.1109/ICCV.2017.74
    - Sundararajan, M., Taly, A. and Yan, Q. (2017). Axiomatic Attribution for Deep Networks. ICML.
      https://doi.org/10.48550/arXiv.1703.01365
    - Zeiler, M. D. and Fergus, R. (2014). Visualizing and Understanding Convolutional Networks.
      ECCV. https://doi.org/10.1007/978-3-319-10590-1_53
    - Adebayo, J. et al. (2018). Sanity Checks for Saliency Maps. NeurIPS.
      https://doi.org/10.48550/arXiv.1810.03292

    Examples
    --------
    >>> import imagesasdata as iad
    >>> from tempfile import mkdtemp
    >>> photos = iad.explain("examples/photos/chelsea.jpg", to=mkdtemp())
    >>> photos.heat_label[0]
    'Egyptian Mau'
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
    check_choice("method", method, get_args(Method))
    chosen = explainable(model)
    number = MOST_PROBABLE if target is None else class_number(target, chosen.labels)
    load = picture_loader(chosen.preprocess, decode, max_pixels)
    apply, params = _heat(chosen, method)
    target_folder = folder(to, "png")

    def visit(source: Source) -> list[Sample]:
        (sample,) = load(source.files.read(source.path))
        return [Sample(sample.array, note=(source.path, sample.array))]

    def finish(results: list[Any]) -> list[Row]:
        ((outputs, (name, pixels)),) = results
        values = outputs["heat"]
        depends = hashlib.sha256(pixels.tobytes()).hexdigest(), chosen.fingerprint
        out = target_folder.name(name, *depends, method, number, overlay)
        target_folder.write(laid_over(pixels, values) if overlay else gray(values), out)
        place = int(outputs["target"])
        cells = (
            os.fspath(out),
            chosen.labels.names[place],
            float(softmax(outputs["logits"])[place]),
            *middle(values),
        )
        return [dict(zip((column.name for column in COLUMNS), cells, strict=True))]

    verb = Verb(
        name="explain",
        columns=COLUMNS,
        visit=visit,
        finish=finish,
        network=Network(apply, {**params, "target": np.int32(number)}),
        max_pixels=max_pixels,
    )
    return run(images, verb, options)


@functools.lru_cache(maxsize=2)
def _heat(chosen: Explainable, method: Method) -> tuple[Heat, Any]:
    """The function for a network, cached so that the next call does not compile it again."""
    prepare = chosen.preprocess
    return heat(chosen.network, prepare.size, method, prepare.mean, prepare.sd)
