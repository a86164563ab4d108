"""The columns that verbs add: name, type, unit, range and null rule, stated once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["string", "int64", "float64", "bool", "timestamp", "embedding"]


@dataclass(frozen=True)
class Column:
    """One output column.

    ``kind`` is its logical type; ``size`` the length of an embedding. ``null`` says when a row has
    none; for most columns that is when the picture could not be read.
    """

    name: str
    kind: Kind
    description: str
    unit: str = ""
    range: str = ""
    null: str = "the picture could not be read"
    size: int | None = None

    def named(self, name: str) -> Column:
        """The same column under another name."""
        return replace(self, name=name)


IMAGE_ID = Column("image_id", "int64", "Number of the row in the table that was read.", range="0 ...", null="never")
PATH = Column("path", "string", "Where the picture is: a path, a URL, or a part of one.", null="as given")
IMAGE_ERROR = Column(
    "image_error", "string", "Why the picture could not be used.", null="the picture was used without trouble"
)
