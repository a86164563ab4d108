"""The file that a verb will write, checked before any work is done."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from imagesasdata.errors import ArgumentError

PAGES = (".html", ".htm")
FIGURES = (
    ".png",
    ".pdf",
    ".svg",
    ".jpg",
    ".jpeg",
    ".webp",
    ".tif",
    ".tiff",
    ".eps",
    ".ps",
    ".svgz",
)


def target(
    to: str | os.PathLike[str], endings: Sequence[str] = (), *, argument: str = "to"
) -> Path:
    """The place of a file that will be written.

    Parameters
    ----------
    to
        The user's name for it.
    endings
        The endings that the verb can write, such as ``".html"``; the first is shown in the hint. Without
        any, the file may have each.
    argument
        The argument that names it, for the message.

    Raises
    ------
    ArgumentError
        When it is a folder, its folder does not exist or cannot be written, or its ending is not among
        them.
    """
    place = Path(to).expanduser()
    told = f"{argument}={os.fspath(to)!r}"
    example = f'for example {argument}="{place.stem or "file"}{"".join(endings[:1])}".'
    if place.is_dir():
        raise ArgumentError(f"{told} is a folder, and a file is written.", example)
    if endings and place.suffix.lower() not in endings:
        listed = ", ".join(endings)
        raise ArgumentError(f"{told} must end in {listed}.", example)
    folder = place.absolute().parent
    if not folder.is_dir():
        raise ArgumentError(
            f"The folder {str(place.parent)!r} does not exist.",
            f"make it, as in os.makedirs({str(place.parent)!r}), or give another place.",
        )
    if not os.access(folder, os.W_OK):
        raise ArgumentError(
            f"{told} cannot be written: permission denied.", "give a file in a folder of your own."
        )
    return place
