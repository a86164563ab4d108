"""Decode bytes to upright RGB pixels, whatever the format, mode, profile or orientation."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import struct
from dataclasses import dataclass
from typing import Any, Literal

import PIL.Image

from imagesasdata.errors import ImageError
from imagesasdata.files.color import to_rgb
from imagesasdata.files.dates import taken
from imagesasdata.files.heic import HeicFile
from imagesasdata.files.isolation import pool
from imagesasdata.files.jpeg import decode_jpeg
from imagesasdata.files.kinds import cut_off, is_heic, what_else
from imagesasdata.files.levels import check_levels
from imagesasdata.files.pillow import (
    ExifTags,
    Image,
    ImageFile,
    ImageOps,
    UnidentifiedImageError,
    as_pillow,
    open_image,
    quiet_libtiff,
)

Exactness = Literal["fast", "exact"]

# The largest sensor in common use has 200 million pixels (16,320 x 12,240).
MAX_PIXELS = 200_000_000
# Frames or pages of a file: each takes time to find, whatever it holds.
MAX_FRAMES = 10_000

# What Pillow raises for damaged EXIF blocks, which then count as absent.
BAD_EXIF = (SyntaxError, ValueError, TypeError, KeyError, IndexError, OSError, struct.error)
_TURNED = frozenset({5, 6, 7, 8})
# In other formats, further pictures are previews, bursts or layers.
_HAVE_FRAMES = frozenset({"GIF", "PNG", "WEBP", "TIFF", "AVIF"})
_PALETTES = frozenset({"P", "PA"})
_JPEGS = frozenset({"JPEG", "MPO"})

_REDUCED, _DNG, _PARTS = 254, 50706, 330  # tags of TIFF


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


def read_header(data: bytes, *, max_pixels: int = MAX_PIXELS) -> Header:
    """Read a picture's header; no pixel is decoded.

    Raises
    ------
    ImageError
        When the bytes are no picture, or one of more than ``max_pixels``. On damaged data Pillow
        may raise any other error; `errors.reason` words it.
    """
    apart = pool()
    if apart is not None:
        fields, _ = apart.ask("read_header", data, max_pixels=max_pixels)
        return Header.from_json(fields)
    with open_picture(data, max_pixels) as image:
        return _header(image)


def read_frames(data: bytes, *, max_pixels: int = MAX_PIXELS) -> list[Header | None]:
    """The header of each frame of an animation or page of a document.

    ``None`` stands for a page that cannot be read. A file with one picture gives one header.

    Raises
    ------
    ImageError
        As `read_header` does, and for a file of more than `MAX_FRAMES` frames.
    """
    apart = pool()
    if apart is not None:
        fields, _ = apart.ask("read_frames", data, max_pixels=max_pixels)
        return [frame and Header.from_json(frame) for frame in fields["frames"]]
    with open_picture(data, max_pixels) as image:
        first = _header(image)
        if image.format == "TIFF":
            return [first, *_later_pages(image)]
        # The frames of an animation have one size.
        return [first] * _count(image)


def decode(
    data: bytes,
    *,
    short_side: int | None = None,
    long_side: int | None = None,
    exactness: Exactness = "fast",
    frame: int = 0,
    max_pixels: int = MAX_PIXELS,
) -> PIL.Image.Image:
    """Decode a picture to upright 8-bit sRGB.

    The EXIF orientation is applied, transparency is laid over white (over black where all that can
    be seen is white), 16-bit values are scaled, CMYK and embedded color profiles are converted to
    sRGB. One of several frames or pages is decoded.

    Parameters
    ----------
    data
        The file's bytes.
    short_side, long_side
        The result may be smaller than stored, but with at least this many pixels on its shorter or
        longer side. A JPEG is then decoded at the smallest DCT scale (1/8, 1/4, 1/2) that is still
        large enough.
    exactness
        ``"exact"`` decodes every pixel, whatever sides are requested.
    frame
        Which frame of an animation or page of a document, from 0.
    max_pixels
        A picture, frame or page with more pixels is refused from its header.

    Returns
    -------
    PIL.Image.Image
        Mode RGB.

    Raises
    ------
    ImageError
        When the bytes are no picture, one of more than ``max_pixels``, or one of whose pixels a part
        is missing. On damaged data Pillow may raise any other error; `errors.reason` words it.
    """
    apart = pool()
    if apart is not None:
        header, pixels = apart.ask(
            "decode",
            data,
            short_side=short_side,
            long_side=long_side,
            exactness=exactness,
            frame=frame,
            max_pixels=max_pixels,
        )
        return PIL.Image.frombytes("RGB", (header["width"], header["height"]), pixels)
    with open_picture(data, max_pixels) as image:
        if frame:
            _seek(image, frame, data)
            _check_size(image, max_pixels)
        check_levels(image)
        sides = (short_side, long_side) if exactness == "fast" else (None, None)
        return as_pillow(to_rgb(_upright(_loaded(image, data, sides, first=frame == 0))))


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
        image = HeicFile(io.BytesIO(data)) if is_heic(data) else open_image(data)
    except (UnidentifiedImageError, SyntaxError):
        raise ImageError(what_else(data)) from None
    _check_size(image, max_pixels)
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


def _check_size(image: Image.Image, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise ImageError(
            f"picture has {width} x {height} pixels, over the limit of {max_pixels:,} (max_pixels)"
        )


def _header(image: ImageFile.ImageFile) -> Header:
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


def _later_pages(image: ImageFile.ImageFile) -> list[Header | None]:
    pages: list[Header | None] = []
    while True:
        try:
            image.seek(len(pages) + 1)
            pages.append(_header(image))
        except EOFError:
            return pages
        except BAD_EXIF:
            pages.append(None)
        if len(pages) >= MAX_FRAMES:
            raise ImageError(f"has over {MAX_FRAMES:,} pages, the limit")


def _count(image: ImageFile.ImageFile) -> int:
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


def _seek(image: ImageFile.ImageFile, frame: int, data: bytes) -> None:
    # Pages are not counted beforehand: Pillow before 13 then mixes up their modes.
    if image.format in _HAVE_FRAMES and frame < MAX_FRAMES:
        with contextlib.suppress(EOFError):
            image.seek(frame)
            if image.mode not in _PALETTES:
                image.palette = None  # Pillow before 13 keeps that of the page before
            return
    count = len(read_frames(data))
    raise ImageError(f"has no frame {frame}: there are {count}, from 0")


def _loaded(
    image: ImageFile.ImageFile, data: bytes, sides: tuple[int | None, int | None], *, first: bool
) -> Image.Image:
    """The picture with its pixels decoded, a JPEG at the smallest scale that is large enough."""
    if image.format in _JPEGS and first:
        size = _scaled(image.size, *sides)
        pixels = decode_jpeg(data, image.mode, size)
        if pixels is not None:
            pixels.info = image.info
            return pixels
        image.draft(None, size)
    image.load()
    return image


def _scaled(
    size: tuple[int, int], short_side: int | None, long_side: int | None
) -> tuple[int, int]:
    """The size divided by 8, 4 or 2, rounded up, if its sides stay long enough."""
    wanted = max(
        short_side / min(size) if short_side else 0.0, long_side / max(size) if long_side else 0.0
    )
    if 0.0 < wanted < 1.0:
        least = [-int(-side * wanted // 1) for side in size]
        most = min(side // enough for side, enough in zip(size, least, strict=True))
        scale = next(divisor for divisor in (8, 4, 2, 1) if most >= divisor)
        return -(-size[0] // scale), -(-size[1] // scale)
    return size


def _upright(image: Image.Image) -> Image.Image:
    with contextlib.suppress(*BAD_EXIF):
        ImageOps.exif_transpose(image, in_place=True)
    return image
