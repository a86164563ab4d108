"""In a process that decodes: a file that the process which asks has open, read by messages to it."""

from __future__ import annotations

import io
from typing import IO

from imagesasdata.errors import ImageError
from imagesasdata.files.isolation import MOST_AT_ONCE, receive, send


class Lent(io.RawIOBase):
    """A file of another process, to read and seek; it has no descriptor and no path here."""

    def __init__(self, asked: IO[bytes], answers: IO[bytes], size: int, name: str) -> None:
        self._asked, self._answers, self._size, self.name = asked, answers, size, name
        self._at = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, from the start, from here or from the end."""
        at = (0, self._at, self._size)[whence] + offset
        if at < 0:
            raise ValueError("a place before the start of the file")
        self._at = at
        return at

    def tell(self) -> int:
        """The current place."""
        return self._at

    def read(self, size: int = -1) -> bytes:
        """So many bytes, if there are, from the current place on.

        Raises
        ------
        ImageError
            When the other process cannot read them.
        """
        left = max(self._size - self._at, 0)
        size = left if size < 0 else min(size, left)
        parts = bytearray()
        while len(parts) < size:
            wanted = min(size - len(parts), MOST_AT_ONCE)
            send(self._answers, {"read": [self._at, wanted]}, b"")
            header, data = receive(self._asked)
            if "error" in header:
                raise ImageError(header["error"])
            if not data:
                break
            self._at += len(data)
            parts += data
        return bytes(parts)
