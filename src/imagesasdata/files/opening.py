"""Opens a picture by its header, after the checks that come before any pixel is decoded."""

from __future__ import annotations

import io
import struct
from typing import Any

from imagesasdata.errors import ImageError
from imagesasdata.files.heic import HeicFile
from imagesasdata.files.kinds import cut_off, is_heic, what_else
from imagesasdata.files.pillow import (
    ExifTags,
    Image,
    ImageFile,
    UnidentifiedImageError,
    check_pixels,
    open_image,
    quiet_libtiff,
)

# What Pillow raises for damaged EXIF blocks, which then count as absent.
BAD_EXIF = (SyntaxError, ValueError, TypeError, KeyError, IndexError, OSError, struct.error)

_BAD_HEADER = (SyntaxError, ValueError, OSError, struct.error)

_REDUCED, _DNG, _PARTS = 254, 50706, 330  # tags of TIFF


def open_picture(data: bytes, max_pixels: int) -> ImageFile.ImageFile:
    """Open a picture by its header, or raise an `ImageError` that says what the file is."""
    if not data:
        raise ImageError(what_else(data))
    if data.startswith((b"II", b"MM")):
        quiet_libtiff()
    missing = cut_off(data)
    if missing is not None:
        raise ImageError(missing)
    try:
        image = HeicFile(io.BytesIO(data)) if is_heic(data) else open_image(data, max_pixels)
    except ImageError:
        raise
    # The header breaks off, or is of a kind that Pillow does not know.
    except (UnidentifiedImageError, *_BAD_HEADER) as error:
        if "truncated" in str(error).lower():
            raise ImageError("picture is truncated: it ends within its header") from None
        raise ImageError(what_else(data)) from None
    check_size(image, max_pixels)
    tags = getattr(image, "tag_v2", {})
    if _DNG in tags or (tags.get(_REDUCED) == 1 and _PARTS in tags):
        raise ImageError(
            "is a camera's raw file, of which only a small preview can be read; export it as JPEG "
            "or TIFF first"
        )
    return image


def read_exif(image: Image.Image) -> Image.Exif:
    """The picture's EXIF block, empty if it is missing or damaged."""
    try:
        return image.getexif()
    except BAD_EXIF:
        return Image.Exif()


def inner_exif(exif: Image.Exif, name: ExifTags.IFD) -> dict[int, Any]:
    """A part of an EXIF block, empty if it is missing or damaged."""
    try:
        return exif.get_ifd(name)
    except BAD_EXIF:
        return {}


def check_size(image: Image.Image, max_pixels: int) -> None:
    """Refuse a picture, frame or page of more than ``max_pixels``."""
    check_pixels(image.size, max_pixels)
