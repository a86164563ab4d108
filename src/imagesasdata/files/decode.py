"""Decode bytes to upright RGB pixels, whatever the format, mode, profile or orientation."""

from __future__ import annotations

import contextlib
from typing import Literal

import PIL.Image

from imagesasdata.errors import ImageError
from imagesasdata.files.color import to_rgb
from imagesasdata.files.headers import Header, header_of, headers_of, seek
from imagesasdata.files.isolation import pool
from imagesasdata.files.jpeg import decode_jpeg
from imagesasdata.files.jpeg2000 import check_tiles
from imagesasdata.files.levels import check_levels
from imagesasdata.files.opening import BAD_EXIF, check_size, open_picture
from imagesasdata.files.pillow import Image, ImageFile, ImageOps, as_pillow
from imagesasdata.files.tiffs import check_parts

Exactness = Literal["fast", "exact"]

# The largest sensor in common use has 200 million pixels (16,320 x 12,240).
MAX_PIXELS = 200_000_000

_JPEGS = frozenset({"JPEG", "MPO"})


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
        return header_of(image)


def read_frames(data: bytes, *, max_pixels: int = MAX_PIXELS) -> list[Header | str]:
    """The header of each frame of an animation or page of a document.

    A text says why a page cannot be read. A file with one picture gives one header.

    Raises
    ------
    ImageError
        As `read_header` does, and for a file of too many frames.
    """
    apart = pool()
    if apart is not None:
        fields, _ = apart.ask("read_frames", data, max_pixels=max_pixels)
        frames = fields["frames"]
        return [f if isinstance(f, str) else Header.from_json(f) for f in frames]
    with open_picture(data, max_pixels) as image:
        return headers_of(image, max_pixels)


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
            if not seek(image, frame):
                count = len(read_frames(data))
                raise ImageError(f"has no frame {frame}: there are {count}, from 0")
            check_size(image, max_pixels)
        check_levels(image)
        check_parts(image, data)
        if image.format == "JPEG2000":
            check_tiles(data)
        sides = (short_side, long_side) if exactness == "fast" else (None, None)
        return as_pillow(as_shown(_loaded(image, data, sides, first=frame == 0)))


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


def as_shown(image: Image.Image) -> Image.Image:
    """A picture whose pixels are decoded as upright 8-bit sRGB; it is turned in place."""
    with contextlib.suppress(*BAD_EXIF):
        ImageOps.exif_transpose(image, in_place=True)
    return to_rgb(image)
