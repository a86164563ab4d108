"""`score_emotions`: which emotions a picture may evoke, by its similarity to words for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np

from imagesasdata.arrays.likeness import directions, fit_of, toward_first
from imagesasdata.arrays.probabilities import most_probable, softmax
from imagesasdata.checks import check_choice
from imagesasdata.columns import Column
from imagesasdata.engine.pictures import picture_loader
from imagesasdata.engine.texts import embed_text
from imagesasdata.engine.verb import Row, Verb, run
from imagesasdata.files.decode import MAX_PIXELS, Exactness
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.registry import load, load_text
from imagesasdata.options import ZERO_SHOT, OnError, Options
from imagesasdata.tables.frames import Frame, Paths

Scheme = Literal["mikels", "valence_arousal"]

# Mikels et al. (2005): four pleasant and four unpleasant emotions that pictures evoke.
_MIKELS = ("amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness")
_MIKELS_PROMPT = "a photo that evokes {}"
# The two ends of each scale, in words that raters of pictures are given.
_ENDS = {
    "valence": (
        ("a pleasant photo", "an unpleasant photo"),
        ("a photo that makes people feel happy", "a photo that makes people feel unhappy"),
        ("a photo of something good", "a photo of something bad"),
    ),
    "arousal": (
        ("an exciting photo", "a calm photo"),
        ("a photo that stirs people up", "a photo that makes people feel relaxed"),
        ("an intense photo", "a dull photo"),
    ),
}
EVOKED = Column("evoked", "string", "The evoked emotion whose words fit best.")
PROBABILITIES = tuple(
    Column(
        f"evoked_prob_{name}",
        "float64",
        f"Share of {name} among the eight emotions.",
        range="0 to 1",
    )
    for name in _MIKELS
)
AXES = (
    Column("valence", "float64", "How pleasant rather than unpleasant.", range="0 to 1"),
    Column("arousal", "float64", "How exciting rather than calm.", range="0 to 1"),
)
_OF_SCHEME: Mapping[Scheme, tuple[Column, ...]] = {
    "mikels": (EVOKED, *PROBABILITIES),
    "valence_arousal": AXES,
}
COLUMNS = tuple(column for columns in _OF_SCHEME.values() for column in columns)


def score_emotions(
    images: Frame | Paths,
    *,
    path: str = "path",
    model: str = ZERO_SHOT,
    scheme: Scheme = "mikels",
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
    """Score which emotions pictures may evoke in viewers, by words for these emotions.

    Campaigns use pictures for what they make people feel, and raters can report what they feel. A
    network trained on pictures and texts gives a first guess, to be checked against such ratings.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    path
        The table's column of paths.
    model
        A name from ``iad.models("zero_shot")``.
    scheme
        ``"mikels"``, eight emotions, or ``"valence_arousal"``, two scales.
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
        The rows given, in order, and with ``scheme="mikels"``:

        - ``evoked``: the emotion whose words fit best;
        - ``evoked_prob_amusement``, ``evoked_prob_awe``, ``evoked_prob_contentment``,
          ``evoked_prob_excitement``, ``evoked_prob_anger``, ``evoked_prob_disgust``,
          ``evoked_prob_fear``, ``evoked_prob_sadness``: shares that sum to 1;

        with ``"valence_arousal"``:

        - ``valence``, ``arousal``: from 0 to 1; then ``image_error``.

    Raises
    ------
    WeightsError
        When the model's weights are not on this machine; the message says how to get them. Without
        them nothing is scored.
    UnknownNameError, ArgumentError, MissingPackageError, ColumnError, NameClashError, DeviceError
        For other misuse, before any picture is read.

    Notes
    -----
    The prompts are "a photo that evokes {emotion}", and for each scale three pairs of opposites ("a
    pleasant photo", "an unpleasant photo", ...), whose shares are averaged. The shares come from a
    softmax over cosines times the network's own factor, as in zero-shot classification: they rank
    pictures, and are not ratings on a scale. Their agreement with raters was not measured here.
    Have a few hundred of your pictures rated, report the correlation, and if it is low fit a model
    to the ratings with ``iad.fine_tune`` instead. What people feel differs by person and culture.

    References
    ----------
    - Mikels, J. A. et al. (2005). Emotional category data on images from the International Affective
      Picture System. Behavior Research Methods 37. https://doi.org/10.3758/BF03192732
    - Kurdi, B., Lozano, S. and Banaji, M. R. (2017). Introducing the Open Affective Standardized Image
      Set (OASIS). Behavior Research Methods 49. https://doi.org/10.3758/s13428-016-0715-3

    Examples
    --------
    After ``imagesasdata weights fetch clip_vit_b32``:

    >>> import imagesasdata as iad
    >>> photos = iad.score_emotions("examples/photos", scheme="valence_arousal")  # doctest: +SKIP
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
    check_choice("scheme", scheme, get_args(Scheme))
    network = load(model, task="zero_shot", progress=progress)
    texts = prompts(scheme)
    prepare = picture_loader(network.card.preprocess, decode, max_pixels)
    scale = load_text(model, progress=progress).scale
    wanted = directions(embed_text(model, texts, device=device), scale)
    verb = Verb(
        name="score_emotions",
        columns=_OF_SCHEME[scheme],
        load=prepare,
        finish=lambda results: [_row(scheme, fit_of(wanted, results[0][0]["embedding"]))],
        network=network.program,
        settings={"model": network.fingerprint, "decode": decode, "texts": texts},
        max_pixels=max_pixels,
    )
    return run(images, verb, options)


def prompts(scheme: Scheme) -> list[str]:
    """The prompts that pictures are compared with."""
    if scheme == "mikels":
        return [_MIKELS_PROMPT.format(name) for name in _MIKELS]
    return [text for pairs in _ENDS.values() for pair in pairs for text in pair]


def _row(scheme: Scheme, logits: np.ndarray) -> Row:
    if scheme == "mikels":
        shares = softmax(logits)
        (best,) = most_probable(shares, 1).tolist()
        names = [column.name for column in PROBABILITIES]
        return {
            EVOKED.name: _MIKELS[best],
            **dict(zip(names, shares.tolist(), strict=True)),
        }
    return dict(zip(_ENDS, toward_first(logits, len(_ENDS)).tolist(), strict=True))
