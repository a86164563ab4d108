"""A file with a result, which takes the place of an earlier one when it is complete."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from imagesasdata.errors import ArgumentError
from imagesasdata.files.atomic import remove_orphans, replacing


@contextmanager
def output(place: Path) -> Iterator[BinaryIO]:
    """A file to write a result into; where ``place`` is a link, the file that it points to.

    Raises
    ------
    ArgumentError
        When it cannot be written, as when the disk is full; an earlier file is as it was.
    """
    place = Path(os.path.realpath(place))
    try:
        remove_orphans(place.parent, place.name)
        with replacing(place) as temporary:
            with temporary.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if place.exists():
                shutil.copymode(place, temporary)
    except OSError as error:
        kept = "; the file that was there is unchanged" if place.exists() else ""
        raise ArgumentError(
            f"The file {str(place)!r} cannot be written: {error.strerror or error}{kept}.",
            "free some space, or give another place; with cache= a second run has the rows that "
            "are finished.",
        ) from error
