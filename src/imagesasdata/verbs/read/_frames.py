"""Shared by verbs on videos: lengths of time, and a video's shots."""

from __future__ import annotations

import math
import re

from imagesasdata.arrays.measures.shots import LONG_SIDE, Shot, ShotDetector
from imagesasdata.columns import Column
from imagesasdata.errors import ArgumentError, ImageError
from imagesasdata.files.video_apart import AnyVideo

FRAME_ID = Column("image_id", "int64", "Row number in this table.", range="0 ...", null="never")
FRAME_PATH = Column(
    "path",
    "string",
    "The frame as a picture: a file, or the video's path with the frame's time after #t=.",
    null="the frame could not be read",
)

_UNITS = {"ms": 1e-3, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_EXAMPLE = 'for example every="5s", every=0.5 (seconds), fps=2 or n=10.'
MIN_LENGTH = "0.6s"


def seconds(name: str, value: str | float) -> float:
    """A length of time in seconds, from a number or from text such as ``"500ms"``.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When it is neither, or not above 0.
    """
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", value)
        unit = _UNITS.get((found[2] or "s") if found else "")
        if found is None or unit is None:
            raise ArgumentError(f"{name}={value!r} is not a length of time.", _EXAMPLE)
        number = float(found[1]) * unit
    else:
        number = float(value)
    if not 0.0 < number < math.inf:
        raise ArgumentError(f"{name} must be over 0 seconds, got {value!r}.", _EXAMPLE)
    return number


def find_shots(video: AnyVideo, min_length: float) -> list[Shot]:
    """All shots of a video; each of its frames is decoded once.

    Raises
    ------
    ImageError
        When there is no frame, or some cannot be decoded.
    """
    detector = ShotDetector(min_length)
    for frame in video.frames(long_side=LONG_SIDE):
        detector.add(frame.pixels, frame.time)
    shots = detector.finish()
    if not shots:
        raise ImageError("video has no frame")
    return shots


def key_frames(video: AnyVideo) -> list[int]:
    """The number of the middle frame of each shot."""
    return [shot.middle for shot in find_shots(video, seconds("min_length", MIN_LENGTH))]
