"""Runs a module in a child process and, at its end, ends every process that it started.

A group of processes is not enough: a program may leave its group. On Linux whatever the child started is
found, because the guard inherits those whose own parent has ended. Elsewhere the module runs in this
process, and its group is what can be ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import runpy
import select
import signal
import sys
from pathlib import Path

# Linux: processes whose parent has ended become children of this one.
_SET_CHILD_SUBREAPER = 36
# Seconds between looks at whether somebody still asks.
_SECONDS = 0.5


def main() -> None:
    """Run the module that the command names, until it or the reader of its answers ends."""
    module = sys.argv[1]
    if sys.platform != "linux":
        runpy.run_module(module, run_name="__main__")
        return
    signals = (signal.SIGTERM, signal.SIGCHLD)
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        runpy.run_module(module, run_name="__main__")
        return
    os.close(1)  # or the reader of the answers would not see that the child has ended
    _wait(child, signals)
    _end_descendants()


def _wait(child: int, signals: tuple[int, ...]) -> None:
    """Wait until the child has ended, nobody can ask it anything any more, or this is to end."""
    asked = select.poll()
    asked.register(0, 0)  # tells only that the other end of the pipe is closed
    while not asked.poll(0):
        told = signal.sigtimedwait(signals, _SECONDS)
        if told is None:
            continue
        if told.si_signo == signal.SIGTERM or os.waitpid(child, os.WNOHANG)[0]:
            return


def _end_descendants() -> None:
    """End the processes below this one, and those that they start meanwhile."""
    with contextlib.suppress(ChildProcessError):  # there is none left
        while True:
            for process in descendants(os.getpid()):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(process, signal.SIGKILL)
            os.waitpid(-1, 0)


def descendants(of: int) -> list[int]:
    """The processes that a process started, those that these started, and so on (Linux)."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # The name, which is in brackets, may itself hold brackets.
            fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [of]
    for process in found:
        found += children.get(process, [])
    return found[1:]


if __name__ == "__main__":
    main()
