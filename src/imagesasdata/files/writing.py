"""Pictures that verbs write: named after their source, written atomically, never over a source."""

from __future__ import annotations

import hashlib
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from PIL import Image

from imagesasdata.checks import check_choice
from imagesasdata.errors import ArgumentError, ImageError
from imagesasdata.files.addresses import is_remote
from imagesasdata.files.atomic import remove_orphans, shortened, write_whole
from imagesasdata.files.names import file_name
from imagesasdata.files.sources import PathLike

Format = Literal["jpeg", "png", "webp", "tiff"]

_ENDING = {"jpeg": ".jpg", "png": ".png", "webp": ".webp", "tiff": ".tif"}
# Almost no visible loss. Chroma keeps full resolution, because colors are measured.
_OPTIONS = {
    "jpeg": {"quality": 95, "subsampling": 0},
    "png": {"compress_level": 4},
    "webp": {"quality": 95},
    "tiff": {"compression": "tiff_lzw"},
}
# The most characters, and bytes, of a source's name in that of its result.
_STEM_LENGTH, _STEM_BYTES = 60, 160


@dataclass(frozen=True)
class Folder:
    """A folder that pictures are written to, in one format.

    A file is named after its source, with eight digits of a hash of all that the picture depends on:
    two sources of the same name get different files, and an existing result is not made again.
    """

    place: Path
    format: Format

    def name(self, source: str, *depends: object, suffix: str = "") -> Path:
        """The path of the picture made from ``source`` with these settings."""
        text = repr((source, *(str(one) for one in depends)))
        digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        base = file_name(source.replace("\\", "/"))
        stem = re.sub(r"[^\w.#=-]+", "_", base.rsplit(".", 1)[0] if "#" not in base else base)
        stem = shortened(re.sub(r"[#=]", "-", stem)[:_STEM_LENGTH], _STEM_BYTES) or "picture"
        return self.place / f"{stem}-{digest}{suffix}{_ENDING[self.format]}"

    def write(self, pixels: np.ndarray, to: Path, **options: object) -> None:
        """Write a picture; another process never sees an incomplete file.

        Raises
        ------
        ImageError
            When the disk is full, or the format cannot hold the picture.
        """
        chosen = {**_OPTIONS[self.format], **options}
        try:
            # In memory first, for libtiff words a full disk in its own way, on the terminal.
            buffer = io.BytesIO()
            Image.fromarray(pixels).save(buffer, self.format, **chosen)
            write_whole(to, buffer.getvalue())
        except (OSError, ValueError) as error:
            said = getattr(error, "strerror", None) or error
            raise ImageError(f"result cannot be written: {said}") from error


def folder(to: PathLike, format: str) -> Folder:
    """The folder of a verb's ``to=``, created when it does not exist.

    Raises
    ------
    UnknownNameError, ArgumentError
        For an unknown format, and for a folder that cannot be written.
    """
    check_choice("format", format, get_args(Format))
    if is_remote(os.fspath(to)):
        raise ArgumentError(
            f"to={os.fspath(to)!r} is not on this machine.",
            "give a local folder and copy it there afterwards.",
        )
    place = Path(to).expanduser()
    try:
        place.mkdir(parents=True, exist_ok=True)
        if not os.access(place, os.W_OK):
            raise PermissionError(13, "permission denied")
        remove_orphans(place)
    except OSError as error:
        raise ArgumentError(
            f"The folder to={os.fspath(to)!r} cannot be written: {error.strerror}.",
            "give a folder, which is made if need be.",
        ) from error
    return Folder(place, format)  # type: ignore[arg-type]
