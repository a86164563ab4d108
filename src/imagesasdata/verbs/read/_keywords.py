"""The options that `read_images` and the verbs on video share, in words for a type checker."""

from __future__ import annotations

from typing import TypedDict

from imagesasdata.files.sources import PathLike
from imagesasdata.options import OnError


class Reading(TypedDict, total=False):
    """What each of them takes besides ``backend=``, which says the kind of table, and its own."""

    path: str
    max_pixels: int
    prefix: str | None
    workers: int | None
    cache: PathLike | None
    on_error: OnError
    progress: bool | None
