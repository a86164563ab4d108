"""Finds the pictures among a container's streams, and what the file says of their times."""

from __future__ import annotations

import warnings
from fractions import Fraction
from typing import Any

from imagesasdata.errors import ImageError
from imagesasdata.files.video_pixels import check_video_size, shown_size

# FFmpeg's flag of raw streams, whose frames may have an order but no times, and the rate of those that
# state none.
_RAW = 0x80
_USUAL_RATE = 25


def pictures(container: Any, max_pixels: int) -> Any:
    """The first stream of moving pictures; covers of music do not count.

    Raises
    ------
    ImageError
        When there is none, its header is cut off, or its frames are too large.
    """
    import av.stream

    cover = av.stream.Disposition.attached_pic
    streams = [s for s in container.streams.video if not s.disposition & cover]
    if not streams and container.streams.audio:
        raise ImageError("has sound but no pictures, so it is not a video")
    if not streams:
        raise ImageError("is cut off or damaged: it has neither pictures nor sound")
    stream = streams[0]
    if stream.codec_context is None or not stream.width:
        raise ImageError("is cut off or damaged: what it says of its pictures is incomplete")
    width, height = shown_size(stream.width, stream.height, stream.sample_aspect_ratio)
    check_video_size(width, height, max_pixels)
    return stream


def has_times(container: Any, stream: Any) -> bool:
    """Whether frames have times; those of some raw streams have only an order.

    Raises
    ------
    ImageError
        When a container that should have them is cut off before its first frame.
    """
    from av.error import FFmpegError

    try:
        container.seek(stream.start_time or 0, stream=stream)
    except FFmpegError:
        if not container.format.flags & _RAW:
            raise ImageError("is cut off or damaged: it has no frame") from None
        return False
    return True


def rate_of_raw(stream: Any) -> Fraction:
    """The frames per second of a stream without times; a guess is told in a warning."""
    if stream.codec_context.framerate:
        return stream.codec_context.framerate
    warnings.warn(
        f"A raw video stream states no frame rate; its times assume {_USUAL_RATE} frames per second.",
        stacklevel=3,
    )
    return Fraction(_USUAL_RATE)
