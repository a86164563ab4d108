"""Decoding in separate processes: a crash or hang of a decoder costs one picture, not the run."""

from __future__ import annotations

import contextlib
import contextvars
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO, Any

from imagesasdata.errors import ImageError, reason

# The module that a process of the pool runs, and the one that ends what it leaves.
DECODER = "imagesasdata.files.decoder_process"
_GUARD = "imagesasdata.files.guard"
# Python and its packages start in a second or two; on a busy machine it takes longer.
_START_SECONDS = 120.0
# Seconds in which the guard ends what a decoder started.
_END_SECONDS = 10.0
# The most bytes of a message's first line, which holds all pages of a file, and of its pixels.
_LONGEST, _LARGEST = 1 << 26, 1 << 33

# The most bytes of a lent file in one message.
MOST_AT_ONCE = 1 << 24

Answer = tuple[dict[str, Any], bytes]
Ask = Callable[..., Answer]

# The pool of the block that this call is in (`Stream` gives it to its threads), and those of all blocks.
_own: contextvars.ContextVar[DecoderPool | None] = contextvars.ContextVar("pool", default=None)
_open: list[DecoderPool] = []


def pool() -> DecoderPool | None:
    """The processes that decode, within a ``with iad.isolate():``.

    Threads that a program starts within a block do not know of it: they get the newest block's.
    """
    own = _own.get()
    if own is not None:
        return own
    return next(iter(_open[-1:]), None)


@contextlib.contextmanager
def decode_in(pool: DecoderPool) -> Iterator[None]:
    """Decode in the processes of a pool within a ``with`` block, and end them with it."""
    before = _own.get()
    _own.set(pool)
    _open.append(pool)
    try:
        yield
    finally:
        _own.set(before)
        _open.remove(pool)
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
        self._idle: list[_Decoder] = []
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, what: str, data: bytes, **options: Any) -> Answer:
        """Send a picture to `imagesasdata.files.decoder_process` and return the answer.

        Raises
        ------
        ImageError
            When the picture cannot be decoded, crashes the decoder or takes too long.
        """
        with self.process() as ask:
            return ask(what, data, **options)

    @contextlib.contextmanager
    def process(self, file: IO[bytes] | None = None, kind: str = "picture") -> Iterator[Ask]:
        """A function like `ask` for several questions to one process, which may read from a file.

        Parameters
        ----------
        file
            An open file; only what the process asks for is read, and that takes no time off its limit.
        kind
            What the process decodes, for messages.
        """
        decoder = self._take()

        def ask(what: str, data: bytes = b"", **options: Any) -> Answer:
            try:
                header, rest = decoder.ask(
                    {"what": what, "options": options}, data, file, self._seconds
                )
            except TimeoutError:
                raise ImageError(
                    f"decoding took over {self._seconds:g} seconds and was given up"
                ) from None
            except EOFError:
                raise ImageError(f"the decoder crashed on this {kind}") from None
            if "error" in header:
                raise ImageError(header["error"])
            return header, rest

        try:
            yield ask
        finally:
            self._give_back(decoder)

    def close(self) -> None:
        """End the processes: those that are idle now, those of other calls when they are given back."""
        with self._lock:
            self._closed = True
            ended, self._idle = self._idle, []
        for decoder in ended:
            decoder.end()

    def _take(self) -> _Decoder:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _Decoder()

    def _give_back(self, decoder: _Decoder) -> None:
        with self._lock:
            kept = decoder.waits and not self._closed
            if kept:
                self._idle.append(decoder)
        if not kept:
            decoder.end()


class _Decoder:
    """A process that decodes, and a thread that talks to it.

    The thread may wait for ever, so it is a daemon, and who asks waits for the thread, with a limit.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", _GUARD, DECODER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # In a group of its own, which can be ended where there is no guard.
            start_new_session=True,
        )
        self._questions: queue.SimpleQueue[tuple[dict[str, Any], bytes, IO[bytes] | None] | None]
        self._questions = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        # Seconds of reading for the process, and when the current reading began.
        self._read, self._reads_since = 0.0, 0.0
        threading.Thread(target=self._talk, name="iad-isolate", daemon=True).start()
        self._started = False
        self.waits = True  # for a question; not while one is open, nor after one without an answer

    def ask(
        self, header: dict[str, Any], data: bytes, file: IO[bytes] | None, seconds: float
    ) -> Answer:
        """Send a message and wait for the answer.

        Raises
        ------
        TimeoutError
            When there is none after some seconds, without those in which the file is read.
        EOFError
            When the process has ended.
        """
        if not self.waits:
            raise EOFError
        self.waits = False
        if not self._started:
            self._wait(_START_SECONDS)
            self._started = True
        self._questions.put((header, data, file))
        answer = self._wait(seconds)
        self.waits = True
        return answer

    def end(self) -> None:
        """End the process and all that it started."""
        self._questions.put(None)
        if sys.platform == "linux":
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_SECONDS)
                return
        if os.name == "posix":
            # Before the wait below, its number cannot belong to another process.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()

    def _wait(self, seconds: float) -> Answer:
        start = time.monotonic() - self._read
        while True:
            now = time.monotonic()
            since = self._reads_since
            left = seconds - (now - start) + self._read + (now - since if since else 0.0)
            if left <= 0:
                raise TimeoutError
            with contextlib.suppress(queue.Empty):
                answer = self._answers.get(timeout=left)
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
                header, data, file = question
                send(to, header, data)
                answer = receive(back)
                while file is not None and "read" in answer[0]:
                    send(to, *self._part(file, *answer[0]["read"]))
                    answer = receive(back)
                self._answers.put(answer)
        except (OSError, EOFError, ValueError, TypeError):
            self._answers.put(None)
        for pipe in (to, back):
            with contextlib.suppress(OSError):
                pipe.close()

    def _part(self, file: IO[bytes], start: int, size: int) -> Answer:
        self._reads_since = time.monotonic()
        try:
            file.seek(start)
            return {}, file.read(min(size, MOST_AT_ONCE))
        except Exception as error:  # the process then says what became of its question
            return {"error": reason(error)}, b""
        finally:
            self._read += time.monotonic() - self._reads_since
            self._reads_since = 0.0


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
