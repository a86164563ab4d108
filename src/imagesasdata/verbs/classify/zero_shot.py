"""`zero_shot`: which of several texts fits each picture best, without training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from imagesasdata import columns as col
from imagesasdata.arrays.likeness import directions, fit_of
from imagesasdata.arrays.probabilities import logistic, most_probable, softmax
from imagesasdata.columns import Column
from imagesasdata.engine.pictures import picture_loader
from imagesasdata.engine.texts import check_labels, check_template, embed_text
from imagesasdata.engine.verb import Row, Verb, run
from imagesasdata.errors import ArgumentError
from imagesasdata.files.decode import MAX_PIXELS, Exactness
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.class_names import Labels
from imagesasdata.networks.zoo.registry import load, load_text
from imagesasdata.options import ZERO_SHOT, OnError, Options
from imagesasdata.tables.frames import Frame, Paths

LABEL = col.LABEL
LABEL_PROB = col.LABEL_PROB

COLUMNS = (LABEL, LABEL_PROB, col.CLASS_PROB)


def zero_shot(
    images: Frame | Paths,
    *,
    labels: Sequence[str],
    several: bool = False,
    template: str = "a photo of {}.",
    path: str = "path",
    model: str = ZERO_SHOT,
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
    """Find which of several labels, in your own words, fits each picture best.

    No pictures need to be coded first: the network has learned from captions which texts go with
    which pictures. Use it for a first sorting of a collection and to find rare things to code by
    hand; before the result enters an estimate, check it against pictures coded by hand.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    labels
        At least two texts, such as ``["a protest", "a portrait", "something else"]``; with
        ``several=True`` one will do.
    several
        Whether several labels, or none, may fit a picture: each then has a probability of its own,
        and they need not sum to one. Only for a model that judges each label by itself, such as
        ``"siglip2_b16"``.
    template
        A sentence in which ``{}`` stands for a label. The network learned from captions, which are
        sentences, so it understands a label better in one; ``"{}"`` takes the labels as they are.
    path
        The table's column of paths.
    model
        A name from ``iad.models("zero_shot")``.
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

        - ``label``: the label that fits best, ``label_prob`` its probability (0 to 1);
        - a probability for every label, ``label_prob_a_protest``, ...;
        - ``image_error``: why a picture was not described, else null.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When there are fewer than two labels, one is empty or given twice, the template has no
        placeholder, the model reads no texts, or it cannot judge each label by itself.
    UnknownNameError, WeightsError, MissingPackageError, ColumnError, NameClashError, DeviceError
        For other misuse, before any picture is read.

    Notes
    -----
    The cosine of the picture's vector and each text's is multiplied by a learned factor (100 for
    CLIP); the softmax of these over the labels gives the probabilities. They sum to one over the
    labels given, even if none of them fits, and change when a label is added: include one for the
    rest, such as "something else". With ``several=True`` a learned number is added to each product,
    and a sigmoid gives each label a probability of its own. They are not calibrated. CLIP's authors
    advise against using it to describe people's faces or character, because it carries stereotypes.

    References
    ----------
    Radford, A. et al. (2021). Learning Transferable Visual Models From Natural Language Supervision.
    ICML. https://doi.org/10.48550/arXiv.2103.00020

    Tschannen, M. et al. (2025). SigLIP 2. https://doi.org/10.48550/arXiv.2502.14786

    Examples
    --------
    >>> import imagesasdata as iad
    >>> photos = iad.zero_shot("examples/photos", labels=["a cat", "a cup"])  # doctest: +SKIP
    >>> iad.zero_shot("examples/photos", labels=["a cat"])
    Traceback (most recent call last):
        ...
    imagesasdata.errors.ArgumentError: labels needs at least two texts, got 1.
    Hint: add one for everything else, such as "something else".
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
    names = check_labels(labels)
    if len(names) < (1 if several else 2):
        raise ArgumentError(
            f"labels needs at least {'one text' if several else 'two texts'}, got {len(names)}.",
            'add one for everything else, such as "something else".',
        )
    check_template(template)
    network = load(model, task="zero_shot", progress=progress)
    side = load_text(model, progress=progress)
    if several and side.bias is None:
        raise ArgumentError(
            f"The model {model!r} gives shares among the labels, not a probability of each.",
            'model="siglip2_b16" for several=True.',
        )
    bias = side.bias if several else None
    texts = [template.replace("{}", name) for name in names]
    wanted = directions(embed_text(model, texts, device=device), side.scale)
    numbered = Labels.numbered(names)
    every = col.probabilities(LABEL.name, numbered.identifiers(), names)

    def chances(embedding: np.ndarray) -> np.ndarray:
        logits = fit_of(wanted, embedding)
        return softmax(logits) if bias is None else logistic(logits + bias)

    verb = Verb(
        name="zero_shot",
        columns=(LABEL, LABEL_PROB, *every),
        load=picture_loader(network.card.preprocess, decode, max_pixels),
        finish=lambda results: [_row(chances(results[0][0]["embedding"]), names, every)],
        network=network.program,
        settings={
            "model": network.fingerprint,
            "decode": decode,
            "texts": texts,
            "labels": names,
            **({"several": True} if several else {}),
        },
        max_pixels=max_pixels,
    )
    return run(images, verb, options)


def _row(chances: np.ndarray, names: Sequence[str], every: Sequence[Column]) -> Row:
    (best,) = most_probable(chances, 1).tolist()
    row: dict[str, Any] = {LABEL.name: names[best], LABEL_PROB.name: float(chances[best])}
    row.update(zip((column.name for column in every), chances.tolist(), strict=True))
    return row
