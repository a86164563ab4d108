"""Where pictures come from: folders, globs, archives and buckets become paths, and paths become bytes."""

from __future__ import annotations

import glob
import os
import stat
import threading
import zipfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from imagesasdata.errors import ArgumentError, ArgumentTypeError, ImageError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

PathLike = str | os.PathLike[str]

# What a folder is searched for. A path that is named outright is tried whatever its ending.
EXTENSIONS = frozenset(
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
# No camera writes such a file; it is a video, an archive or a mistake, and would fill the memory.
MAX_BYTES = 1 << 29


def is_remote(path: str) -> bool:
    """Whether a path is one that fsspec opens (``s3://``, ``zip://``, ...), not a local file's."""
    return ("://" in path and not path.startswith("file://")) or "::" in path


def list_images(where: PathLike | Iterable[PathLike]) -> list[str]:
    """The pictures of a folder, an archive, a glob, or a list of these, in a fixed order.

    Parameters
    ----------
    where
        A folder (searched recursively, hidden files left out), a ``.zip`` file, a glob (``**`` goes
        into sub-folders), a single picture, an fsspec URL of any of these, or a list of them. In a
        list, a path that is none of these stays as it is: it is a row, and what is wrong with it
        becomes that row's ``image_error``.

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
        return _list_one(os.fspath(where), alone=True)
    paths: list[str] = []
    for item in where:
        if not isinstance(item, (str, os.PathLike)):
            raise ArgumentTypeError(
                f"Expected paths in the list, got {type(item).__name__} ({item!r}).",
                "give a list of strings, a folder, a glob, or a table with a path column.",
            )
        paths.extend(_list_one(os.fspath(item), alone=False))
    return paths


def _list_one(where: str, *, alone: bool) -> list[str]:
    found = _list_remote(where) if is_remote(where) else _list_local(_local(where))
    if found is None:
        if alone:
            raise ArgumentError(
                f"There is no folder, picture or archive at {where!r}.",
                f"relative paths start at the working folder, now {os.getcwd()!r}.",
            )
        return [where]
    if not found:
        raise ArgumentError(
            f"No picture was found in {where!r}.",
            f"files ending in {', '.join(sorted(EXTENSIONS))} are looked for; list others by name.",
        )
    return found


def _list_local(path: str) -> list[str] | None:
    """The pictures a local path stands for; ``None`` when there is nothing of that name."""
    if os.path.isdir(path):
        found = []
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            found += [os.path.join(folder, name) for name in files if _is_picture(name)]
        return sorted(found)
    if os.path.lexists(path):
        if path.lower().endswith(".zip") and zipfile.is_zipfile(path):
            return _list_remote(f"zip://**::{path}")
        return [path]
    if glob.has_magic(path):
        return sorted(name for name in glob.glob(path, recursive=True) if os.path.isfile(name))
    return None


def _list_remote(url: str) -> list[str] | None:
    import fsspec

    fs, root = fsspec.core.url_to_fs(url)
    if glob.has_magic(root):
        # In a pattern that names no ending, such as zip://**, only pictures are meant.
        ending = os.path.splitext(root)[1]
        names = [name for name in fs.glob(root) if ending or _is_picture(name)]
        names = [name for name in names if not fs.isdir(name)]
    elif fs.isdir(root):
        names = [name for name in fs.find(root) if _is_picture(name)]
    else:
        return None if not fs.exists(root) else [url]
    chain = url.split("::", 1)[1:]
    protocol = url.split("://", 1)[0]
    if protocol in {"http", "https"}:
        return sorted(names)
    return ["::".join([f"{protocol}://{str(name).lstrip('/')}", *chain]) for name in sorted(names)]


def _is_picture(name: str) -> bool:
    base = os.path.basename(name)
    return not base.startswith(".") and os.path.splitext(base)[1].lower() in EXTENSIONS


def _local(path: str) -> str:
    return os.path.expanduser(path.removeprefix("file://"))


class Files:
    """Opens paths, local or remote, from several threads; keeps archives and connections open.

    Use as a context manager: leaving it closes the archives that were opened.
    """

    def __init__(self) -> None:
        self._systems: dict[str, AbstractFileSystem] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Files:
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
            With a short reason, when the file is missing, is no regular file, may not be read, is
            over `MAX_BYTES`, or its server does not answer.
        """
        if is_remote(path):
            return self._read_remote(path)
        return _read_local(_local(path))

    def stamp(self, path: str) -> str | None:
        """What changes when a file's content does (size and time, or ETag), without reading it.

        ``None`` when nothing reliable is known; the content then has to be read.
        """
        if is_remote(path):
            return None
        try:
            status = os.stat(_local(path))
        except (OSError, ValueError):
            return None
        return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"

    def _read_remote(self, url: str) -> bytes:
        try:
            system, inner = self._system(url)
            size = system.size(inner)
            if size is not None and size > MAX_BYTES:
                raise ImageError(_too_large(size))
            return system.cat_file(inner)
        except FileNotFoundError:
            raise ImageError("file not found") from None
        except PermissionError:
            raise ImageError("permission denied") from None
        except IsADirectoryError:
            raise ImageError("is a folder, not a picture") from None

    def _system(self, url: str) -> tuple[Any, str]:
        import fsspec

        # An archive is opened once, not once a member: its index may be long.
        first, _, archive = url.partition("::")
        protocol, _, inner = first.partition("://")
        if not archive:
            return fsspec.core.url_to_fs(url)
        place = f"{protocol}://::{archive}"
        with self._lock:
            if place not in self._systems:
                self._systems[place] = fsspec.core.url_to_fs(url)[0]
            return self._systems[place], inner


def _read_local(path: str) -> bytes:
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise ImageError("is a folder, not a picture")
        if not stat.S_ISREG(status.st_mode):
            # Opening a pipe waits for a writer that may never come.
            raise ImageError("is not a regular file (a pipe, socket or device)")
        if status.st_size > MAX_BYTES:
            raise ImageError(_too_large(status.st_size))
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise ImageError("file not found") from None
    except PermissionError:
        raise ImageError("permission denied") from None
    except ValueError as error:  # a null character in the name
        raise ImageError(f"not a possible file name: {error}") from None


def _too_large(size: int) -> str:
    return f"file has {size:,} bytes; pictures over {MAX_BYTES:,} bytes are not read"
