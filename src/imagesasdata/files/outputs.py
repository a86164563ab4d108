"""Files that a call names for its result: checked before the work, and replaced whole at its end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from imagesasdata.errors import ArgumentError
from imagesasdata.files.atomic import replacing
from imagesasdata.files.sources import PathLike, is_remote


def target(to: PathLike, endings: Collection[str] = (), *, argument: str = "to") -> Path:
    """The file that a result will be written to; the check comes before the work.

    Parameters
    ----------
    to
        The name that the user gave.
    endings
        The endings that it may have; any, if none are given.
    argument
        The argument's name, for messages.

    Raises
    ------
    ArgumentError
        When the ending is another, the folder is missing or cannot be written, or it is a folder.
    """
    name = os.fspath(to)
    if is_remote(name):
        raise ArgumentError(
            f"{argument}={name!r} is not on this machine.",
            "give a file on this machine, and copy it there.",
        )
    if endings and Path(name).suffix.lower() not in endings:
        *others, last = endings
        listed = f"{', '.join(others)} or {last}" if others else last
        raise ArgumentError(
            f"Cannot tell from {argument}={name!r} how to write the result.",
            f"end the name in {listed}.",
        )
    # A link stays one: the file that it points to is replaced.
    place = Path(os.path.realpath(Path(name).expanduser()))
    if place.is_dir():
        raise ArgumentError(f"{argument}={name!r} is a folder.", "give the name of a file in it.")
    if not place.parent.is_dir():
        raise ArgumentError(
            f"{argument}={name!r} cannot be written: there is no folder {str(place.parent)!r}.",
            "make the folder first, or give a file in a folder that exists.",
        )
    if not os.access(place.parent, os.W_OK):
        raise ArgumentError(
            f"{argument}={name!r} cannot be written: permission denied.",
            "give a file in a folder of your own.",
        )
    return place


@contextmanager
def output(place: Path) -> Iterator[BinaryIO]:
    """A file to write a result into; it takes the place of an earlier one when it is complete.

    Raises
    ------
    ArgumentError
        When it cannot be written, as when the disk is full; an earlier file is as it was.
    """
    try:
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
