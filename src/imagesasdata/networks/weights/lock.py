"""A lock between processes; it is released when its process ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
    import time

    def _take(file: int) -> None:
        while True:
            try:
                # Raised after waiting ten seconds.
                msvcrt.locking(file, msvcrt.LK_LOCK, 1)
                return
            except OSError:
                time.sleep(0.1)
else:
    import fcntl

    def _take(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold a lock on a file, which is created if necessary; wait while another process holds it.

    Yields
    ------
    bool
        Whether the lock is held. Some network disks support no locks; there it is ``False``, and the
        caller continues without one.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        held = True
        try:
            _take(file)
        except OSError:
            held = False
        yield held
    finally:
        os.close(file)
