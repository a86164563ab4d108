"""Motion: how much changes from one frame of a video to the next, and in which direction.

It is measured on gray frames of at most 320 pixels on the longer side. Lengths are shares of the
picture's diagonal per second, so that videos of different sizes and frame rates are comparable.

- ``frame_difference``: mean absolute difference of gray values / 255.
- ``changed_share``: share of pixels whose gray value changes by more than 25 of 255.
- ``flow_speed``: mean length of the optical flow (where each pixel goes), in diagonals per second.
- ``flow_x``, ``flow_y``: mean flow to the right and downwards; large if all pixels move together, as
  when the camera turns, and small if people move in different directions.
- ``moving_share``: share of pixels that move faster than 2 percent of the diagonal per second.

Flow is that of Kroeger et al. 2016 (``"dis"``, doi:10.1007/978-3-319-46493-0_29) or Farneback 2003
(``"farneback"``, doi:10.1007/3-540-45103-X_50). With a fixed camera, frame differences can measure how
people mingle, as Dietrich 2021 (doi:10.1017/pan.2020.25) does on the floor of the U.S. House.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from imagesasdata.arrays.video_frames import SAME_TIME
from imagesasdata.columns import Column

Flow = Literal["dis", "farneback"]

LONG_SIDE = 320
_CHANGED = 25
_MOVING = 0.02
_PER_SECOND = "diagonals per second"
_NULL = "the video could not be read, or the interval has a single frame"

COLUMNS = (
    Column(
        "frame_difference",
        "float64",
        "Mean absolute difference of gray values.",
        range="0 to 1",
        null=_NULL,
    ),
    Column(
        "changed_share",
        "float64",
        "Share of pixels whose gray value changes.",
        range="0 to 1",
        null=_NULL,
    ),
    Column(
        "flow_speed",
        "float64",
        "Mean length of the optical flow.",
        unit=_PER_SECOND,
        range="0 ...",
        null=_NULL,
    ),
    Column("flow_x", "float64", "Mean flow to the right.", unit=_PER_SECOND, null=_NULL),
    Column("flow_y", "float64", "Mean flow downwards.", unit=_PER_SECOND, null=_NULL),
    Column("moving_share", "float64", "Share of pixels that move.", range="0 to 1", null=_NULL),
)


class Interval(NamedTuple):
    """An interval of a video, in seconds, and its mean motion; empty where no pair of frames begins."""

    number: int
    start: float
    end: float
    means: dict[str, float]


def by_interval(
    frames: Iterable[tuple[UInt8[np.ndarray, "h w 3"], float]],
    length: float,
    end: float,
    method: Flow = "dis",
) -> Iterator[Interval]:
    """The mean motion in each interval of a video, over the pairs of frames that begin in it.

    Parameters
    ----------
    frames
        Pixels and time in seconds of each frame, in the order shown.
    length
        The length of an interval, in seconds.
    end
        When the video ends, in seconds; the last interval ends there.
    method
        How optical flow is computed.
    """
    number = 0
    pairs: list[dict[str, float]] = []
    before: tuple[np.ndarray, float] | None = None
    for rgb, time in frames:
        gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        if before is not None:
            while before[1] >= (number + 1) * length - SAME_TIME:
                yield _interval(number, length, end, pairs)
                number, pairs = number + 1, []
            pairs.append(motion(before[0], gray, time - before[1], method))
        before = (gray, time)
    while number * length < end - SAME_TIME:
        yield _interval(number, length, end, pairs)
        number, pairs = number + 1, []


def _interval(number: int, length: float, end: float, pairs: list[dict[str, float]]) -> Interval:
    names = [column.name for column in COLUMNS] if pairs else []
    means = {name: float(np.mean([pair[name] for pair in pairs])) for name in names}
    start = number * length
    return Interval(number, start, min(start + length, end), means)


def motion(
    before: UInt8[np.ndarray, "h w"],
    after: UInt8[np.ndarray, "h w"],
    seconds: float,
    method: Flow = "dis",
) -> dict[str, float]:
    """The motion from one gray frame to another, ``seconds`` later."""
    before, after = np.ascontiguousarray(before), np.ascontiguousarray(after)
    change = cv2.absdiff(before, after)
    flow = _flow(before, after, method) / np.float32(np.hypot(*before.shape) * seconds)
    speed = cv2.magnitude(flow[..., 0], flow[..., 1])
    to_right, down = cv2.mean(flow)[:2]
    return {
        "frame_difference": cv2.mean(change)[0] / 255.0,
        "changed_share": float((change > _CHANGED).mean()),
        "flow_speed": cv2.mean(speed)[0],
        "flow_x": to_right,
        "flow_y": down,
        "moving_share": float((speed > _MOVING).mean()),
    }


def _flow(before: np.ndarray, after: np.ndarray, method: Flow) -> Float32[np.ndarray, "h w 2"]:
    """The displacement of each pixel, in pixels to the right and down."""
    start = np.zeros((*before.shape, 2), np.float32)
    if min(before.shape) < 16:
        return start  # the coarsest level of both methods would be empty
    if method == "farneback":
        return np.asarray(
            cv2.calcOpticalFlowFarneback(before, after, start, 0.5, 3, 15, 3, 5, 1.2, 0)
        )
    # A new object per call, because threads must not share its buffers.
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return np.asarray(dis.calc(before, after, start))
