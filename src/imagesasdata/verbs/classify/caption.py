"""`caption`: a sentence about each picture, or an answer to a question about it."""

from __future__ import annotations

from imagesasdata.checks import check_count
from imagesasdata.columns import Column
from imagesasdata.engine.pictures import picture_loader
from imagesasdata.engine.verb import Verb, run
from imagesasdata.errors import ArgumentError
from imagesasdata.files.decode import MAX_PIXELS, Exactness
from imagesasdata.files.sources import PathLike
from imagesasdata.networks.zoo.family import Words
from imagesasdata.networks.zoo.registry import load, load_words
from imagesasdata.options import CAPTIONER, OnError, Options
from imagesasdata.tables.frames import Frame, Paths

CAPTION = Column(
    "caption",
    "string",
    "What the model writes about the picture, or its answer to a question.",
    null="the picture could not be read",
)
COLUMNS = (CAPTION,)


def caption(
    images: Frame | Paths,
    *,
    prompt: str | None = None,
    path: str = "path",
    model: str = CAPTIONER,
    max_words: int = 30,
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
    """Describe each picture in a sentence, or answer a question about it.

    Sentences let you search a collection, sort it before you know its categories, and apply methods
    for text to pictures. They are a model's guess: before they enter an estimate, compare a sample
    of them with what people see.

    Parameters
    ----------
    images
        A table with a column of paths, or a folder, glob, archive or list of paths.
    prompt
        For ``"blip_base"`` the beginning of the sentence, which the model continues, such as ``"a
        photo of a crowd that"``; for ``"blip_vqa_base"`` the question, such as ``"how many people
        are there?"``.
    path
        The table's column of paths.
    model
        A name from ``iad.models("caption")``.
    max_words
        The maximum length in tokens; a long word counts as several.
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

        - ``caption``: the sentence, with the prompt at its start, or the answer; in lower case,
          because the models know no capital letters;
        - ``image_error``: why a picture was not described, else null.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When the prompt is empty or too long, a model that answers questions gets none, or the model
        does not write texts.
    UnknownNameError, WeightsError, MissingPackageError, ColumnError, NameClashError, DeviceError
        For other misuse, before any picture is read.

    Notes
    -----
    At each position the most likely token is taken (greedy search), so the same picture always
    gives the same text. The whole picture is stretched into a square of 384 pixels. The networks
    are BLIP's, written in JAX, and give the same results as the package transformers with the same
    weights. PyTorch is not needed, but a tokenizer is: ``pip install "imagesasdata[captions]"``.
    Weights come with ``imagesasdata weights fetch blip_base`` (990 MB).

    A caption may name things that are not in the picture, and describe people by stereotypes; its
    limits are in ``iad.model_card("blip_base")``.

    References
    ----------
    Li, J., Li, D., Xiong, C. and Hoi, S. (2022). BLIP: Bootstrapping Language-Image Pre-training for
    Unified Vision-Language Understanding and Generation. ICML.
    https://doi.org/10.48550/arXiv.2201.12086

    Examples
    --------
    After ``imagesasdata weights fetch blip_base``:

    >>> import imagesasdata as iad
    >>> photos = iad.caption("examples/photos")  # doctest: +SKIP
    >>> photos = iad.caption("examples/photos", prompt="a photo of")  # doctest: +SKIP
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
    _check(prompt, max_words)
    network = load(model, task="caption", progress=progress)
    words = load_words(model)
    begun = words.begin(_question(prompt, model, words), max_words)
    verb = Verb(
        name="caption",
        columns=COLUMNS,
        load=picture_loader(network.card.preprocess, decode, max_pixels),
        finish=lambda results: [{CAPTION.name: words.write(results[0][0]["text"])}],
        network=network.told(begun),
        settings={
            "model": network.fingerprint,
            "prompt": prompt,
            "max_words": max_words,
            "decode": decode,
        },
        max_pixels=max_pixels,
    )
    return run(images, verb, options)


def _check(prompt: str | None, max_words: int) -> None:
    if prompt is not None and not prompt.strip():
        raise ArgumentError("prompt is empty.", 'leave it out, or give prompt="a photo of".')
    check_count("max_words", max_words)


def _question(prompt: str | None, model: str, words: Words) -> str | None:
    """The prompt, checked against what the model needs."""
    if prompt is None and words.asks:
        raise ArgumentError(
            f"The model {model!r} answers questions, and no question was given.",
            'give one, as in prompt="is this a protest?".',
        )
    return prompt
