"""Decoding in separate processes: a crash or hang of a decoder costs one picture, not the run."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any

from imagesasdata.errors import ImageError

# The module that a process of the pool runs.
DECODER = "imagesasdata.files.decoder_process"

# The current pool. Not a ContextVar, because loader threads would not see it.
_pool: DecoderPool | None = None


def pool() -> DecoderPool | None:
    """The processes that decode, within a ``with iad.isolate():``."""
    return _pool


@contextlib.contextmanager
def decode_in(pool: DecoderPool) -> Iterator[None]:
    """Decode in the processes of a pool within a ``with`` block, and end them with it."""
    global _pool
    before, _pool = _pool, pool
    try:
        yield
    finally:
        _pool = before
        pool.close()


class DecoderPool:
    """Decoder processes, one for each thread that waits for a picture.

    Parameters
    ----------
    seconds
        The time limit for one picture.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()

    def ask(self, what: str, data: bytes, **options: Any) -> tuple[dict[str, Any], bytes]:
        """Send a picture to `imagesasdata.files.decoder_process` and return the answer.

        Raises
        ------
        ImageError
            When the picture cannot be decoded, crashes the decoder or takes too long.
        """
        process = self._take()
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._seconds, give_up)
        timer.start()
        try:
            answer = _exchange(process, {"what": what, "options": options}, data)
        except (OSError, EOFError, ValueError):
            process.kill()
            _end(process)
            raise ImageError(
                f"decoding took over {self._seconds:g} seconds and was given up"
                if late.is_set()
                else "the decoder crashed on this picture"
            ) from None
        finally:
            timer.cancel()
            timer.join()
        # The timer may have fired while the answer arrived.
        if late.is_set():
            _end(process)
        else:
            self._idle.put(process)
        header, rest = answer
        if "error" in header:
            raise ImageError(header["error"])
        return header, rest

    def close(self) -> None:
        """End the processes."""
        while True:
            try:
                process = self._idle.get_nowait()
            except queue.Empty:
                return
            process.kill()
            _end(process)

    def _take(self) -> subprocess.Popen[bytes]:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return subprocess.Popen(
                [sys.executable, "-m", DECODER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )


def send(file: IO[bytes], header: dict[str, Any], data: bytes) -> None:
    """Write a message: a line of JSON, then as many bytes as it states. It cannot run code."""
    file.write(json.dumps({**header, "size": len(data)}).encode() + b"\n")
    file.write(data)
    file.flush()


def receive(file: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Read a message that `send` wrote.

    Raises
    ------
    EOFError
        When the other side is gone.
    """
    line = file.readline()
    if not line:
        raise EOFError
    header = json.loads(line)
    data = file.read(header["size"])
    if len(data) < header["size"]:
        raise EOFError
    return header, data


def _exchange(
    process: subprocess.Popen[bytes], header: dict[str, Any], data: bytes
) -> tuple[dict[str, Any], bytes]:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    send(process.stdin, header, data)
    return receive(process.stdout)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
