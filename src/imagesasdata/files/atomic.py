"""Files that are there whole or not at all: a killed run or a full disk leaves no part of one."""

from __future__ import annotations

import os
import platform
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A place to write beside ``path``; it becomes ``path`` at the end, and goes if that fails."""
    owner = f"{host()}-{os.getpid()}"
    temporary = path.with_name(f".{path.name}.{owner}.{uuid.uuid4().hex}.tmp")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is on the disk itself, not in the system's memory, when this returns.

    Raises
    ------
    OSError
        When it cannot be written; what was there before is still there.
    """
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def is_orphan(temporary: Path) -> bool:
    """Whether a file that `replacing` began is one of a process of this machine that is gone."""
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


def host() -> str:
    """The machine's name, without the dots that part a temporary file's name."""
    return re.sub(r"\W", "_", platform.node())
