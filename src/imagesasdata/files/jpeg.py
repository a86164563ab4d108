"""Decoding of JPEG, with a reason where a part of the pixels is missing from the file.

libjpeg fills what is missing with gray, and says so only in a warning, which Pillow does not pass on.
simplejpeg runs the same code (libjpeg-turbo) and raises at a warning. Pictures that it does not take
(12 bits, rare samplings) are left to Pillow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import simplejpeg

from imagesasdata.errors import ImageError
from imagesasdata.files.pillow import Image, wrapped

# Encoders write up to about 20. Each is a pass over the whole picture, also when it is empty, so a
# small file could keep a decoder busy for minutes.
MAX_SCANS = 100

# RGB has a fourth byte, as Pillow holds it.
_SPACES = {"RGB": "RGBX", "L": "GRAY", "CMYK": "CMYK"}
_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
_END = b"\xff\xd9"
# A marker ends coded pixels: 0xff, but not followed by 0 (a stuffed byte) or a restart.
_MARKER = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")
_SCAN, _LAST = 0xDA, 0xD9
_ALONE = frozenset({0x01, 0xD8, _LAST})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
# Warnings of libjpeg after which pixels are made up; after the others all are from the file.
_LOST = ("premature end", "bad huffman code", "bad arithmetic code", "instead of rst")
# A decoder that lost its place in the middle ends with a part of the data left over.
_LEFT_OVER = re.compile(r"(\d+) extraneous bytes before marker")
_MOST_LEFT_OVER = 0.02


@dataclass(frozen=True)
class _Scans:
    """Where the coded pixels begin, how many scans there are, and whether the last are missing."""

    start: int
    count: int
    complete: bool
    components: int


def decode_jpeg(data: bytes, mode: str, size: tuple[int, int]) -> Image.Image | None:
    """Decode the first picture of a JPEG file to ``size``; ``None`` leaves it to Pillow.

    Parameters
    ----------
    data
        The file's bytes.
    mode
        Pillow's mode for it: RGB, L or CMYK (the last is inverted, as Adobe writes it).
    size
        Width and height: those of the picture divided by 1, 2, 4 or 8, rounded up.

    Raises
    ------
    ImageError
        When pixels are missing from the file, or it has more than `MAX_SCANS` scans.
    """
    if mode not in _SPACES:
        return None
    pixels = _checked(data, mode, size)
    if pixels is None or pixels.shape[:2] != size[::-1]:
        return None
    if mode == "CMYK":
        pixels = 255 - pixels
    return wrapped(pixels, mode)


def check_jpeg(data: bytes) -> None:
    """Refuse a JPEG that another file holds, when pixels are missing from it.

    Raises
    ------
    ImageError
        As `decode_jpeg` does.
    """
    scans = _scans(data)
    mode = _MODES.get(scans.components) if scans is not None else None
    if mode is not None:
        _checked(data, mode, (0, 0))


def _checked(data: bytes, mode: str, size: tuple[int, int]) -> np.ndarray | None:
    scans = _scans(data)
    if scans is None:
        return None
    if len(data.removesuffix(_END)) <= scans.start:
        raise ImageError("picture is truncated: it ends before its first pixel")
    if not scans.complete:
        raise ImageError(
            f"picture is truncated: it ends after {scans.count} of a progressive JPEG's scans, "
            "before it is sharp"
        )
    if data.rfind(_END, scans.start) < 0:
        data += _END  # all pixels may be there without it; a warning says if they are not
    return _decode(data, mode, size)


def _decode(data: bytes, mode: str, size: tuple[int, int]) -> np.ndarray | None:
    try:
        return _simple(data, mode, size, strict=True)
    except ValueError as error:
        warning = str(error)
    if "before marker" in warning:
        # Only the first warning is told, so one on the header would hide one on the pixels.
        data = _tidy(data)
        try:
            return _simple(data, mode, size, strict=True)
        except ValueError as error:
            warning = str(error)
    try:
        pixels = _simple(data, mode, size, strict=False)
    except ValueError:
        return None
    left = _LEFT_OVER.search(warning)
    lost = any(word in warning.lower() for word in _LOST)
    if lost or (left is not None and int(left[1]) > _MOST_LEFT_OVER * len(data)):
        raise ImageError(_missing(pixels[..., :3] if mode == "RGB" else pixels))
    return pixels


def _simple(data: bytes, mode: str, size: tuple[int, int], *, strict: bool) -> np.ndarray:
    width, height = size
    return simplejpeg.decode_jpeg(
        data, _SPACES[mode], min_width=width, min_height=height, strict=strict
    )


def _missing(pixels: np.ndarray) -> str:
    """The reason, with the share of rows at the end that libjpeg filled with gray."""
    filled = np.abs(pixels.astype(np.int16) - 128) <= 1
    seen = np.flatnonzero(~filled.all(axis=(1, 2)))
    rows = len(pixels) - (int(seen[-1]) + 1 if len(seen) else 0)
    if rows == 0:
        return "picture is damaged: a part of its pixels cannot be decoded"
    share = 100 * rows / len(pixels)
    shown = f"about {share:.0f}%" if share >= 1 else "under 1%"
    return f"picture is truncated: {shown} of its rows are missing"


def _segments(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each segment of a file: its marker, where it ends, and its content."""
    at = 2
    while (found := _MARKER.search(data, at)) is not None:
        marker, at = data[found.end() - 1], found.end()
        if marker in _ALONE:
            yield marker, at, b""
            continue
        content = data[at + 2 : at + int.from_bytes(data[at : at + 2], "big")]
        at += 2 + len(content)
        yield marker, at, content


def _tidy(data: bytes) -> bytes:
    """The same picture without what lies between the segments of its header."""
    parts = [b"\xff\xd8"]
    for marker, end, content in _segments(data):
        length = (len(content) + 2).to_bytes(2, "big")
        parts.append(b"\xff" + bytes([marker]) + length + content)
        if marker == _SCAN:
            return b"".join([*parts, data[end:]])
    return data


def _scans(data: bytes) -> _Scans | None:
    """The scans of a file, from its markers; ``None`` when there are none."""
    start, count, components, progressive = 0, 0, 0, False
    # For each component and coefficient of a progressive JPEG, the bits that are still missing.
    missing: dict[tuple[int, int], int] = {}
    for marker, end, content in _segments(data):
        if marker == _LAST:
            break
        if marker in _FRAMES and len(content) >= 6:
            components, progressive = content[5], marker in _PROGRESSIVE
            ids = content[6 : 6 + 3 * components : 3]
            missing = {(name, k): 16 for name in ids for k in range(64)} if progressive else {}
        if marker != _SCAN or not content:
            continue
        start, count = start or end, count + 1
        if count > MAX_SCANS:
            raise ImageError(f"JPEG has over {MAX_SCANS} scans, the limit")
        within = content[0]
        if progressive and len(content) >= 4 + 2 * within:
            first, last, bits = content[1 + 2 * within : 4 + 2 * within]
            for name in content[1 : 1 + 2 * within : 2]:
                missing.update({(name, k): bits & 15 for k in range(first, min(last, 63) + 1)})
        elif within == components:
            break
    return _Scans(start, count, not any(missing.values()), components) if count else None
