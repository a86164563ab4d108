"""What a packed file is, from its first bytes: an archive, or a document that is one inside."""

from __future__ import annotations

import zlib

_ARCHIVE = "is a {} archive, not a picture: give it by itself, not in a list"
_PACKED = "is a packed archive ({}), not a picture; unpack it, or pack it as .zip or .tar"
_PACKERS = (
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
_DOCUMENTS = ((b"word/", "Word"), (b"xl/", "Excel"), (b"ppt/", "PowerPoint"))
# Where a zip archive's end mark stands: before a comment of at most 64 KiB.
_ZIP_END = 65_557


def what_archive(data: bytes, *, whole: bool = True) -> str | None:
    """The reason why a packed file is not read as a picture; ``None`` for other files.

    ``whole`` says that the bytes are the whole file, so that an end which is missing is told.
    """
    if data.startswith((b"PK\3\4", b"PK\5\6")):
        return _zip(data, whole=whole)
    if data[257:262] == b"ustar":
        return _ARCHIVE.format("tar")
    if data.startswith(b"\x1f\x8b"):
        return _PACKED.format("tar.gz" if _is_tar(data) else "gzip")
    for start, name in _PACKERS:
        if data.startswith(start):
            return _PACKED.format(name)
    return None


def _zip(data: bytes, *, whole: bool) -> str:
    if whole and b"PK\5\6" not in data[-_ZIP_END:]:
        return "is a zip archive that is damaged or cut off"
    for folder, what in _DOCUMENTS:
        if b"[Content_Types].xml" in data[:4096] and folder in data:
            return f"is a document of {what}, not a picture"
    return _ARCHIVE.format("zip")


def _is_tar(data: bytes) -> bool:
    """Whether a file packed with gzip is a tar archive inside."""
    try:
        return zlib.decompressobj(31).decompress(data[:65536], 512)[257:262] == b"ustar"
    except zlib.error:
        return False
