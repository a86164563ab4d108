"""The columns that verbs add: name, type, unit, range and null rule, stated once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["string", "int64", "float64", "bool", "timestamp", "embedding"]


@dataclass(frozen=True)
class Column:
    """One output column.

    ``kind`` is its logical type; ``size`` the length of an embedding. ``null`` says when a row has
    no value; for most columns that is when the picture could not be read. A name with ``{}`` is a
    template that a call fills in; ``example`` is one such word.
    """

    name: str
    kind: Kind
    description: str
    unit: str = ""
    range: str = ""
    null: str = "the picture could not be read"
    size: int | None = None
    example: str = ""

    def named(self, name: str) -> Column:
        """The same column under another name."""
        return replace(self, name=name, example="")

    def shown(self) -> Column:
        """The same column under a name that a call could give it."""
        return self.named(self.name.format(self.example)) if self.example else self


IMAGE_ID = Column(
    "image_id",
    "int64",
    "The picture: your own column of that name, else the table's index or the row's number.",
    range="0 ...",
    null="never",
)
PATH = Column(
    "path", "string", "Where the picture is: a path, a URL, or a part of one.", null="as given"
)
FOLDER = Column(
    "folder",
    "string",
    "Name of the folder that holds the picture, such as the class in ``train/cat/1.jpg``.",
    null="the path names no folder",
)
NAME_FIELD = Column(
    "{}",
    "string",
    "A part of the path, by ``pattern=``.",
    null="the path does not match the pattern",
    example="outlet",
)
IMAGE_ERROR = Column(
    "image_error",
    "string",
    "Why the picture could not be used.",
    null="the picture was used without trouble",
)

FILE_ID = Column(
    "file_id", "int64", "Number of the row in the table of files.", range="0 ...", null="never"
)
FILE_PATH = Column("file_path", "string", "Where the file is.", null="as given")
VIDEO_ID = Column(
    "video_id",
    "int64",
    "Number of the row in the table of videos.",
    range="0 ...",
    null="never",
)
VIDEO_PATH = Column("video_path", "string", "Where the video is.", null="as given")
FRAME = Column(
    "frame",
    "int64",
    "Number of the frame in its video, or of the page in its file.",
    range="0 ...",
    null="the file could not be read",
)
TIME = Column(
    "time",
    "float64",
    "When the frame is shown, from the video's first frame.",
    unit="seconds",
    range="0 ...",
    null="the video could not be read",
)

OUT_PATH = Column("out_path", "string", "The file that was written.")
OUT_WIDTH = Column("out_width", "int64", "Width of that picture.", unit="pixels", range="1 ...")
OUT_HEIGHT = Column("out_height", "int64", "Height of that picture.", unit="pixels", range="1 ...")

FORMAT = Column(
    "format", "string", "File format by its content, as Pillow names it: JPEG, PNG, ..."
)
MODE = Column("mode", "string", "Color mode as stored, as Pillow names it: RGB, L, CMYK, RGBA, ...")
WIDTH = Column("width", "int64", "Width of the upright picture.", unit="pixels", range="1 ...")
HEIGHT = Column("height", "int64", "Height of the upright picture.", unit="pixels", range="1 ...")
BYTES = Column("bytes", "int64", "Size of the file.", unit="bytes", range="1 ...")
SHA256 = Column("sha256", "string", "Hash of the file; equal files have equal hashes.", unit="hex")
TAKEN_AT = Column(
    "taken_at",
    "timestamp",
    "When the picture was taken, or else digitized, by the camera's clock (EXIF), without time zone.",
    null="the picture could not be read or does not say when it was taken",
)

CLUSTER = Column(
    "cluster",
    "int64",
    "Number of the cluster, the largest being 0; -1 is no cluster (hdbscan).",
    range="-1 ...",
)

LABEL = Column("label", "string", "Name of the most probable class.")
LABEL_ID = Column(
    "label_id",
    "string",
    "Id of that class (for ImageNet's, from WordNet); names are not unique, ids are.",
)
LABEL_PROB = Column("label_prob", "float64", "Probability of that class.", range="0 to 1")
RANK = Column("rank", "int64", "Rank of the class, 1 for the most probable.", range="1 ...")
CLASS_PROB = Column(
    "label_prob_{}",
    "float64",
    "Probability of that class.",
    range="0 to 1",
    example="great_grey_owl",
)

EMBEDDING = Column("embedding", "embedding", "The network's description of the picture: a vector.")
EMB = Column("emb_{}", "float64", "One dimension of the embedding, with shape='wide'.", example="0")


def probabilities(
    name: str, classes: Iterable[str], said: Iterable[str], null: str = Column.null
) -> tuple[Column, ...]:
    """A column for the probability of each class that the column ``name`` may hold.

    Parameters
    ----------
    name
        The column of the winning class, such as ``label``.
    classes
        The classes as written in column names, such as ``great_grey_owl``.
    said
        The same classes as people read them.
    null
        When a row has no probability.
    """
    return tuple(
        Column(
            f"{name}_prob_{one}",
            "float64",
            f"Probability of the {name} {text!r}.",
            range="0 to 1",
            null=null,
        )
        for one, text in zip(classes, said, strict=True)
    )
