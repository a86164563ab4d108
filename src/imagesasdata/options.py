"""The options that verbs share: their defaults and their texts."""

from __future__ import annotations

import os
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

from imagesasdata.checks import check_choice, check_count, check_flag
from imagesasdata.errors import ArgumentError, ArgumentTypeError

OnError = Literal["record", "raise", "drop"]
# A row for each picture, or a row for each thing, class or line in it.
Shape = Literal["wide", "long"]
# Of an embedding: a column of vectors, or a column for each dimension.
VectorShape = Literal["vector", "wide"]

# The columns of a table that come along into a long one.
Keep = Literal["all", "none"] | Sequence[str]

# The default model for each task.
CLASSIFIER: Final = "efficientnet_lite0"
EMBEDDER: Final = CLASSIFIER  # one file for both, and it is installed with the library
ZERO_SHOT: Final = "clip_vit_b32"
CAPTIONER: Final = "blip_base"
OBJECT_DETECTOR: Final = "centernet"
DEPTH: Final = "depth_anything_v2_small"
FACE_DETECTOR: Final = "blazeface_full"
FACE_EMBEDDER: Final = "dlib_resnet"
FALSE_MATCH_RATE: Final = 1e-3

# Thresholds. Those that belong to one model, such as an object detector, are on its card.
FACE_SCORE: Final = 0.5
FACE_SCORE_TO_HIDE: Final = 0.05  # lower: hiding what is not a face does little harm
TEXT_SCORE: Final = 0.5
COPY_BITS: Final = 6  # of the 64 of a perceptual hash
COPY_COSINE: Final = 0.1  # distance of two embeddings

# How a fit is trained.
EPOCHS: Final = 20
EARLY_STOPPING: Final = 5
# With fewer codes than this, a fit of the head alone is cross-validated.
FEW_CODES: Final = 1000
FOLDS: Final = 5
STEP_SIZE: Final = 32  # pictures

# Bootstrap samples for intervals.
ROUNDS: Final = 1000


class Shared(NamedTuple):
    """The text on one option in the docstrings of all verbs, and what ``{thing}`` in it may be.

    ``{things}`` is its plural, ``{Things}`` the plural at the beginning of a sentence.
    """

    text: str
    things: tuple[str, ...] = ()

    def about(self, thing: str) -> str:
        """The text with ``thing`` filled in."""
        things = f"{thing}s".replace(" or ", "s or ")
        return self.text.format(thing=thing, things=things, Things=things[0].upper() + things[1:])

    def texts(self) -> tuple[str, ...]:
        """All forms of the text that a docstring may have."""
        return tuple(self.about(thing) for thing in self.things) or (self.text,)


# In the order of signatures: the options of some verbs, then those of all verbs.
SHARED: dict[str, Shared] = {
    "images": Shared(
        "A table with a column of paths, or a folder, glob, archive or list of paths."
    ),
    "videos": Shared(
        "A folder (searched with its sub-folders), a glob, a video, a list of paths, or a table with "
        "a column of paths."
    ),
    "path": Shared("The table's column of paths."),
    "model": Shared(
        'A name from ``iad.models("{thing}")``.',
        (
            "classify",
            "embed",
            "zero_shot",
            "caption",
            "detect_objects",
            "detect_faces",
            "embed_faces",
            "measure_depth",
        ),
    ),
    "embedding": Shared(
        'The column of vectors; by default ``"embedding"``, or ``emb_0``, ``emb_1``, ... if there.'
    ),
    "false_match_rate": Shared(
        "The share of pairs of strangers that may count as one person, from 0.0001 to 0.1; it sets the "
        "largest distance of a match. It holds on average over portraits like those it was measured "
        "on; for people who look alike to the network it is higher (see Notes)."
    ),
    "seed": Shared("For what begins at random; the same seed gives the same result."),
    "keep_empty": Shared("Whether a picture in which nothing was found gets a row of nulls."),
    "backend": Shared('The kind of table: ``"pandas"``, ``"polars"`` or ``"pyarrow"``.'),
    "decode": Shared(
        '``"fast"`` decodes a large JPEG at a reduced scale that is still larger than what is '
        'needed; ``"exact"`` decodes every pixel.'
    ),
    "max_pixels": Shared(
        "A {thing} with more pixels is refused from its header.", ("picture", "video")
    ),
    "keep": Shared(
        "Which other columns of the table come along into a table that has a row for each thing: "
        '``"all"``, a list of names, or ``"none"``. A column with the name of a new one gets ``image_`` '
        "before it (of a video, ``video_``)."
    ),
    "prefix": Shared(
        "A prefix for the names of the new columns, so that the results of two runs fit in one table."
    ),
    "replace": Shared(
        "Whether columns of the table are replaced if new ones have their names. Those of an earlier "
        "run of the same verb always are."
    ),
    "batch_size": Shared(
        "{Things} that go through the network together; by default what is fastest on the device. "
        "It does not change the result.",
        ("picture", "face", "picture or face"),
    ),
    "workers": Shared(
        "Threads that read and decode {things}; by default one for each core, for remote files at "
        "least 16.",
        ("picture", "video"),
    ),
    "device": Shared(
        '``"cpu"``, ``"gpu"``, ``"tpu"`` or one of several as ``"gpu:1"``; by default all of the '
        "best kind."
    ),
    "cache": Shared(
        "A folder that keeps finished {things}, so that a stopped run resumes where it stopped.",
        ("row", "face", "embedding"),
    ),
    "on_error": Shared(
        '``"record"`` writes the reason into ``image_error``, ``"raise"`` stops at the first {thing} '
        'that cannot be used, ``"drop"`` leaves such rows out and says how many.',
        ("picture", "video"),
    ),
    "progress": Shared(
        "Whether to show a progress bar; by default in a terminal and in a notebook."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Options:
    """A user's choice of the common options.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        For an invalid value; the message says what to write instead.
    """

    path: str = "path"
    keep: Keep = "all"
    prefix: str | None = None
    replace: bool = False
    batch_size: int | None = None
    workers: int | None = None
    device: str | None = None
    cache: str | os.PathLike[str] | None = None
    on_error: OnError = "record"
    progress: bool | None = None

    def __post_init__(self) -> None:
        check_choice("on_error", self.on_error, get_args(OnError))
        check_flag("replace", self.replace)
        check_count("batch_size", self.batch_size)
        check_count("workers", self.workers)
        if isinstance(self.keep, str):
            if self.keep not in ("all", "none"):
                raise ArgumentError(
                    f'keep={self.keep!r} is neither "all" nor "none".',
                    f"for one column write keep=[{self.keep!r}].",
                )
        elif not isinstance(self.keep, list | tuple) or not all(
            isinstance(name, Hashable)
            for name in self.keep  # pandas' names may be numbers
        ):
            raise ArgumentTypeError(
                f"keep must be a list of columns, got {type(self.keep).__name__}.",
                'for example keep=["date", "party"].',
            )
        if self.prefix and not f"{self.prefix}x".isidentifier():
            raise ArgumentError(
                f"prefix={self.prefix!r} would make column names that cannot stand in a formula.",
                'use letters, digits and underscores, as in prefix="lite0_".',
            )
