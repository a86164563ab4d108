"""Shot detection: finds where a video cuts, or fades through black, from one shot to the next.

Frames are added one at a time, and only the last few are kept.

- Cut: a frame's change is the mean absolute difference from the preceding frame, averaged over hue,
  saturation and value (HSV in bytes, hue from 0 to 179). A cut is where the change is at least 15 and
  at least 3 times the mean change of the two frames before and the two after, all of which a moving
  camera would change. This is PySceneDetect's adaptive detector with its defaults (Castellano,
  https://www.scenedetect.com). In addition, a single odd frame, such as a camera flash, is not a cut:
  the frames on both sides of it must also differ by at least 15, and by at least half as much.
- Fade: frames whose mean value is under 12 of 255 are black; a shot ends and the next begins in the
  middle of a run of black frames (PySceneDetect's threshold detector).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal, NamedTuple

import cv2
import numpy as np
from jaxtyping import UInt8

Transition = Literal["start", "cut", "fade"]

# The size at which frames are compared; more pixels do not help.
LONG_SIDE = 256
_LEAST_CHANGE = 15.0
_TIMES = 3.0
_AROUND = 2
_BLACK = 12.0


class Shot(NamedTuple):
    """Frames ``start`` to before ``end``, and how the shot begins."""

    start: int
    end: int
    begins: Transition

    @property
    def middle(self) -> int:
        """The number of the frame in the middle."""
        return (self.start + self.end - 1) // 2


@dataclass(frozen=True)
class _Seen:
    number: int
    time: float
    change: float
    dark: bool  # this frame or the one before is black
    hsv: np.ndarray


class ShotDetector:
    """Finds the shots of one video.

    Parameters
    ----------
    min_length
        The shortest time between two starts, in seconds; a start that follows sooner is ignored.
    """

    def __init__(self, min_length: float) -> None:
        self._min_length = min_length
        self._window: deque[_Seen] = deque(maxlen=2 * _AROUND + 1)
        self._count = 0
        self._begins: list[tuple[int, float, Transition]] = [(0, 0.0, "start")]
        self._black: tuple[int, float] | None = None  # where the current black run began

    def add(self, rgb: UInt8[np.ndarray, "h w 3"], time: float) -> None:
        """Add the next frame, in display order, with its time in seconds."""
        hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
        change = _change(self._window[-1].hsv, hsv) if self._window else 0.0
        black = sum(cv2.mean(rgb)[:3]) / 3.0 < _BLACK
        dark = black or self._black is not None
        self._window.append(_Seen(self._count, time, change, dark, hsv))
        if len(self._window) == self._window.maxlen:
            self._look_at(_AROUND)
        self._fade(black, time)
        self._count += 1

    def finish(self) -> list[Shot]:
        """Return all shots, after the last frame was added."""
        # The last frames, and all frames of a short video, have fewer neighbors to compare with.
        seen = len(self._window)
        for index in range(0 if self._count < 2 * _AROUND + 1 else seen - _AROUND, seen):
            self._look_at(index)
        if self._count == 0:
            return []
        begins = sorted(self._begins)
        ends = [number for number, _, _ in begins[1:]] + [self._count]
        return [Shot(begin[0], end, begin[2]) for begin, end in zip(begins, ends, strict=True)]

    def _look_at(self, index: int) -> None:
        seen = self._window[index]
        around = [one.change for one in self._window if one is not seen and one.number > 0]
        usual = float(np.mean(around)) if around else 0.0
        # Changes into and out of black are fades.
        if seen.change < max(_LEAST_CHANGE, _TIMES * usual) or seen.dark:
            return
        for first, last in ((index - 2, index), (index - 1, index + 1)):
            if first >= 0 and last < len(self._window):
                two = self._window[first], self._window[last]
                if _change(two[0].hsv, two[1].hsv) < max(_LEAST_CHANGE, seen.change / 2):
                    return
        self._begin(seen.number, seen.time, "cut")

    def _fade(self, black: bool, time: float) -> None:
        if black:
            self._black = self._black or (self._count, time)
        elif self._black is not None:
            first, since = self._black
            self._black = None
            # A video that starts in black has no shot before that.
            if first > 0:
                self._begin((first + self._count) // 2, (since + time) / 2, "fade")

    def _begin(self, number: int, time: float, how: Transition) -> None:
        # A cut is detected two frames late, so a later fade may already be in the list.
        self._begins.sort()
        if all(abs(time - other) > self._min_length - 1e-6 for _, other, _ in self._begins):
            self._begins.append((number, time, how))


def _change(before: np.ndarray, after: np.ndarray) -> float:
    """Mean absolute difference of hue, saturation and value."""
    if before.shape != after.shape:  # the frame size may change within a video
        return 255.0
    return sum(cv2.mean(cv2.absdiff(after, before))[:3]) / 3.0
