"""Why a TIFF is not read, from its directory."""

from __future__ import annotations

import io
import struct

from imagesasdata.files.pillow import TiffImagePlugin

_STARTS = {b"II*\0": "<", b"MM\0*": ">"}
_BITS, _COMPRESSION, _CHANNELS = 258, 259, 277


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
