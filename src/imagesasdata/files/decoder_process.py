"""A process that decodes pictures for another: requests on stdin, pixels on stdout."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import asdict
from typing import Any

from imagesasdata.errors import reason
from imagesasdata.files.decode import decode, limits, read_header
from imagesasdata.files.isolation import receive, send

# Twice the memory of the largest picture that the header check accepts.
_MOST_MEMORY = 4 << 30


def main() -> None:
    """Answer requests until the input ends."""
    _limit_memory()
    output = sys.stdout.buffer
    # What a decoder prints must not mix with the answers.
    sys.stdout = sys.stderr
    while True:
        try:
            asked, data = receive(sys.stdin.buffer)
        except EOFError:
            return
        try:
            reply, answer = _answer(asked["what"], data, asked["options"])
        except Exception as error:  # a picture's error is reported, as in the stream
            reply, answer = {"error": reason(error)}, b""
        send(output, reply, answer)


def _answer(what: str, data: bytes, options: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    with limits(options["max_pixels"]):
        if what == "read_header":
            header = asdict(read_header(data, **options))
            taken = header["taken_at"]
            return {**header, "taken_at": taken and taken.isoformat()}, b""
        image = decode(data, **options)
        return {"width": image.width, "height": image.height}, image.tobytes()


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
