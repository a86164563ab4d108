"""Decoding in separate processes: a crash or hang of a decoder costs one picture, not the run."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any

from imagesasdata.errors import ImageError

# The module that a process of the pool runs.
DECODER = "imagesasdata.files.decoder_process"
# Python and its packages start in a second or two; on a busy machine it takes longer.
_START_SECONDS = 120.0
# The most bytes of a message's first line, which holds all pages of a file, and of its pixels.
_LONGEST, _LARGEST = 1 << 26, 1 << 33

Answer = tuple[dict[str, Any], bytes]

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
        self._idle: queue.SimpleQueue[_Decoder] = queue.SimpleQueue()

    def ask(self, what: str, data: bytes, **options: Any) -> Answer:
        """Send a picture to `imagesasdata.files.decoder_process` and return the answer.

        Raises
        ------
        ImageError
            When the picture cannot be decoded, crashes the decoder or takes too long.
        """
        decoder = self._take()
        try:
            header, rest = decoder.ask({"what": what, "options": options}, data, self._seconds)
        except TimeoutError:
            decoder.end()
            raise ImageError(
                f"decoding took over {self._seconds:g} seconds and was given up"
            ) from None
        except EOFError:
            decoder.end()
            raise ImageError("the decoder crashed on this picture") from None
        except BaseException:
            decoder.end()
            raise
        self._idle.put(decoder)
        if "error" in header:
            raise ImageError(header["error"])
        return header, rest

    def close(self) -> None:
        """End the processes."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().end()

    def _take(self) -> _Decoder:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return _Decoder()


class _Decoder:
    """A process that decodes, and a thread that talks to it.

    The thread may wait for ever: a program that a decoder started can keep the pipe open after the
    decoder's end. So it is a daemon, and who asks waits for the thread, with a limit.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", DECODER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # In a group of its own, so that whatever it starts ends with it.
            start_new_session=True,
        )
        self._questions: queue.SimpleQueue[tuple[dict[str, Any], bytes] | None] = (
            queue.SimpleQueue()
        )
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        threading.Thread(target=self._talk, name="iad-isolate", daemon=True).start()
        self._started = False

    def ask(self, header: dict[str, Any], data: bytes, seconds: float) -> Answer:
        """Send a message and wait for the answer.

        Raises
        ------
        TimeoutError
            When there is none after some seconds.
        EOFError
            When the process has ended.
        """
        if not self._started:
            self._wait(_START_SECONDS)
            self._started = True
        self._questions.put((header, data))
        return self._wait(seconds)

    def end(self) -> None:
        """End the process and all that it started."""
        self._questions.put(None)
        if os.name == "posix":
            # Before the wait below, its number cannot belong to another process.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()

    def _wait(self, seconds: float) -> Answer:
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError from None
        if answer is None:
            raise EOFError
        return answer

    def _talk(self) -> None:
        """Pass on messages until one of the two sides ends."""
        to, back = self._process.stdin, self._process.stdout
        if to is None or back is None:
            return
        try:
            self._answers.put(receive(back))  # says that it has started
            while (question := self._questions.get()) is not None:
                send(to, *question)
                self._answers.put(receive(back))
        except (OSError, EOFError, ValueError):
            self._answers.put(None)
        for pipe in (to, back):
            with contextlib.suppress(OSError):
                pipe.close()


def send(file: IO[bytes], header: dict[str, Any], data: bytes) -> None:
    """Write a message: a line of JSON, then as many bytes as it states. It cannot run code."""
    file.write(json.dumps({**header, "size": len(data)}).encode() + b"\n")
    file.write(data)
    file.flush()


def receive(file: IO[bytes]) -> Answer:
    """Read a message that `send` wrote.

    Raises
    ------
    EOFError
        When the other side is gone.
    ValueError
        When what it sends is no message.
    """
    line = file.readline(_LONGEST)
    if not line:
        raise EOFError
    if not line.endswith(b"\n"):
        raise ValueError("a message without an end")
    header = json.loads(line)
    size = header.pop("size")
    if not 0 <= size <= _LARGEST:
        raise ValueError("a message of an impossible size")
    data = file.read(size)
    if len(data) < size:
        raise EOFError
    return header, data
