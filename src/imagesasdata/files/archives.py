"""Archives: an index that is built once and never changed, and members read from many threads."""

from __future__ import annotations

import bz2
import io
import lzma
import os
import posixpath
import stat
import struct
import tarfile
import tempfile
import threading
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import IO, Any, Protocol

from imagesasdata.errors import ImageError

Opener = Callable[[], AbstractContextManager[IO[bytes]]]

# The largest member that is unpacked to a temporary file (a video); stored ones are read in place.
MAX_UNPACKED = 1 << 32
_CHUNK = 1 << 20
_MAX_LINKS = 8
# What the standard library raises for archives that are damaged.
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,
    IndexError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


_STORED, _DEFLATED, _BZIP2, _LZMA = 0, 8, 12, 14
_UNPACKERS: dict[int, Callable[[], _Unpacker]] = {
    _DEFLATED: lambda: zlib.decompressobj(-15),
    _BZIP2: bz2.BZ2Decompressor,
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where a member is, and how it is packed.

    ``start`` is where a tar member's content or a zip member's own header begins; ``marked`` says
    whether LZMA marks its end; ``problem`` says why it cannot be read, and ``link`` names the member
    that a tar archive has in its place.
    """

    start: int
    packed: int
    size: int
    method: int = _STORED
    crc: int | None = None
    marked: bool = False
    problem: str | None = None
    link: str | None = None


class Archive:
    """The members of a zip or tar archive.

    Parameters
    ----------
    opener
        Opens the archive's file, for one reading at a time.
    kind
        ``"zip"`` or ``"tar"``.

    Attributes
    ----------
    names
        The members' names in the archive's order. Where several have one name, ``#entry=1``,
        ``#entry=2``, ... tell them apart.
    problem
        Why the archive's end, and so the members after these, cannot be read; else ``None``.

    Raises
    ------
    ImageError
        When the archive is damaged.
    """

    def __init__(self, opener: Opener, kind: str) -> None:
        self._opener = opener
        self._kind = kind
        self.problem: str | None = None
        try:
            with opener() as file:
                self._stamp = _stamp(file)
                found = list(_zip_entries(file) if kind == "zip" else self._tar_entries(file))
        except _DAMAGE as error:
            raise ImageError(f"its {kind} archive is damaged: {_said(error)}") from None
        times = Counter(name for name, _ in found)
        self._twice = {name: count for name, count in times.items() if count > 1}
        seen: Counter[str] = Counter()
        self._entries: dict[str, _Entry] = {}
        for name, entry in found:
            seen[name] += 1
            own = f"{name}#entry={seen[name]}" if name in self._twice else name
            self._entries[own] = entry
        self._by_plain = {_plain(name): name for name in reversed(self._entries)}

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def names(self) -> list[str]:
        """The members' names, in the archive's order."""
        return list(self._entries)

    def find(self, name: str) -> str | None:
        """A member's own name, from this or from one with a slash or ``./`` more or less."""
        return name if name in self._entries else self._by_plain.get(_plain(name))

    def read(self, name: str, limit: int, *, most: int | None = None) -> bytes:
        """A member's bytes; ``most`` gives only the first ones, unchecked.

        Raises
        ------
        ImageError
            When it is missing, encrypted, damaged, or has over ``limit`` bytes.
        """
        entry = self._entry(name)
        if most is None and max(entry.size, entry.packed) > limit:
            raise ImageError(
                f"file has {max(entry.size, entry.packed):,} bytes; "
                f"pictures over {limit:,} bytes are not read"
            )
        wanted = entry.size if most is None else min(most, entry.size)
        try:
            with self._opened() as file:
                start = self._content(file, entry)
                file.seek(start)
                # A little more than is wanted, for a packed beginning is not as long.
                data = file.read(entry.packed if most is None else min(entry.packed, most + 4096))
            content = data if entry.method == _STORED else _unpacked(entry, data, wanted)
        except _DAMAGE as error:
            raise ImageError(f"is damaged in its archive: {_said(error)}") from None
        if most is not None:
            return content[:wanted]
        _check(entry, len(content), zlib.crc32(content))
        return content

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A member of any size as an open file, in which one can seek.

        Raises
        ------
        ImageError
            As `read` does; only packed members have a limit, `MAX_UNPACKED`.
        """
        entry = self._entry(name)
        if entry.method == _STORED:
            with self._opened() as file:
                start = self._content(file, entry)
            with io.BufferedReader(_Part(self._opened, start, entry.size), _CHUNK) as part:
                yield part  # type: ignore[misc]
            return
        if max(entry.size, entry.packed) > MAX_UNPACKED:
            raise ImageError(
                f"file has {entry.size:,} bytes, packed in an archive; unpack the archive first"
            )
        with tempfile.TemporaryFile() as whole:
            try:
                self._unpack(entry, whole)
            except _DAMAGE as error:
                raise ImageError(f"is damaged in its archive: {_said(error)}") from None
            whole.seek(0)
            yield whole

    def _unpack(self, entry: _Entry, to: IO[bytes]) -> None:
        with self._opened() as file:
            at = self._content(file, entry)
            if entry.method not in _UNPACKERS:
                file.seek(at)
                to.write(_unpacked(entry, file.read(entry.packed), entry.size))
                return
        end, written, crc, rest = at + entry.packed, 0, 0, b""
        unpacker = _UNPACKERS[entry.method]()
        while written < entry.size and not unpacker.eof:
            if not rest and at < end and getattr(unpacker, "needs_input", True):
                with self._opened() as file:
                    file.seek(at)
                    rest = file.read(min(_CHUNK, end - at))
                at += len(rest)
            data = _next(unpacker, rest, min(_CHUNK, entry.size - written))
            rest = getattr(unpacker, "unconsumed_tail", b"")
            if not data and not rest and at >= end:
                break
            to.write(data)
            written, crc = written + len(data), zlib.crc32(data, crc)
        _check(entry, written, crc)

    def _entry(self, name: str) -> _Entry:
        for _ in range(_MAX_LINKS):
            own = self.find(name)
            if own is None and name in self._twice:
                raise ImageError(
                    f"{self._twice[name]} files in the archive have this name: "
                    "#entry=1, #entry=2, ... after it tell them apart"
                )
            if own is None:
                raise FileNotFoundError(name)
            entry = self._entries[own]
            if entry.link is None:
                break
            name = entry.link
        else:
            raise ImageError("is a link that leads to itself in its archive")
        if entry.problem is not None:
            raise ImageError(entry.problem)
        return entry

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        with self._opener() as file:
            if _stamp(file) != self._stamp:
                raise ImageError("its archive was changed while it was read")
            yield file

    def _content(self, file: IO[bytes], entry: _Entry) -> int:
        if self._kind == "tar":
            return entry.start
        file.seek(entry.start)
        header = file.read(30)
        if header[:4] != b"PK\3\4":
            raise zipfile.BadZipFile("its header is missing")
        name, extra = struct.unpack("<HH", header[26:30])
        return entry.start + 30 + name + extra

    def _tar_entries(self, file: IO[bytes]) -> Iterator[tuple[str, _Entry]]:
        file.seek(0)
        with tarfile.open(
            fileobj=file, mode="r:", encoding="utf-8", errors="backslashreplace"
        ) as tar:
            count = 0
            while True:
                try:
                    info = tar.next()
                except tarfile.TarError as error:
                    if not count:
                        raise
                    self.problem = f"it is damaged after {count} entries: {_said(error)}"
                    return
                if info is None:
                    break
                count += 1
                if not info.isdir():
                    yield info.name, _tar_entry(info)
            file.seek(tar.offset)
            # tarfile takes a damaged header for the end.
            if file.read(tarfile.BLOCKSIZE).strip(b"\0"):
                self.problem = f"it is damaged after {count} entries"


class _Part(io.RawIOBase):
    """A part of a file as a file of its own; each reading opens the whole anew."""

    def __init__(self, opener: Opener, start: int, size: int) -> None:
        self._opener, self._start, self._size, self._at = opener, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        wanted = min(len(buffer), max(0, self._size - self._at))
        if not wanted:
            return 0
        with self._opener() as file:
            file.seek(self._start + self._at)
            data = file.read(wanted)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


@contextmanager
def _held(lock: threading.Lock, file: IO[bytes]) -> Iterator[IO[bytes]]:
    with lock:
        yield file


def shared(file: IO[bytes]) -> Opener:
    """An opener for a file that cannot be opened again, such as one on a server."""
    lock = threading.Lock()
    return lambda: _held(lock, file)


def _zip_entries(file: IO[bytes]) -> Iterator[tuple[str, _Entry]]:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                yield info.filename, _zip_entry(info)


def _zip_entry(info: zipfile.ZipInfo) -> _Entry:
    problem = None
    if info.flag_bits & 1:
        problem = "is encrypted in its archive; unpack the archive with its password first"
    elif stat.S_ISLNK(info.external_attr >> 16):
        problem = "is a link in a zip archive, not a picture"
    elif info.compress_type not in {_STORED, _DEFLATED, _BZIP2, _LZMA}:
        problem = f"is packed in a way that cannot be read (method {info.compress_type} of zip)"
    return _Entry(
        info.header_offset,
        info.compress_size,
        info.file_size,
        info.compress_type,
        info.CRC,
        bool(info.flag_bits & 2),
        problem,
    )


def _tar_entry(info: tarfile.TarInfo) -> _Entry:
    link = problem = None
    if info.islnk():
        link = info.linkname
    elif info.issym():
        link = posixpath.normpath(posixpath.join(posixpath.dirname(info.name), info.linkname))
    elif info.issparse():
        problem = "is a sparse file in its archive; unpack the archive first"
    elif not info.isreg():
        problem = "is not a regular file (a pipe, socket or device)"
    return _Entry(info.offset_data, info.size, info.size, problem=problem, link=link)


def _next(unpacker: _Unpacker, data: bytes, most: int) -> bytes:
    try:
        return unpacker.decompress(data, most)
    except OSError as error:  # of bz2
        raise EOFError(str(error).lower()) from None


def _unpacked(entry: _Entry, data: bytes, wanted: int) -> bytes:
    """The first ``wanted`` bytes; a member that says too little about itself gives one more."""
    if entry.method in _UNPACKERS:
        return _next(_UNPACKERS[entry.method](), data, wanted + 1)
    # Zip's header of LZMA is a version and the length of the properties; the older format of .lzma
    # files wants the properties and the content's size.
    (length,) = struct.unpack("<H", data[2:4])
    size = b"\xff" * 8 if entry.marked else struct.pack("<Q", entry.size)
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=1 << 28)
    return unpacker.decompress(data[4 : 4 + length] + size + data[4 + length :], wanted + 1)


def _check(entry: _Entry, length: int, crc: int) -> None:
    if length < entry.size:
        raise ImageError(f"is cut off in its archive: {length:,} of {entry.size:,} bytes are there")
    if length > entry.size or (entry.crc is not None and crc != entry.crc):
        raise ImageError("is damaged in its archive: its checksum is another one")


def _plain(name: str) -> str:
    return posixpath.normpath(name).lstrip("/")


def _stamp(file: IO[bytes]) -> tuple[int, int] | None:
    try:
        status = os.fstat(file.fileno())
    except (OSError, AttributeError, ValueError):
        return None  # not a file of this machine
    return status.st_size, status.st_mtime_ns


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__
