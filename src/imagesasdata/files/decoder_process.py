"""A process that decodes pictures and videos for another: requests on stdin, pixels on stdout."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import IO, Any

from imagesasdata.errors import reason
from imagesasdata.files.decode import decode, read_frames, read_header
from imagesasdata.files.exif import camera, camera_as_json
from imagesasdata.files.isolation import receive, send
from imagesasdata.files.video_apart import Videos

# Enough for the largest picture that the header check accepts, with the copies on its way to RGB.
_MOST_MEMORY = 4 << 30


def main() -> None:
    """Answer requests until the input ends."""
    _limit_memory()
    asked, answers = _pipes()
    videos = Videos(asked, answers)
    send(answers, {}, b"")
    while True:
        try:
            request, data = receive(asked)
        except EOFError:
            return
        try:
            what, options = request["what"], request["options"]
            talk = videos.answer if what.startswith("video") else _answer
            reply, answer = talk(what, data, options)
        except Exception as error:  # a picture's error is reported, as in the stream
            reply, answer = {"error": reason(error)}, b""
        send(answers, reply, answer)


def _answer(what: str, data: bytes, options: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    if what == "read_header":
        return read_header(data, **options).as_json(), b""
    if what == "read_frames":
        frames = read_frames(data, **options)
        return {"frames": [f if isinstance(f, str) else f.as_json() for f in frames]}, b""
    if what == "camera":
        return camera_as_json(camera(data, **options)), b""
    image = decode(data, **options)
    return {"width": image.width, "height": image.height}, image.tobytes()


def _pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes of questions and answers, under numbers that no other program inherits.

    What a decoder, or a program that one started, prints must not mix with the answers, and must
    not keep the pipe open.
    """
    asked, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return os.fdopen(asked, "rb"), os.fdopen(answers, "wb")


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
