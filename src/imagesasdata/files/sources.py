"""Where pictures come from: folders, globs, archives and buckets become paths, and paths become bytes."""

from __future__ import annotations

import contextlib
import functools
import glob
import os
import stat
import tarfile
import threading
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from imagesasdata.columns import IMAGE_ID, PATH, VIDEO_ID, VIDEO_PATH, Column
from imagesasdata.errors import ArgumentError, ArgumentTypeError, ImageError
from imagesasdata.files.remote import ask, list_names, open_system, read_bytes, shown

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class Media:
    """A kind of file: its name, its file extensions, its columns in tables.

    Folders are searched for these extensions; a file that is named explicitly is read, whatever its
    extension.
    """

    name: str
    endings: frozenset[str]
    number: Column
    path: Column


_PICTURE_ENDINGS = frozenset(
    [
        ".apng",
        ".avif",
        ".bmp",
        ".dib",
        ".gif",
        ".heic",
        ".heif",
        ".ico",
        ".j2k",
        ".jfif",
        ".jp2",
        ".jpe",
        ".jpeg",
        ".jpg",
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
PICTURES = Media("picture", _PICTURE_ENDINGS, IMAGE_ID, PATH)
VIDEOS = Media("video", _VIDEO_ENDINGS, VIDEO_ID, VIDEO_PATH)

# No camera writes larger pictures; such a file is a video, an archive or a mistake, and would fill
# the memory.
MAX_BYTES = 1 << 29


def is_remote(path: str) -> bool:
    """Whether fsspec opens a path (``s3://``, ``zip://``, ...); a local file needs no fsspec."""
    return ("://" in path and not path.startswith("file://")) or "::" in path


def list_files(where: PathLike | Iterable[PathLike], media: Media = PICTURES) -> list[str]:
    """The pictures or videos of a folder, an archive, a glob, or a list of these, in a fixed order.

    Parameters
    ----------
    where
        A folder (searched recursively, hidden files left out), a ``.zip`` file, a glob (``**`` goes
        into sub-folders), a single picture, an fsspec URL of any of these, or a list of them. In a
        list, a path that is none of these still gets a row, with the reason in ``image_error``.
    media
        What to look for in folders and archives.

    Returns
    -------
    list of str
        Paths. Those found by searching are sorted; the order of a list is kept.

    Raises
    ------
    ArgumentError
        When a folder has no picture, a glob finds none, or a single path does not exist.
    """
    if isinstance(where, (str, os.PathLike)):
        return _list_one(os.fspath(where), media, alone=True)
    paths: list[str] = []
    for item in where:
        if not isinstance(item, (str, os.PathLike)):
            raise ArgumentTypeError(
                f"Expected paths in the list, got {type(item).__name__} ({item!r}).",
                "give a list of strings, a folder, a glob, or a table with a path column.",
            )
        paths.extend(_list_one(os.fspath(item), media, alone=False))
    return paths


def _list_one(where: str, media: Media, *, alone: bool) -> list[str]:
    paths = _list_remote(where, media) if is_remote(where) else _list_local(_local(where), media)
    if paths is None:
        # A part of a file (see parts.py) is listed as it is.
        if alone and not os.path.exists(_local(where).rpartition("#")[0]):
            raise ArgumentError(
                f"There is no folder, {media.name} or archive at {shown(where)!r}.",
                f"relative paths start at the working folder, now {os.getcwd()!r}.",
            )
        return [where]
    if not paths:
        raise ArgumentError(
            f"No {media.name} was found in {shown(where)!r}.",
            f"files ending in {', '.join(sorted(media.endings))} are looked for; "
            "list others by name.",
        )
    return paths


def _list_local(path: str, media: Media) -> list[str] | None:
    """The files that a local path refers to; ``None`` when it does not exist."""
    if os.path.isdir(path):
        paths = []
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            paths += [os.path.join(folder, name) for name in files if _is(media, name)]
        return sorted(paths)
    if os.path.lexists(path):
        if path.lower().endswith(".zip") and zipfile.is_zipfile(path):
            return _list_remote(f"zip://**::{path}", media)
        if path.lower().endswith(".tar") and tarfile.is_tarfile(path):
            return _list_remote(f"tar://**::{path}", media)
        return [path]
    if glob.has_magic(path):
        return sorted(name for name in glob.glob(path, recursive=True) if os.path.isfile(name))
    return None


def _list_remote(url: str, media: Media) -> list[str] | None:
    fs, root = open_system(url)
    if _names_one(url, root, media):
        # Reading will show whether it exists; asking first would double the requests.
        return [url]
    names = list_names(url, functools.partial(_find, fs, root, media))
    if names is None:
        return None
    if names == [root]:
        return [url]
    chain = url.split("::", 1)[1:]
    protocol = url.split("://", 1)[0]
    if protocol in {"http", "https"}:
        return sorted(names)
    return ["::".join([f"{protocol}://{name.lstrip('/')}", *chain]) for name in sorted(names)]


def _names_one(url: str, root: str, media: Media) -> bool:
    """Whether the extension of an address says that it is a single picture."""
    if url.startswith(("http://", "https://")):
        root = root.partition("?")[0]
    return not glob.has_magic(root) and _is(media, root)


def _find(fs: Any, root: str, media: Media) -> list[str] | None:
    """The paths of pictures under ``root``; a file's own path; ``None`` when nothing is there."""
    if glob.has_magic(root):
        # A pattern without an extension, such as zip://**, means only files of this kind.
        ending = os.path.splitext(root)[1]
        names = [str(name) for name in fs.glob(root) if ending or _is(media, str(name))]
        return [name for name in names if not fs.isdir(name)]
    if fs.isdir(root):
        return [str(name) for name in fs.find(root) if _is(media, str(name))]
    return [root] if fs.exists(root) else None


def _is(media: Media, name: str) -> bool:
    base = os.path.basename(name)
    return not base.startswith(".") and os.path.splitext(base)[1].lower() in media.endings


def _local(path: str) -> str:
    return os.path.expanduser(path.removeprefix("file://"))


class Files:
    """Opens local and remote paths from several threads; keeps archives and connections open.

    A context manager, which closes the archives at the end.
    """

    def __init__(self) -> None:
        self._systems: dict[str, AbstractFileSystem] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for system in self._systems.values():
            close = getattr(system, "close", None)
            if close is not None:
                close()
        self._systems.clear()

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises
        ------
        ImageError
            With a short reason, when the file is missing, is not a regular file, may not be read, is
            over `MAX_BYTES`, or its server does not answer.
        """
        if is_remote(path):
            return self._read_remote(path)
        return _read_local(_local(path))

    def stamp(self, path: str) -> str | None:
        """A value that changes with the file's content (size and time, or ETag), without reading it.

        ``None`` when nothing reliable is known, so that the content has to be read.
        """
        if is_remote(path):
            return None
        try:
            status = os.stat(_local(path))
        except (OSError, ValueError):
            return None
        return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"

    @contextlib.contextmanager
    def open(self, path: str) -> Iterator[str | IO[bytes]]:
        """A file of any size: a local file's path, or an open remote file.

        Raises
        ------
        ImageError
            As `read` does, but not for a large file.
        """
        with _reasons():
            if is_remote(path):
                system, inner = self._system(path)
                file = ask(lambda: system.open(inner, "rb"))
            else:
                file = _local(path)
                _check(file)
        if isinstance(file, str):
            yield file
            return
        with file:
            yield file

    def _read_remote(self, url: str) -> bytes:
        with _reasons():
            system, inner = self._system(url)
            # All members of a tar archive are read through one open file.
            alone = self._lock if url.startswith("tar://") else contextlib.nullcontext()
            with alone:
                size = ask(lambda: system.size(inner))
                if size is not None and size > MAX_BYTES:
                    raise ImageError(_too_large(size))
                return ask(lambda: read_bytes(system, inner))

    def _system(self, url: str) -> tuple[Any, str]:
        # An archive is opened once, not for each member: its index may be long.
        first, _, archive = url.partition("::")
        protocol, _, inner = first.partition("://")
        if not archive:
            return open_system(url)
        key = f"{protocol}://::{archive}"
        with self._lock:
            if key not in self._systems:
                self._systems[key] = open_system(url)[0]
            return self._systems[key], inner


def _read_local(path: str) -> bytes:
    with _reasons():
        size = _check(path)
        if size > MAX_BYTES:
            raise ImageError(_too_large(size))
        return Path(path).read_bytes()


def _check(path: str) -> int:
    """The size of a local file, after a check that it can be read."""
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):
        raise ImageError("is a folder, not a picture")
    if not stat.S_ISREG(status.st_mode):
        # Opening a pipe waits for a writer that may never come.
        raise ImageError("is not a regular file (a pipe, socket or device)")
    if not os.access(path, os.R_OK):
        raise PermissionError(path)
    return status.st_size


@contextlib.contextmanager
def _reasons() -> Iterator[None]:
    """Turn a file's errors into an `ImageError` with a short reason."""
    try:
        yield
    except FileNotFoundError:
        raise ImageError("file not found") from None
    except PermissionError:
        raise ImageError("permission denied") from None
    except IsADirectoryError:
        raise ImageError("is a folder, not a picture") from None
    except ValueError as error:
        if "null" not in str(error):
            raise
        raise ImageError(f"not a possible file name: {error}") from None


def _too_large(size: int) -> str:
    return f"file has {size:,} bytes; pictures over {MAX_BYTES:,} bytes are not read"
