"""References to a part of a file, such as ``floor.mp4#t=5.0``, which every verb reads like a picture.

``VIDEO#t=SECONDS`` is the frame shown at that time (W3C Media Fragments, 2012),
``PICTURE#frame=NUMBER`` is a frame of an animation or a page of a document, from 0, and
``PICTURE#xywh=X,Y,WIDTH,HEIGHT`` is a part of a picture (or of a frame), in pixels. If a file of
exactly this name exists, the path means that file.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import re
import threading
from typing import Any, NamedTuple

import numpy as np

from imagesasdata.errors import ImageError
from imagesasdata.files.addresses import exists
from imagesasdata.files.decode import MAX_PIXELS, decode
from imagesasdata.files.several import has_several
from imagesasdata.files.sources import Files
from imagesasdata.files.video_apart import AnyVideo, open_moving

_REFERENCE = re.compile(r"(?P<file>.+)#(?P<kind>t|frame)=(?P<value>\d+(?:\.\d+)?)", re.DOTALL)
_REGION = re.compile(r"(?P<whole>.+)#xywh=(?P<box>\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?){3})", re.DOTALL)
# Number of videos kept open for their next frame; each holds a decoder's memory.
_WAITING = 4


class Reference(NamedTuple):
    """A part of a file; ``kind`` is ``"t"`` (seconds into a video) or ``"frame"`` (a number)."""

    file: str
    kind: str
    value: float

    def __str__(self) -> str:
        value = f"{self.value:.6f}".rstrip("0").rstrip(".") if self.kind == "t" else int(self.value)
        return f"{self.file}#{self.kind}={value}"


def parse(path: str) -> Reference | None:
    """The part that a path refers to; ``None`` for the path of a whole file."""
    match = _REFERENCE.fullmatch(path)
    if match is None or exists(path):
        return None
    return Reference(match["file"], match["kind"], float(match["value"]))


class Region(NamedTuple):
    """A part of a picture; ``whole`` is the picture's path, or itself a reference to a frame."""

    whole: str
    box: tuple[float, float, float, float]


def as_region(path: str, x: float, y: float, width: float, height: float) -> str:
    """The path of a part of a picture."""
    box = ",".join(
        f"{max(value, 0):.2f}".rstrip("0").rstrip(".") for value in (x, y, width, height)
    )
    return f"{path}#xywh={box}"


def parse_region(path: str) -> Region | None:
    """The region that a path refers to; ``None`` for the path of a whole picture."""
    match = _REGION.fullmatch(path)
    if match is None or exists(path):
        return None
    x, y, width, height = (float(part) for part in match["box"].split(","))
    return Region(match["whole"], (x, y, width, height))


class Pictures(Files):
    """Opens paths as `Files` does, and also references to parts of files.

    A frame or page with more than ``max_pixels`` is refused.

    Attributes
    ----------
    several
        The paths of whole files that were read and hold several frames or pages.
    """

    def __init__(self, max_pixels: int = MAX_PIXELS) -> None:
        super().__init__()
        self._max_pixels = max_pixels
        self.several: set[str] = set()
        self._videos: list[tuple[str, AnyVideo, float, contextlib.ExitStack]] = []
        self._videos_lock = threading.Lock()

    def __exit__(self, *rest: Any) -> None:
        for _, _, _, stack in self._videos:
            stack.close()
        self._videos.clear()
        super().__exit__(*rest)

    def read(self, path: str) -> bytes:
        """The bytes of a file; a part is returned as an uncompressed picture (PPM).

        Raises
        ------
        ImageError
            With a short reason, when the file cannot be read or has no such part.
        """
        region = parse_region(path)
        if region is not None:
            return _as_ppm(self._cut(self.read(region.whole), region))
        reference = parse(path)
        if reference is None:
            data = super().read(path)
            if has_several(data):
                self.several.add(path)
            return data
        if reference.kind == "t":
            return _as_ppm(self._frame(reference))
        data = super().read(reference.file)
        frame = int(reference.value)
        image = decode(data, exactness="exact", frame=frame, max_pixels=self._max_pixels)
        return _as_ppm(np.asarray(image))

    def stamp(self, path: str) -> str | None:
        """A value that changes with the file's content; see `Files.stamp`."""
        region = parse_region(path)
        if region is not None:
            return self.stamp(region.whole)
        reference = parse(path)
        return super().stamp(path if reference is None else reference.file)

    def digest(self, path: str) -> bytes:
        """The sha256 of a file of any size, or of a part of one as `read` returns it."""
        if parse_region(path) is not None or parse(path) is not None:
            return hashlib.sha256(self.read(path)).digest()
        with self.open(path) as opened, contextlib.ExitStack() as stack:
            file = stack.enter_context(open(opened, "rb")) if isinstance(opened, str) else opened
            return hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]

    def _cut(self, data: bytes, region: Region) -> np.ndarray:
        pixels = np.asarray(decode(data, exactness="exact", max_pixels=self._max_pixels))
        x, y, width, height = region.box
        left, top = math.floor(x), math.floor(y)
        part = pixels[top : math.ceil(y + height), left : math.ceil(x + width)]
        if not part.size:
            size = f"{pixels.shape[1]} x {pixels.shape[0]}"
            raise ImageError(f"has no pixel in the part {region.box}: it is {size}")
        return part

    def _frame(self, reference: Reference) -> np.ndarray:
        video, stack = self._take(reference)
        try:
            frame = next(video.frames([reference.value]))
        except BaseException:
            stack.close()
            raise
        self._put_back(reference.file, video, frame.time, stack)
        return frame.pixels

    def _take(self, reference: Reference) -> tuple[AnyVideo, contextlib.ExitStack]:
        """An open video, preferably one positioned shortly before the frame."""
        with self._videos_lock:
            before = [
                index
                for index, (file, _, time, _) in enumerate(self._videos)
                if file == reference.file and time <= reference.value
            ]
            if before:
                best = max(before, key=lambda index: self._videos[index][2])
                _, video, _, stack = self._videos.pop(best)
                return video, stack
        stack = contextlib.ExitStack()
        try:
            file = stack.enter_context(self.open(reference.file))
            video = stack.enter_context(open_moving(file, max_pixels=self._max_pixels))
            return video, stack
        except BaseException:
            stack.close()
            raise

    def _put_back(
        self, file: str, video: AnyVideo, time: float, stack: contextlib.ExitStack
    ) -> None:
        with self._videos_lock:
            self._videos.append((file, video, time, stack))
            surplus = self._videos.pop(0) if len(self._videos) > _WAITING else None
        if surplus is not None:
            surplus[3].close()


def _as_ppm(pixels: np.ndarray) -> bytes:
    height, width = pixels.shape[:2]
    return b"P6 %d %d 255\n" % (width, height) + pixels.tobytes()
