"""Opens video containers by handle: which formats are read.

FFmpeg would take a name for an address, and a playlist for a list of files and addresses to open. So it
gets neither: no name, only containers that hold their own frames, and no second file.
"""

from __future__ import annotations

import os
import re
from contextlib import ExitStack
from typing import IO, Any, NoReturn

from imagesasdata.errors import ImageError
from imagesasdata.files.kinds import no_video
from imagesasdata.files.reasons import file_reasons

Where = str | os.PathLike[str] | IO[bytes]

# Containers and raw streams that hold their own frames, by FFmpeg's names. Playlists (hls, dash,
# concat), descriptions of streams (sdp, rtsp), devices and numbered pictures (image2) are left out.
_OF_PICTURES = (
    "mov,mp4,m4a,3gp,3g2,mj2",
    "matroska,webm",
    "avi",
    "flv",
    "live_flv",
    "asf",
    "mpeg",
    "mpegts",
    "mpegvideo",
    "ogg",
    "mxf",
    "gxf",
    "rm",
    "wtv",
    "dv",
    "nut",
    "nuv",
    "nsv",
    "pva",
    "ty",
    "dhav",
    "ivf",
    "h261",
    "h263",
    "h264",
    "hevc",
    "vvc",
    "av1",
    "obu",
    "m4v",
    "mjpeg",
    "smjpeg",
    "vc1",
    "dirac",
    "cavsvideo",
    "yuv4mpegpipe",
)
# These are opened only to say that they are sound.
_OF_SOUND = ("wav", "mp3", "flac", "aac", "aiff", "au", "amr", "caf")
_FORMATS = ",".join((*_OF_PICTURES, *_OF_SOUND))

# Bytes read at a time: fewer calls into Python than FFmpeg's default.
_BUFFER = 1 << 18
# Bytes that tell what a file is that is no video.
_START = 1 << 16
# FFmpeg's number for "Input/output error".
_FAILED = -5
_CUT_OFF = ("moov atom not found", "invalid data", "end of file", "input/output error")


class _Handle:
    """What FFmpeg may do with a file: read and seek. Its name has no part but the extension."""

    def __init__(self, file: IO[bytes]) -> None:
        ending = os.path.splitext(str(getattr(file, "name", "")))[1]
        self.name = f"video{ending}" if re.fullmatch(r"\.[A-Za-z0-9]{1,5}", ending) else "video"
        self.read, self.tell, self._seek = file.read, file.tell, file.seek

    def seek(self, offset: int, whence: int = 0) -> int:
        """The new position; an error of FFmpeg's for one before the start of the file."""
        try:
            return self._seek(offset, whence)
        except (OSError, ValueError):
            return _FAILED


def open_container(where: Where, files: ExitStack) -> Any:
    """Open a local path or an open, seekable file as an ``av`` container; ``files`` closes both.

    Raises
    ------
    ImageError
        When it is missing, or in no format that is read.
    """
    import av
    from av.error import FFmpegError

    file = files.enter_context(open_local(where)) if isinstance(where, str | os.PathLike) else where
    try:
        container = av.open(
            _Handle(file),
            container_options={"format_whitelist": _FORMATS, "protocol_whitelist": "none"},
            buffer_size=_BUFFER,
            io_open=_refuse,
        )
    except FFmpegError as error:
        file.seek(0)
        why = no_video(file.read(_START))
        raise (ImageError(why) if why else unreadable(error)) from None
    files.callback(container.close)
    return container


def unreadable(error: Exception) -> ImageError:
    """FFmpeg's error as a short reason."""
    text = str(error).lower()
    if any(words in text for words in _CUT_OFF):
        return ImageError("is not a video that can be read, or is cut off")
    if "format not found" in text or "invalid argument" in text:
        return ImageError("is not in a video format that is read")
    return ImageError(f"video cannot be read: {getattr(error, 'strerror', None) or error}")


def open_local(path: str | os.PathLike[str]) -> IO[bytes]:
    """A local file; why it cannot be opened as an `ImageError`."""
    with file_reasons("video"):
        return open(path, "rb")


def _refuse(*asked: object) -> NoReturn:
    raise PermissionError("a video may not open other files")
