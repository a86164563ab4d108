"""Atomic writes: a killed run or a full disk leaves no partial file."""

from __future__ import annotations

import glob
import os
import platform
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Bytes of a file's name in that of its temporary file: a name may have 255 bytes in all.
_LONGEST = 80


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path``; it is renamed to ``path`` at the end, or removed on failure."""
    owner = f"{host()}-{os.getpid()}"
    start = shortened(path.name, _LONGEST)
    temporary = path.with_name(f".{start}.{owner}.{uuid.uuid4().hex}.tmp")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file and flush it to disk before returning.

    Raises
    ------
    OSError
        When it cannot be written; an earlier file is unchanged.
    """
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def remove_orphans(folder: Path, name: str | None = None, *, older: float | None = None) -> None:
    """Delete what ended processes left half-written: of one file, or of all.

    On this machine, a file whose process has ended is left over. For other machines that cannot be
    known; with ``older``, files of that many seconds count.
    """
    start = "" if name is None else glob.escape(f"{shortened(name, _LONGEST)}.")
    for path in folder.glob(f".{start}*.tmp"):
        try:
            if is_orphan(path) or (older and time.time() - path.stat().st_mtime > older):
                path.unlink()
        except FileNotFoundError:
            continue  # another process removed it first


def put_aside(path: Path) -> Path:
    """Rename a damaged file, so that it is told once; where that cannot be done, it stays."""
    aside = path.with_suffix(".damaged")
    try:
        os.replace(path, aside)
    except OSError:
        return path
    return aside


def is_orphan(temporary: Path) -> bool:
    """Whether a temporary file of `replacing` belongs to an ended process of this machine."""
    machine, _, process = temporary.name.split(".")[-3].rpartition("-")
    if machine != host() or not process.isdigit() or os.name != "posix":
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def shortened(name: str, most: int) -> str:
    """The beginning of a name, of at most so many bytes."""
    return name.encode("utf-8", "ignore")[:most].decode("utf-8", "ignore")


def host() -> str:
    """The machine's name, without the dots that separate the parts of a temporary file's name."""
    return re.sub(r"\W", "_", platform.node())[:64]
