"""The header of a picture, and of each frame or page of a file."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from typing import Any

from imagesasdata.errors import ImageError, reason
from imagesasdata.files.dates import taken
from imagesasdata.files.opening import BAD_EXIF, check_size, inner_exif, read_exif
from imagesasdata.files.pillow import ExifTags, Image, ImageFile

# Frames or pages of a file: each takes time to find, whatever it holds.
MAX_FRAMES = 10_000
# The most pixels that are decoded for one frame of an animation, which needs those before it.
MAX_DECODED = 1 << 32

_TURNED = frozenset({5, 6, 7, 8})
# In other formats, further pictures are previews, bursts or layers.
_HAVE_FRAMES = frozenset({"GIF", "PNG", "WEBP", "TIFF", "AVIF"})
_PALETTES = frozenset({"P", "PA"})


@dataclass(frozen=True)
class Header:
    """The header of a picture, or of one of its frames; sizes are those of the upright picture."""

    format: str
    mode: str
    width: int
    height: int
    taken_at: dt.datetime | None

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Header:
        """The header that `as_json` described."""
        taken_at = fields["taken_at"]
        return cls(**{**fields, "taken_at": taken_at and dt.datetime.fromisoformat(taken_at)})

    def as_json(self) -> dict[str, Any]:
        """The header in types that JSON has."""
        return {**vars(self), "taken_at": self.taken_at and self.taken_at.isoformat()}


def headers_of(image: ImageFile.ImageFile, max_pixels: int) -> list[Header | str]:
    """The header of each frame or page; a text says why a page cannot be read.

    Raises
    ------
    ImageError
        For a file of more than `MAX_FRAMES` frames.
    """
    first = header_of(image)
    if image.format == "TIFF":
        return [first, *_later_pages(image, max_pixels)]
    # The frames of an animation have one size.
    return [first] * count_frames(image)


def header_of(image: ImageFile.ImageFile) -> Header:
    """The header of an open picture, or of the frame that it stands at."""
    width, height = _stored_size(image)
    exif = read_exif(image)
    if exif.get(ExifTags.Base.Orientation) in _TURNED:
        width, height = height, width
    moment = taken(inner_exif(exif, ExifTags.IFD.Exif))
    return Header(image.format or "unknown", image.mode, width, height, moment.at)


def _stored_size(image: Image.Image) -> tuple[int, int]:
    if image.format == "TIFF":
        # Pillow has already swapped the sides of a turned TIFF; the tags hold the stored size.
        tags = getattr(image, "tag_v2", {})
        return int(tags[256]), int(tags[257])
    return image.size


def seek(image: ImageFile.ImageFile, frame: int) -> bool:
    """Go to a frame or page; whether there is one of this number."""
    if image.format not in _HAVE_FRAMES or frame >= MAX_FRAMES:
        return False
    width, height = image.size
    if image.format != "TIFF" and (frame + 1) * width * height > MAX_DECODED:
        raise ImageError(
            f"frame {frame} needs the {frame} before it, each of {width} x {height} pixels: over "
            f"the limit of {MAX_DECODED:,} pixels in all"
        )
    # Pages are not counted beforehand: Pillow before 13 then mixes up their modes.
    with contextlib.suppress(EOFError):
        image.seek(frame)
        if image.mode not in _PALETTES:
            image.palette = None  # Pillow before 13 keeps that of the page before
        return True
    return False


def _later_pages(image: ImageFile.ImageFile, max_pixels: int) -> list[Header | str]:
    pages: list[Header | str] = []
    while True:
        try:
            image.seek(len(pages) + 1)
            check_size(image, max_pixels)
            pages.append(header_of(image))
        except EOFError:
            return pages
        except BAD_EXIF as error:
            pages.append(reason(error))
        if len(pages) >= MAX_FRAMES:
            raise ImageError(f"has over {MAX_FRAMES:,} pages, the limit")


def count_frames(image: ImageFile.ImageFile) -> int:
    """The number of frames of an animation."""
    if image.format not in _HAVE_FRAMES:
        return 1
    try:
        count = max(1, getattr(image, "n_frames", 1))
    except BAD_EXIF:
        return 1
    if count > MAX_FRAMES:
        raise ImageError(f"has {count:,} frames, over the limit of {MAX_FRAMES:,}")
    return count
