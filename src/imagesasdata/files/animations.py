"""Animated pictures (GIF, APNG, WebP, AVIF) as videos: their frames, and when these are shown.

Pillow reads them, so that a frame has the pixels that it has as a picture.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from imagesasdata.errors import ImageError, reason
from imagesasdata.files.containers import Where, open_local
from imagesasdata.files.decode import MAX_PIXELS, as_shown
from imagesasdata.files.headers import count_frames, seek
from imagesasdata.files.media import MAX_BYTES, too_large
from imagesasdata.files.opening import BAD_EXIF, open_picture
from imagesasdata.files.pillow import Image
from imagesasdata.files.video import TICK, Frame, Info, Video

_BEGINNING = re.compile(rb"GIF8[79]a|\x89PNG\r\n\x1a\n|RIFF....WEBP|....ftypavi[fs]", re.DOTALL)
_HEAD = 16
# Milliseconds. Browsers show a frame of at most 10 ms, which no screen can, for 100 ms.
_SHORTEST, _INSTEAD = 10, 100


def open_video(where: Where, *, max_pixels: int = MAX_PIXELS) -> Moving:
    """Open a video or an animation: a local path, or an open, seekable file.

    Raises
    ------
    ImageError
        When it is neither, is cut off, or has frames of more than ``max_pixels``.
    """
    if isinstance(where, str | os.PathLike):
        with open_local(where) as file:
            head = file.read(_HEAD)
    else:
        head = where.read(_HEAD)
        where.seek(0)
    kind = Animation if _BEGINNING.match(head) else Video
    return kind(where, max_pixels=max_pixels)


class Animation:
    """An open animation, with the methods of `Video`; its file is held in memory.

    Parameters
    ----------
    where
        A local path or an open, seekable file.
    max_pixels
        A file with larger frames is refused from its header.

    Raises
    ------
    ImageError
        When it has one frame alone (but for a GIF), or cannot be read.
    """

    def __init__(self, where: Where, *, max_pixels: int = MAX_PIXELS) -> None:
        if isinstance(where, str | os.PathLike):
            size = Path(where).stat().st_size
            data = b"" if size > MAX_BYTES else Path(where).read_bytes()
        else:
            data = where.read(MAX_BYTES + 1)
            size = len(data)
        if size > MAX_BYTES:
            raise ImageError(too_large(size))
        self._data, self._max_pixels = data, max_pixels
        with _worded():
            self._image = open_picture(data, max_pixels)
            count = count_frames(self._image)
        if count < 2 and self._image.format != "GIF":
            raise ImageError("is a picture, not a video")
        # What programs show that know no APNG is no part of the animation.
        self._first = int(bool(self._image.info.get("default_image")))
        self._count = count - self._first
        self._starts: np.ndarray | None = None

    def __enter__(self) -> Animation:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._image.close()

    @property
    def info(self) -> Info:
        """The header, with the mean number of frames in a second."""
        width, height = self._image.size
        return Info(
            width, height, self.end, self._count / self.end, (self._image.format or "").lower()
        )

    def times(self) -> np.ndarray:
        """When each frame is shown, in seconds from the first."""
        return self._ends()[:-1]

    @property
    def end(self) -> float:
        """The end of the last frame in seconds."""
        return float(self._ends()[-1])

    def frames(
        self, times: np.ndarray | list[float] | None = None, *, long_side: int | None = None
    ) -> Iterator[Frame]:
        """The frames shown at some times, in that order; ``None`` for all.

        Frames whose longer side is over ``long_side`` pixels are scaled down to it.

        Raises
        ------
        ImageError
            When the file is damaged before such a frame.
        """
        starts = self.times()
        for time in starts if times is None else times:
            number = max(0, int(np.searchsorted(starts, time + TICK, side="right")) - 1)
            frame = as_shown(self._at(number).copy())
            if long_side and max(frame.size) > long_side:
                scale = long_side / max(frame.size)
                width, height = (max(1, round(side * scale)) for side in frame.size)
                frame = frame.resize((width, height), Image.Resampling.BOX)
            yield Frame(number, float(starts[number]), np.asarray(frame))

    def _ends(self) -> np.ndarray:
        """The start of each frame and the end of the last; some formats tell it frame by frame."""
        if self._starts is None:
            lengths = [self._milliseconds(self._at(number)) for number in range(self._count)]
            self._starts = np.cumsum([0.0, *lengths]) / 1000
        return self._starts

    @staticmethod
    def _milliseconds(image: Any) -> float:
        length = float(image.info.get("duration") or 0)
        return length if length > _SHORTEST else _INSTEAD

    def _at(self, number: int) -> Any:
        """The open picture, with this frame decoded."""
        wanted = number + self._first
        with _worded():
            if wanted < self._image.tell():
                # Not by seeking: Pillow does not always find its way back in a PNG.
                self._image.close()
                self._image = open_picture(self._data, self._max_pixels)
            if not seek(self._image, wanted):
                raise ImageError("animation is cut off or damaged before this frame")
            self._image.load()
        return self._image


@contextlib.contextmanager
def _worded() -> Iterator[None]:
    """Pillow's errors for damaged files as an `ImageError`."""
    try:
        yield
    except ImageError:
        raise
    except BAD_EXIF as error:
        raise ImageError(reason(error)) from None


Moving = Video | Animation
