"""From a path to the bytes of its file, on this machine, in an archive or on a server."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import stat
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from imagesasdata.errors import ImageError
from imagesasdata.files.addresses import Member, is_remote, local, nested, parse_member
from imagesasdata.files.archives import Archive, Opener, shared
from imagesasdata.files.media import HEAD, MAX_BYTES, PICTURES, TABLES, ending_of, too_large
from imagesasdata.files.packed import what_archive
from imagesasdata.files.reasons import file_reasons
from imagesasdata.files.remote import ask, fetch, gives_parts, open_system

PathLike = str | os.PathLike[str]


# Indexes of archives that are kept at once; a member takes some 300 bytes.
_MOST_MEMBERS = 1_000_000
_MOST_ARCHIVES = 1000
# An archive in an archive in an archive.
_MAX_NESTED = 3


class Files:
    """Opens local and remote paths from several threads; keeps the indexes of archives.

    A context manager, which forgets the archives at the end.
    """

    def __init__(self) -> None:
        self._archives: OrderedDict[tuple[str, str], _Slot] = OrderedDict()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._archives.clear()

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises
        ------
        ImageError
            With a short reason, when the file is missing, is not a regular file, may not be read, is
            over `MAX_BYTES`, or its server does not answer; also when it is an archive or a table.
        """
        with file_reasons():
            member = parse_member(path)
            if member is not None:
                data = self.archive(member).read(member.name, MAX_BYTES)
            elif is_remote(path):
                data = _read_remote(path)
            else:
                data = _read_local(local(path))
        refuse_other_kinds(path, data)
        return data

    def stamp(self, path: str) -> str | None:
        """A value that changes with the file's content (size and time, or ETag), without reading it.

        ``None`` when nothing reliable is known, so that the content has to be read.
        """
        if is_remote(path):
            return None
        try:
            status = os.stat(local(path))
        except (OSError, ValueError):
            return None
        return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"

    @contextlib.contextmanager
    def open(self, path: str) -> Iterator[str | IO[bytes]]:
        """A file of any size: a local file's path, or an open file from elsewhere.

        Raises
        ------
        ImageError
            As `read` does, but not for a large file.
        """
        with contextlib.ExitStack() as stack:
            with file_reasons("file"):
                member = parse_member(path)
                if member is not None:
                    file = stack.enter_context(self.archive(member).open(member.name))
                elif is_remote(path):
                    system, inner = open_system(path)
                    file = stack.enter_context(ask(lambda: system.open(inner, "rb")))
                else:
                    file = local(path)
                    _check(file)
            yield file

    def archive(self, member: Member) -> Archive:
        """The archive of a member, opened once.

        Raises
        ------
        ImageError
            When it is missing or damaged.
        """
        key = (member.kind, member.archive)
        with self._lock:
            slot = self._archives.setdefault(key, _Slot())
            self._archives.move_to_end(key)
        with slot.lock:
            if slot.made is None:
                try:
                    slot.made = Archive(self._opener(member.archive), member.kind)
                except FileNotFoundError:
                    slot.made = ImageError("file not found (there is no such archive)")
                except ImageError as error:
                    slot.made = error
                self._forget()
        if isinstance(slot.made, ImageError):
            raise ImageError(slot.made.message)
        return slot.made

    def _opener(self, archive: str) -> Opener:
        if parse_member(archive) is not None:
            return shared(io.BytesIO(self._inner(archive)))
        if is_remote(archive):
            system, inner = open_system(archive)
            if gives_parts(system, inner):
                return shared(ask(lambda: system.open(inner, "rb")))
            return shared(io.BytesIO(fetch(system, inner)))
        file = local(archive)
        _check(file)
        return functools.partial(open, file, "rb")

    def _inner(self, path: str) -> bytes:
        """An archive that lies in another one."""
        member = parse_member(path)
        if member is None or nested(path) > _MAX_NESTED:
            raise ImageError("lies in too many archives, one in another")
        return self.archive(member).read(member.name, MAX_BYTES)

    def _forget(self) -> None:
        """Drop the indexes that were used longest ago, so that many archives fit into memory."""
        with self._lock:
            while len(self._archives) > 1 and (
                sum(slot.members for slot in self._archives.values()) > _MOST_MEMBERS
                or len(self._archives) > _MOST_ARCHIVES
            ):
                self._archives.popitem(last=False)


class _Slot:
    """A place for an archive that one thread opens while the others wait."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made: Archive | ImageError | None = None

    @property
    def members(self) -> int:
        return len(self.made) if isinstance(self.made, Archive) else 0


def _read_remote(url: str) -> bytes:
    system, inner = open_system(url)
    return fetch(system, inner)


def _read_local(path: str) -> bytes:
    size = _check(path)
    if size > MAX_BYTES:
        raise ImageError(too_large(size))
    return Path(path).read_bytes()


def refuse_other_kinds(path: str, data: bytes) -> None:
    """Say of an archive or a table that it is one.

    Raises
    ------
    ImageError
        When the bytes are an archive's, or the name is a table's and the bytes are not a picture's.
    """
    if PICTURES.begins(data[:HEAD]):
        return
    ending = ending_of(path)
    if ending in TABLES:
        raise ImageError(f"is a table ({ending}), not a picture")
    archive = what_archive(data)
    if archive is not None:
        raise ImageError(archive)


def _check(path: str) -> int:
    """The size of a local file, after a check that it can be read."""
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):
        os.scandir(path).close()  # or it raises: permission denied
        raise IsADirectoryError
    if not stat.S_ISREG(status.st_mode):
        # Opening a pipe waits for a writer that may never come.
        raise ImageError("is not a regular file (a pipe, socket or device)")
    if not os.access(path, os.R_OK):
        raise PermissionError(path)
    return status.st_size
