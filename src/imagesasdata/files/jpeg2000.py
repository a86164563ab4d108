"""JPEG 2000: whether all tiles of a picture are there, whose pixels its decoder leaves black."""

from __future__ import annotations

import struct

from imagesasdata.errors import ImageError

_START, _PART = b"\xff\x4f\xff\x51", 0xFF90  # SOC and SIZ; SOT
_MOST_PARTS = 1 << 20


def check_tiles(data: bytes) -> None:
    """Refuse a picture that lacks tiles.

    Raises
    ------
    ImageError
        With the number of tiles that are missing.
    """
    start = _codestream(data)
    if start is None or len(data) < start + 40:
        return
    right, bottom, _, _, width, height, left, top = struct.unpack(
        ">8I", data[start + 8 : start + 40]
    )
    if not width or not height:
        return
    wanted = -(-(right - left) // width) * -(-(bottom - top) // height)
    found = len(_tiles(data, start + 2))
    if found < wanted:
        raise ImageError(
            f"picture is truncated: {wanted - found:,} of its {wanted:,} tiles are missing"
        )


def _codestream(data: bytes) -> int | None:
    """Where the coded picture begins, by itself or in the boxes of a .jp2 file."""
    at = 0
    while not data.startswith(_START, at):
        if at + 16 > len(data):
            return None
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        head = 8
        if size == 1:
            (size,) = struct.unpack(">Q", data[at + 8 : at + 16])
            head = 16
        if kind == b"jp2c":
            at += head
            return at if data.startswith(_START, at) else None
        if size < head:
            return None
        at += size
    return at


def _tiles(data: bytes, at: int) -> set[int]:
    """The numbers of the tiles of which a part is there."""
    found: set[int] = set()
    for _ in range(_MOST_PARTS):
        if at + 12 > len(data):
            break
        marker, length = struct.unpack(">HH", data[at : at + 4])
        if marker == _PART:
            tile, length = struct.unpack(">HI", data[at + 4 : at + 10])
            found.add(tile)
            if length < 12:  # 0 stands for all that follows
                break
            at += length
        elif marker >> 8 == 0xFF:
            at += 2 + length
        else:
            break
    return found
