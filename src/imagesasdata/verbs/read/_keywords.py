"""The options that `read_images` and the video verbs share, for type checkers."""

from __future__ import annotations

from typing import TypedDict

from imagesasdata.files.sources import PathLike
from imagesasdata.options import Keep, OnError


class Reading(TypedDict, total=False):
    """The options of each, without its own and without ``backend=``, which sets the result's type."""

    path: str
    max_pixels: int
    keep: Keep
    prefix: str | None
    workers: int | None
    cache: PathLike | None
    on_error: OnError
    progress: bool | None
