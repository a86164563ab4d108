"""Whether a file holds several frames or pages, told from its structure without decoding it."""

from __future__ import annotations

import struct

# The TIFF tag of a directory's kind: bit 0 is a smaller copy, bit 2 a mask.
_KIND, _COPY = 254, 0b101
# The number of a type of 16 bits.
_SHORT = 3


def has_several(data: bytes) -> bool:
    """Whether an animation (GIF, APNG, WebP, AVIF) or a document (TIFF) has more than one frame or page.

    Of a damaged file, what can be told before the damage counts.
    """
    try:
        if data[:4] == b"GIF8":
            return _gif(data)
        if data[:8] == b"\x89PNG\r\n\x1a\n":
            return _png(data)
        if data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X":
            return bool(data[20] & 0b10) and data.count(b"ANMF", 30) > 1
        if data[4:12] == b"ftypavis":
            return True
        if data[:2] in (b"II", b"MM"):
            return _tiff(data)
    except (struct.error, IndexError):
        pass
    return False


def _gif(data: bytes) -> bool:
    """A second image descriptor follows the first image's blocks."""
    at = 13 + _colors(data[10])
    images = 0
    while data[at] != 0x3B:
        if data[at] == 0x2C:
            images += 1
            if images > 1:
                return True
            at += 11 + _colors(data[at + 9])
        else:
            at += 2
        while data[at]:
            at += 1 + data[at]
        at += 1
    return False


def _colors(packed: int) -> int:
    """The length of a table of colors."""
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _png(data: bytes) -> bool:
    """A chunk before the pixels tells the number of frames."""
    at = 8
    while data[at + 4 : at + 8] not in (b"IDAT", b"IEND", b""):
        (length,) = struct.unpack_from(">I", data, at)
        if data[at + 4 : at + 8] == b"acTL":
            return struct.unpack_from(">I", data, at + 8)[0] > 1
        at += length + 12
    return False


def _tiff(data: bytes) -> bool:
    """A directory after the first is of a page, not of a smaller copy or a mask as in maps."""
    order = "<" if data[:2] == b"II" else ">"
    (version,) = struct.unpack_from(f"{order}H", data, 2)
    if version not in (42, 43):
        return False
    # Of the form for large files, numbers and entries are longer.
    number, length, entry, start = ("H", 2, 12, 4) if version == 42 else ("Q", 8, 20, 8)
    offset = "I" if version == 42 else "Q"
    seen: set[int] = set()
    (at,) = struct.unpack_from(order + offset, data, start)
    while at and at not in seen:
        (count,) = struct.unpack_from(order + number, data, at)
        first = at + length
        if seen and not _is_copy(data, order, range(first, first + count * entry, entry), entry):
            return True
        seen.add(at)
        (at,) = struct.unpack_from(order + offset, data, first + count * entry)
    return False


def _is_copy(data: bytes, order: str, entries: range, length: int) -> bool:
    """Whether a directory's tag 254 says that it is of a smaller copy or a mask."""
    for at in entries:
        tag, kind = struct.unpack_from(f"{order}HH", data, at)
        if tag == _KIND:
            value = at + (8 if length == 12 else 12)
            form = "H" if kind == _SHORT else "I"
            return bool(struct.unpack_from(order + form, data, value)[0] & _COPY)
    return False
