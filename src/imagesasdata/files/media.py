"""Kinds of media: the endings of their files' names, the beginnings of their content, their columns."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from imagesasdata.columns import IMAGE_ID, PATH, VIDEO_ID, VIDEO_PATH, Column

# No camera writes larger pictures; such a file is a video, an archive or a mistake, and would fill
# the memory.
MAX_BYTES = 1 << 29

# How many bytes of a file `Media.begins` wants.
HEAD = 32


@dataclass(frozen=True)
class Media:
    """A kind of file: its name, its endings, the beginnings of its content, its columns in tables.

    Folders are searched for these endings; a file that is named explicitly is read, whatever its
    ending.
    """

    name: str
    endings: frozenset[str]
    beginning: re.Pattern[bytes]
    others: frozenset[str]
    number: Column
    path: Column

    def ends(self, name: str) -> bool:
        """Whether a file's name has an ending of this kind."""
        return ending_of(name) in self.endings

    def may_be(self, name: str) -> bool:
        """Whether a name without a proper ending is worth a look at the content.

        Servers and downloads give pictures any ending (``x.jpg_large``, ``x.php``) or none. Those in
        ``others`` begin as such a file does and are something else.
        """
        return ending_of(name) not in self.others

    def begins(self, head: bytes) -> bool:
        """Whether a file's first `HEAD` bytes are those of such a file."""
        return self.beginning.match(head) is not None


_PICTURE_ENDINGS = frozenset(
    [
        ".apng",
        ".avif",
        ".bmp",
        ".dib",
        ".gif",
        ".heic",
        ".heif",
        ".hif",
        ".ico",
        ".j2c",
        ".j2k",
        ".jfif",
        ".jp2",
        ".jpe",
        ".jpeg",
        ".jpf",
        ".jpg",
        ".jpx",
        ".jxl",
        ".mpo",
        ".pbm",
        ".pgm",
        ".png",
        ".pnm",
        ".ppm",
        ".tga",
        ".tif",
        ".tiff",
        ".webp",
    ]
)
_PICTURE_BEGINNING = re.compile(
    rb"\xff\xd8\xff"  # JPEG
    rb"|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF....WEBP"
    rb"|II\*\0|MM\0\*|II\+\0|MM\0\+"  # TIFF
    rb"|BM.{4}\0{4}"
    rb"|\0\0\0\x0c(?:jP  |JXL )|\xff\x0a|\xff\x4f\xff\x51"  # JPEG 2000, JPEG XL
    rb"|....ftyp(?:he[iv][cmsx]|mif1|msf1|avi[fs])",
    re.DOTALL,
)
# Raw files of cameras, which are TIFF or HEIF files inside, the small picture beside a video, and
# downloads that have not ended.
_NO_PICTURES = frozenset(
    [
        ".3fr",
        ".arw",
        ".cr2",
        ".cr3",
        ".crdownload",
        ".crw",
        ".dcr",
        ".dng",
        ".erf",
        ".fff",
        ".iiq",
        ".kdc",
        ".mef",
        ".mos",
        ".mrw",
        ".nef",
        ".nrw",
        ".orf",
        ".part",
        ".pef",
        ".raf",
        ".raw",
        ".rw2",
        ".rwl",
        ".sr2",
        ".srf",
        ".srw",
        ".thm",
        ".x3f",
    ]
)
_VIDEO_ENDINGS = frozenset(
    [
        ".3gp",
        ".avi",
        ".flv",
        ".m2ts",
        ".m4v",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".ogv",
        ".ts",
        ".webm",
        ".wmv",
    ]
)
_VIDEO_BEGINNING = re.compile(
    rb"....ftyp(?!he[iv][cmsx]|mif1|msf1|avi[fs]|M4A|crx)"
    rb"|....(?:moov|mdat|wide)|\x1a\x45\xdf\xa3|RIFF....AVI |FLV\x01|OggS"
    rb"|\0\0\x01[\xb3\xba]|\x30\x26\xb2\x75\x8e\x66\xcf\x11",
    re.DOTALL,
)
# Sounds, in the same containers.
_NO_VIDEOS = frozenset(
    [".aax", ".m4a", ".m4b", ".m4p", ".mka", ".oga", ".ogg", ".opus", ".spx", ".wma"]
)
# Endings of tables, and how pandas reads such a file; it does not read those of R.
TABLES = {
    ".csv": "pandas.read_csv({})",
    ".tsv": 'pandas.read_csv({}, sep="\\t")',
    ".parquet": "pandas.read_parquet({})",
    ".feather": "pandas.read_feather({})",
    ".arrow": "pandas.read_feather({})",
    ".xlsx": "pandas.read_excel({})",
    ".xls": "pandas.read_excel({})",
    ".ods": "pandas.read_excel({})",
    ".dta": "pandas.read_stata({})",
    ".sav": "pandas.read_spss({})",
    ".rds": None,
    ".rdata": None,
    ".jsonl": "pandas.read_json({}, lines=True)",
    ".sqlite": 'pandas.read_sql("select * from TABLE", sqlite3.connect({}))',
}
# The shell reads these.
_OF_SHELL = (".csv", ".parquet", ".feather", ".dta")
PICTURES = Media("picture", _PICTURE_ENDINGS, _PICTURE_BEGINNING, _NO_PICTURES, IMAGE_ID, PATH)
VIDEOS = Media("video", _VIDEO_ENDINGS, _VIDEO_BEGINNING, _NO_VIDEOS, VIDEO_ID, VIDEO_PATH)


def ending_of(name: str) -> str:
    """A file name's ending in small letters, with its dot; ``""`` if it has none."""
    return os.path.splitext(name.rpartition("/")[2])[1].lower()


def how_to_read(file: str, ending: str) -> str:
    """The hint for a table's file that is given where pictures are expected."""
    call = TABLES[ending]
    if call is None:
        return "in R, write it with write.csv or arrow::write_parquet, and give that table."
    hint = f'read it first: iad.read_images({call.format(repr(file))}, path="THE_COLUMN_OF_PATHS").'
    return hint if ending in _OF_SHELL else f"{hint} For the shell, save it as .csv or .parquet."


def is_hidden(name: str) -> bool:
    """Whether a file or folder belongs to the system, not to the user: such are never listed."""
    return name.startswith(".") or name.lower() in {"thumbs.db", "desktop.ini", "__macosx"}


def too_large(size: int | None = None) -> str:
    """Why a file over `MAX_BYTES` is not read, with its size if that is known."""
    if size is None:
        return f"file has over {MAX_BYTES:,} bytes; larger pictures are not read"
    return f"file has {size:,} bytes; pictures over {MAX_BYTES:,} bytes are not read"
