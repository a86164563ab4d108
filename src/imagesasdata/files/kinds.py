"""What a file is that no reader of pictures or videos takes, from its first bytes."""

from __future__ import annotations

import importlib.util

from imagesasdata.files.media import HEAD, VIDEOS
from imagesasdata.files.packed import what_archive
from imagesasdata.files.pillow import features
from imagesasdata.files.texts import is_playlist, what_text
from imagesasdata.files.tiffs import why_not

_EMPTY = "file is empty (0 bytes)"
UNKNOWN = "is not a picture in a format that can be read"

# The brands of ISO/IEC 23008-12 (HEIF) for pictures that are coded by HEVC, and the two for any
# coding.
_HEIC = frozenset([b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"])
_ANY = frozenset([b"mif1", b"msf1"])
_AVIF = frozenset([b"avif", b"avis", b"avio"])
_SOUND = frozenset([b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "])

_RAW = "a camera's raw file ({}); export it as JPEG or TIFF first"
_EXPORT = "export it as PNG first"

# (position, bytes, what the file is)
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%!", f"is a PostScript program (EPS), which is not run; {_EXPORT}"),
    (0, b"\x04%!", f"is a PostScript program (EPS), which is not run; {_EXPORT}"),
    (0, b"\xc5\xd0\xd3\xc6", f"is a PostScript program (EPS), which is not run; {_EXPORT}"),
    (0, b"%PDF", "is a PDF document, not a picture"),
    (0, b"AT&TFORM", "is a DjVu document, not a picture"),
    (0, b"{\\rtf", "is an RTF document, not a picture"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an Office document, not a picture"),
    (0, b"\xd7\xcd\xc6\x9a", f"is a Windows drawing (WMF); {_EXPORT}"),
    (40, b" EMF", f"is a Windows drawing (EMF); {_EXPORT}"),
    (0, b"8BPS\0\x02", f"is a large Photoshop document (PSB); {_EXPORT}"),
    (0, b"gimp xcf", f"is a GIMP document (XCF); {_EXPORT}"),
    (0, b"\xff\x0a", f"is a JPEG XL picture, which cannot be read yet; {_EXPORT}"),
    (4, b"JXL \r\n\x87\n", f"is a JPEG XL picture, which cannot be read yet; {_EXPORT}"),
    (4, b"ftypcrx ", f"is {_RAW.format('CR3')}"),
    (8, b"CR\x02", f"is {_RAW.format('CR2')}"),
    (6, b"HEAPCCDR", f"is {_RAW.format('CRW')}"),
    (0, b"FUJIFILMCCD-RAW", f"is {_RAW.format('RAF')}"),
    (0, b"IIU\0", f"is {_RAW.format('RW2')}"),
    (0, b"IIRO", f"is {_RAW.format('ORF')}"),
    (0, b"IIRS", f"is {_RAW.format('ORF')}"),
    (0, b"MMOR", f"is {_RAW.format('ORF')}"),
    (0, b"FOVb", f"is {_RAW.format('X3F')}"),
    (128, b"DICM", f"is a DICOM file of a medical scanner; {_EXPORT}"),
    (0, b"SIMPLE  =", f"is a FITS file of a telescope; {_EXPORT}"),
    (0, b"\x89HDF\r\n\x1a\n", f"is an HDF5 file; {_EXPORT}"),
    (0, b"CDF\x01", f"is a NetCDF file; {_EXPORT}"),
    (0, b"\x93NUMPY", "is a NumPy array, not a picture; save it as PNG first"),
    (0, b"PAR1", "is a table (Parquet), not a picture; read the table first"),
    (0, b"ARROW1", "is a table (Arrow), not a picture; read the table first"),
    (0, b"SQLite format 3\0", "is a database (SQLite), not a picture; read the table first"),
    (0, b"\x1aE\xdf\xa3", "is a video (Matroska or WebM), not a picture"),
    (0, b"FLV\x01", "is a video (FLV), not a picture"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "is a video (WMV), not a picture"),
    (0, b"\0\0\x01\xba", "is a video (MPEG), not a picture"),
    (0, b"\0\0\x01\xb3", "is a video (MPEG), not a picture"),
    (8, b"AVI ", "is a video (AVI), not a picture"),
    (8, b"WAVE", "is a sound, not a picture"),
    (0, b"ID3", "is a sound, not a picture"),
    (0, b"fLaC", "is a sound, not a picture"),
    (0, b"OggS", "is a sound or a video (Ogg), not a picture"),
    (0, b"MZ", f"{UNKNOWN}: it is a program"),
    (0, b"\x7fELF", f"{UNKNOWN}: it is a program"),
    (0, b"\0\x05\x16\x07", "is a file of macOS beside a picture (its name begins with ._)"),
    (0, b"bplist00", "is a settings file of macOS, not a picture"),
    (0, b"version https://git-lfs", "is a pointer of Git LFS, not the picture; run git lfs pull"),
    (0, b"L\0\0\0\x01\x14\x02\0", "is a shortcut of Windows to a file; give that file"),
)

# The first bytes of formats that are read, for a file that its reader refuses.
_READ: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"GIF8", "GIF"),
    (8, b"WEBP", "WebP"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"II+\0", "TIFF"),
    (0, b"MM\0+", "TIFF"),
    (0, b"BM", "BMP"),
    (0, b"8BPS", "Photoshop"),
    (4, b"jP  \r\n\x87\n", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"DDS ", "DDS"),
    (0, b"qoif", "QOI"),
)


def what_else(data: bytes) -> str:
    """The reason why bytes are not read as a picture: what they are instead."""
    if not data:
        return _EMPTY
    found = _known(data, whole=True) or why_not(data)
    if found is not None:
        return found
    name = _picture(data)
    if name is not None:
        return f"is a damaged {name} picture, or one of a rare kind"
    if not data[:4096].strip(b"\0"):
        return "begins with zeros alone, as after a copy or download that failed"
    return UNKNOWN


def no_video(start: bytes) -> str | None:
    """The reason why a file is no video, from its first bytes; ``None`` if they do not tell."""
    if not start:
        return _EMPTY
    # The few bytes of a video that is cut off could be a text.
    if VIDEOS.begins(start[:HEAD]) or (len(start) < HEAD and not is_playlist(start)):
        return None
    if _picture(start) is not None:
        return "is a picture, not a video"
    found = _known(start, whole=False)
    return found and found.removesuffix(f"; {_EXPORT}").replace("not a picture", "not a video")


def _known(data: bytes, *, whole: bool) -> str | None:
    """What a file is that is no picture; ``None`` when the bytes do not tell."""
    for position, start, what in _SIGNATURES:
        if data.startswith(start, position):
            return what
    return _media(data) or what_archive(data, whole=whole) or what_text(data)


def _picture(data: bytes) -> str | None:
    """The name of the format of pictures that bytes begin like."""
    names = (name for position, start, name in _READ if data.startswith(start, position))
    return next(names, None)


def cut_off(data: bytes) -> str | None:
    """The reason when a WebP file has fewer bytes than it says; ``None`` for all others."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    said = int.from_bytes(data[4:8], "little") + 8
    # Some programs leave out the byte that makes the length even.
    missing = said - len(data)
    if missing <= 1:
        return None
    return f"picture is truncated: {missing:,} of {said:,} bytes are missing"


def brands(data: bytes) -> list[bytes]:
    """The brands of an ISO media file (HEIC, AVIF, MP4), its own first; none for other files."""
    if data[4:8] != b"ftyp":
        return []
    end = min(max(int.from_bytes(data[:4], "big"), 16), len(data), 1024)
    return [data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))]


def is_avif(data: bytes) -> bool:
    """Whether the bytes are an AVIF picture, by their brands."""
    named = brands(data)
    if not named or named[0] not in _AVIF | _ANY:
        return False
    return not _AVIF.isdisjoint(named)


def is_heic(data: bytes) -> bool:
    """Whether the bytes are a HEIC picture, by their brands."""
    named = brands(data)
    return bool(named) and named[0] in _HEIC | _ANY and not is_avif(data)


def heic_reader() -> str | None:
    """The name of an installed package that reads HEIC pictures."""
    known = ("pi_heif", "pillow_heif")
    return next((name for name in known if importlib.util.find_spec(name) is not None), None)


def _media(data: bytes) -> str | None:
    named = brands(data)
    if not named:
        return None
    if is_avif(data):
        if features.check("avif"):
            return "is a damaged AVIF picture"
        return "is an AVIF picture; install a newer Pillow to read these (pip install -U pillow)"
    if is_heic(data):
        if heic_reader() is not None:
            return "is a damaged HEIC picture"
        return (
            "is a HEIC picture; install the package pi-heif to read these "
            "(pip install 'imagesasdata[heic]')"
        )
    return "is a sound, not a picture" if named[0] in _SOUND else "is a video, not a picture"
