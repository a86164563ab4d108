"""Opens a video or an animation, here or within ``with iad.isolate():`` in another process.

Both ends of the talk with that process.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from typing import IO, Any, cast

import numpy as np

from imagesasdata.errors import ImageError
from imagesasdata.files.animations import Moving, open_video
from imagesasdata.files.containers import Where, open_local
from imagesasdata.files.decode import MAX_PIXELS
from imagesasdata.files.isolation import Answer, Ask, pool
from imagesasdata.files.lent import Lent
from imagesasdata.files.video import Frame


class VideoApart:
    """A video that another process decodes; it answers as `Video` does."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def times(self) -> np.ndarray:
        """When each frame is shown, in seconds, ascending."""
        _, data = self._ask("video_times")
        return np.frombuffer(data, np.float64)

    @property
    def end(self) -> float:
        """The end of the last frame in seconds."""
        return self._ask("video_end")[0]["end"]

    def frames(
        self, times: np.ndarray | list[float] | None = None, *, long_side: int | None = None
    ) -> Iterator[Frame]:
        """The frames shown at some times, in that order; ``None`` for all.

        Raises
        ------
        ImageError
            When the file is damaged, crashes the decoder, or a frame takes too long.
        """
        given = b"" if times is None else np.asarray(times, np.float64).tobytes()
        self._ask("video_frames", given, all=times is None, long_side=long_side)
        while True:
            header, data = self._ask("video_next")
            if "number" not in header:
                return
            pixels = np.frombuffer(data, np.uint8).reshape(header["height"], header["width"], 3)
            yield Frame(header["number"], header["time"], pixels)


AnyVideo = Moving | VideoApart


@contextlib.contextmanager
def open_moving(where: Where, *, max_pixels: int = MAX_PIXELS) -> Iterator[AnyVideo]:
    """Open a video or an animation: a local path, or an open, seekable file; see `open_video`.

    Raises
    ------
    ImageError
        When it is neither, is cut off, or has frames of more than ``max_pixels``.
    """
    apart = pool()
    if apart is None:
        with open_video(where, max_pixels=max_pixels) as video:
            yield video
        return
    with contextlib.ExitStack() as stack:
        local = isinstance(where, str | os.PathLike)
        file = stack.enter_context(open_local(where)) if local else where
        name = str(getattr(file, "name", ""))
        ask = stack.enter_context(apart.process(file, "video"))
        told, _ = ask(
            "video_open",
            size=file.seek(0, os.SEEK_END),
            ending=os.path.splitext(name)[1],
            max_pixels=max_pixels,
        )
        stack.callback(_close, ask)
        for text in told["warnings"]:
            warnings.warn(text, stacklevel=4)
        yield VideoApart(ask)


def _close(ask: Ask) -> None:
    # A process that has ended has nothing to close.
    with contextlib.suppress(ImageError):
        ask("video_close")


class Videos:
    """In the other process: the video that is open there, and where its reading stands."""

    def __init__(self, asked: IO[bytes], answers: IO[bytes]) -> None:
        self._asked, self._answers = asked, answers
        self._video: Moving | None = None
        self._frames: Iterator[Frame] = iter(())

    def answer(self, what: str, data: bytes, options: dict[str, Any]) -> Answer:
        """The answer to a question of `VideoApart`."""
        if what == "video_open":
            return {"warnings": self._open(**options)}, b""
        video = self._video
        if video is None:
            raise ValueError("no video is open")
        if what == "video_times":
            return {}, video.times().tobytes()
        if what == "video_end":
            return {"end": video.end}, b""
        if what == "video_frames":
            times = None if options["all"] else np.frombuffer(data, np.float64)
            self._frames = video.frames(times, long_side=options["long_side"])
        elif what == "video_next":
            frame = next(self._frames, None)
            if frame is not None:
                height, width = frame.pixels.shape[:2]
                header = {"number": frame.number, "time": frame.time}
                return {**header, "width": width, "height": height}, frame.pixels.tobytes()
        else:
            self._video, self._frames = None, iter(())
            video.close()
        return {}, b""

    def _open(self, size: int, ending: str, max_pixels: int) -> list[str]:
        file = Lent(self._asked, self._answers, size, f"video{ending}")
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            self._video = open_video(cast("IO[bytes]", file), max_pixels=max_pixels)
        return [str(one.message) for one in told]
