"""Finds known files inside archives; names in an archive are never used as paths."""

from __future__ import annotations

import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from imagesasdata.errors import WeightsError

_MOST_MEMBERS = 100_000
# A small archive can unpack to a huge size; no published weights are this large.
_LARGEST = 64 << 30
_LONGEST_READ = 16 << 20
_DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,  # a compression that Python does not support
    RuntimeError,  # a zip file under a password
)


class Content:
    """A member's bytes, decompressed while they are read."""

    def __init__(self, archive: Path, file: IO[bytes]) -> None:
        self._archive = archive
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes.

        Raises
        ------
        WeightsError
            When the archive is damaged.
        """
        try:
            return self._file.read(size)
        except _DAMAGE as error:
            raise _damaged(self._archive, error) from error


class Member(NamedTuple):
    """A file inside an archive: its name there, its size in bytes, and its content."""

    name: str
    size: int
    content: Content


def is_archive(path: Path) -> bool:
    """Whether a file is a .zip, .tar or .tgz by its first bytes."""
    with path.open("rb") as file:
        head = file.read(512)
    return head[:4] == b"PK\3\4" or head[:2] == b"\x1f\x8b" or head[257:262] == b"ustar"


def members(path: Path) -> Iterator[Member]:
    """The files inside an archive, one after another; each is readable until the next is yielded.

    Raises
    ------
    WeightsError
        When the archive is damaged, or unpacks to more than weights can be.
    """
    with path.open("rb") as file:
        head = file.read(2)
    try:
        yield from _in_zip(path) if head == b"PK" else _in_tar(path, gzipped=head == b"\x1f\x8b")
    except _DAMAGE as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> WeightsError:
    return WeightsError(f"The archive {str(path)!r} cannot be read: {error}.")


def _in_zip(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist()[:_MOST_MEMBERS]:
            if not info.is_dir():
                with archive.open(info) as content:
                    yield Member(info.filename, info.file_size, Content(path, content))


def _in_tar(path: Path, *, gzipped: bool) -> Iterator[Member]:
    with (
        path.open("rb") as plain,
        closing(gzip.GzipFile(fileobj=plain)) as unpacked,
        closing(_Guard(unpacked if gzipped else plain)) as guard,
        tarfile.open(fileobj=cast("IO[bytes]", guard), mode="r:") as archive,
    ):
        for count, info in enumerate(archive):
            if count >= _MOST_MEMBERS:
                raise ValueError("it has too many members")
            # Links and devices are not files, whatever they point to.
            if info.isreg() and (content := archive.extractfile(info)) is not None:
                yield Member(info.name, info.size, Content(path, content))


class _Guard:
    """A file that refuses reads larger, or positions further, than a valid archive needs."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _LONGEST_READ:
            raise ValueError("it asks for more memory than a file's name can need")
        return self._file.read(size)

    def seek(self, place: int, whence: int = 0) -> int:
        if place > _LARGEST:
            raise ValueError("it unpacks to more than weights can be")
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        """Do nothing: the caller closes the file."""
