"""Video files: their frames, the times when these are shown, and their pixels.

PyAV (FFmpeg) reads them. Times are in seconds from the first frame that is shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from itertools import chain
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np

from imagesasdata.errors import ImageError
from imagesasdata.files.containers import Where, open_container, unreadable
from imagesasdata.files.decode import MAX_PIXELS
from imagesasdata.files.video_pixels import Upright
from imagesasdata.files.video_track import has_times, pictures, rate_of_raw

# A time rounded to six decimals still refers to its frame.
TICK = 1e-6
# Containers with an index of their frames. In others, such as MPEG streams, the times after a seek
# are guesses, so these are decoded from the start.
_INDEXED = ("mov", "matroska", "avi", "flv", "asf")


class Info(NamedTuple):
    """A video's header; ``width`` and ``height`` are those of the upright frame."""

    width: int
    height: int
    seconds: float | None
    frame_rate: float | None
    codec: str


class Frame(NamedTuple):
    """A frame as it is shown: its number from 0, its time in seconds, its pixels."""

    number: int
    time: float
    pixels: np.ndarray


class Video:
    """An open video, whose frames are decoded one at a time.

    Parameters
    ----------
    where
        A local path or an open, seekable file.
    max_pixels
        A video with larger frames is refused from its header.

    Raises
    ------
    ImageError
        When it is not a video, has no pictures (sound only), or is cut off before its index.
    """

    def __init__(self, where: Where, *, max_pixels: int = MAX_PIXELS) -> None:
        with ExitStack() as files:
            self._container: Any = open_container(where, files)
            self._stream = pictures(self._container, max_pixels)
            self._timed = has_times(self._container, self._stream)
            self._files = files.pop_all()
        self._codec: Any = self._stream.codec_context
        self._base: Fraction = self._stream.time_base
        if not self._timed:
            self._base = 1 / rate_of_raw(self._stream)
        self._upright = Upright(self._stream.sample_aspect_ratio, max_pixels)
        self._stream.thread_type = "AUTO"
        names = self._container.format.name.split(",")
        self._indexed = any(name in _INDEXED for name in names)
        # An AVI file has the times of packets alone: frames that are shown in another order than they
        # are stored have wrong ones.
        self._by_order = not self._timed or ("avi" in names and bool(self._codec.has_b_frames))
        self._packets: Iterator[Any] = iter(())
        self._decoded: Iterator[Any] | None = None
        self._last: int | None = None  # when the last decoded frame is shown, in the file's units
        self._times: np.ndarray | None = None

    def __enter__(self) -> Video:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and its decoder."""
        self._decoded = None
        self._files.close()

    @property
    def info(self) -> Info:
        """The header; only one frame is decoded, to see how it is turned."""
        first = next(iter(self.frames([0.0])), None)
        height, width = (
            first.pixels.shape[:2] if first else (self._stream.height, self._stream.width)
        )
        duration = self._container.duration
        rate = self._frame_rate
        return Info(
            width,
            height,
            duration / 1e6 if duration else None,
            float(rate) if rate else None,
            self._codec.name,
        )

    @property
    def _frame_rate(self) -> Fraction | None:
        if not self._timed:
            return 1 / self._base
        return self._stream.average_rate or self._stream.guessed_rate

    def times(self) -> np.ndarray:
        """When each frame is shown, in seconds, ascending; no frame is decoded."""
        ticks = self._ticks()
        return (ticks - ticks[0]) * float(self._base) if len(ticks) else np.zeros(0)

    @property
    def end(self) -> float:
        """The end of the last frame in seconds, assuming that it is shown as long as the one before."""
        times = self.times()
        if len(times) < 2:
            rate = self._frame_rate
            return float(times[-1] + 1 / rate) if len(times) and rate else 0.0
        return float(2 * times[-1] - times[-2])

    def _ticks(self) -> np.ndarray:
        from av.error import FFmpegError

        if self._times is None and not self._timed:
            self._restart(0)
            frames = enumerate(self._decode_from(None))
            whole = _whole([(number, frame.is_corrupt) for number, frame in frames])
            self._times = np.array(whole, np.int64)
        if self._times is None:
            packets: list[tuple[int, bool]] = []
            try:
                self._restart(self._stream.start_time or 0)
                packets.extend(
                    (packet.pts, packet.is_corrupt)
                    for packet in self._packets
                    if packet.pts is not None and not packet.is_discard
                )
            except FFmpegError as error:
                if not packets:
                    raise unreadable(error) from None
            self._times = np.unique(np.array(_whole(packets), np.int64))
        return self._times

    def frames(
        self, times: np.ndarray | list[float] | None = None, *, long_side: int | None = None
    ) -> Iterator[Frame]:
        """The frames shown at some times, in that order; ``None`` for all.

        Decoding continues from the last frame if that is faster, else it starts at the preceding key
        frame. On the way, frames that no other frame depends on are skipped. Frames whose longer side
        is over ``long_side`` pixels are scaled down to it.

        Raises
        ------
        ImageError
            When the file is damaged or cut off before such a frame.
        """
        ticks = self._ticks()
        if times is None:
            self._restart(int(ticks[0]) if len(ticks) else 0)
            yield from self._all(ticks, long_side)
            return
        starts = self.times()
        for time in times:
            number = max(0, int(np.searchsorted(starts, time + TICK, side="right")) - 1)
            if not len(ticks):
                raise ImageError("video has no frame")
            pixels = self._decode(int(ticks[number]), long_side)
            yield Frame(number, float(starts[number]), pixels)

    def _all(self, ticks: np.ndarray, long_side: int | None) -> Iterator[Frame]:
        for frame in self._with_times(None):
            if frame.pts is None:
                continue
            number = int(np.searchsorted(ticks, frame.pts))
            if number < len(ticks) and ticks[number] == frame.pts:
                if frame.is_corrupt:
                    raise ImageError("video is damaged: not all of its frames can be decoded")
                time = float((frame.pts - ticks[0]) * self._base)
                yield Frame(number, time, self._upright(frame, long_side))

    def _decode(self, wanted: int, long_side: int | None) -> np.ndarray:
        """The pixels of the frame shown from ``wanted`` on."""
        if self._decoded is None or not self._is_ahead(wanted):
            self._restart(wanted)
        self._wanted = wanted
        self._decoded = self._decoded or self._with_times(wanted)
        for frame in self._decoded:
            if frame.pts is None:
                continue
            self._last = frame.pts
            if frame.pts >= wanted:
                if frame.is_corrupt:
                    break
                return self._upright(frame, long_side)
        self._decoded = None
        raise ImageError("video is cut off or damaged before this frame")

    def _with_times(self, wanted: int | None) -> Iterator[Any]:
        if not self._by_order:
            yield from self._decode_from(wanted)
            return
        for tick, frame in zip(self._ticks().tolist(), self._decode_from(wanted), strict=False):
            frame.pts = tick
            yield frame

    def _decode_from(self, wanted: int | None) -> Iterator[Any]:
        """Frames in the order in which they are shown, from the current position in the file."""
        from av.error import FFmpegError, InvalidDataError

        self._wanted = wanted
        failure: Exception | None = None
        try:
            for packet in self._packets:
                goal = self._wanted
                early = goal is not None and packet.pts is not None and packet.pts < goal
                early = early and not self._by_order
                self._codec.skip_frame = "NONREF" if early else "DEFAULT"
                try:
                    yield from packet.decode()
                except InvalidDataError as error:
                    failure = error  # a damaged packet: later packets may be intact
        except FFmpegError as error:
            failure = error
        if failure is not None and wanted is None:
            raise ImageError("video is damaged: not all of its frames can be decoded")

    def _is_ahead(self, wanted: int) -> bool:
        """Whether ``wanted`` is reached faster by decoding than by seeking."""
        if self._last is None or wanted <= self._last:
            return False
        if not self._indexed or self._by_order:
            return True
        keys = [entry.timestamp for entry in self._stream.index_entries if entry.is_keyframe]
        return not keys or keys[max(0, bisect_right(keys, wanted) - 1)] <= self._last

    def _restart(self, wanted: int) -> None:
        """Seek to a key frame that is not shown after ``wanted``, or to the start.

        Indexes hold the decoding times of packets, or no times at all, so only the first packet
        after a seek shows where it has led.
        """
        self._decoded, self._last = None, None
        self._codec.skip_frame = "DEFAULT"
        if not self._timed:
            self._container.seek(0, unsupported_byte_offset=True)
            self._packets = self._container.demux(self._stream)
            return
        start = min(self._stream.start_time or 0, 0)
        back = 0
        while True:
            target = start if self._by_order or not self._indexed else max(wanted - back, start)
            self._container.seek(target, stream=self._stream, backward=True)
            self._packets = self._container.demux(self._stream)
            passed = []
            for packet in self._packets:
                passed.append(packet)
                if packet.is_keyframe and packet.pts is not None:
                    break
            shown = passed[-1].pts if passed else None
            if target == start or (shown is not None and shown <= wanted):
                self._packets = chain(passed, self._packets)
                return
            back = 2 * back or round(1 / self._base)


def _whole(parts: list[tuple[int, bool]]) -> list[int]:
    """The times of packets or frames; those at the end that are cut off (the flag) do not count."""
    while parts and parts[-1][1]:
        parts.pop()
    return [time for time, _ in parts]
