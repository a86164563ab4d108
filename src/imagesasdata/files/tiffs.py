"""Why a TIFF is not read, from its directory and from the JPEGs that it may hold."""

from __future__ import annotations

import io
import struct

from imagesasdata.errors import ImageError
from imagesasdata.files.jpeg import check_jpeg
from imagesasdata.files.pillow import Image, TiffImagePlugin

_STARTS = {b"II*\0": "<", b"MM\0*": ">"}
_BITS, _COMPRESSION, _CHANNELS = 258, 259, 277
# A page's pixels stand in strips (the first two) or in tiles.
_OFFSETS, _LENGTHS = (273, 324), (279, 325)
_TABLES, _JPEG = 347, 7


def why_not(data: bytes) -> str | None:
    """The reason that a TIFF is not read; ``None`` for other files and for damaged ones."""
    order = _STARTS.get(data[:4])
    if order is None or len(data) < 8:
        return None
    (start,) = struct.unpack(f"{order}I", data[4:8])
    if start >= len(data):
        return "picture is truncated: the end of this TIFF, which describes it, is missing"
    try:
        tags = TiffImagePlugin.ImageFileDirectory_v2(data[:8])
        file = io.BytesIO(data)
        file.seek(start)
        tags.load(file)
        bits, channels = tags.get(_BITS, (1,)), int(tags.get(_CHANNELS, 1))
        depth = int(bits[0] if isinstance(bits, tuple) else bits)
        compression = int(tags.get(_COMPRESSION, 1))
    except (SyntaxError, ValueError, TypeError, KeyError, IndexError, OSError, struct.error):
        return None
    shown = f"{channels} channel{'s' if channels != 1 else ''} of {depth} bit{'s' * (depth != 1)}"
    if compression not in TiffImagePlugin.COMPRESSION_INFO:
        shown += f" in compression {compression}"
    return (
        f"is a TIFF picture with {shown}, which cannot be read; "
        "save it as gray or RGB with 8 or 16 bits"
    )


def check_parts(image: Image.Image, data: bytes) -> None:
    """Refuse a page that is coded as JPEG when a part of it lacks pixels, which libtiff fills.

    Raises
    ------
    ImageError
        With the number of the part, from 1.
    """
    tags = getattr(image, "tag_v2", {})
    if tags.get(_COMPRESSION) != _JPEG:
        return
    tables = tags.get(_TABLES, b"")
    for offsets, lengths in zip(_OFFSETS, _LENGTHS, strict=True):
        places = list(zip(tags.get(offsets, ()), tags.get(lengths, ()), strict=False))
        for number, (start, length) in enumerate(places, 1):
            part = data[start : start + length]
            try:
                # The tables are a JPEG without a picture, whose end and the part's start go.
                check_jpeg(tables[:-2] + part[2:] if tables else part)
            except ImageError:
                raise ImageError(
                    f"picture is truncated: pixels are missing in part {number} of {len(places)}"
                ) from None
