"""A picture as small gray squares, by which copies are recognized: the whole, and what a frame surrounds.

Screenshots and films for another screen put a picture into a frame of one color, and captions stand on
a bar. So a picture that has such margins has a second print, without them.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int, UInt8
from PIL import Image

# The side of a print.
SIDE = 64
_LONG_SIDE = 256
# With a standard deviation below this, a surface is plain, and what is left is noise.
_PLAIN = 2.0
# A line belongs to a frame if this share of its pixels is this near to the frame's color.
_SHARE, _NEAR = 0.97, 12
# A frame may have a margin of its own.
_FRAMES = 2
# What is within a frame has at least this share of the pixels, and sides of this many.
_LEAST_SHARE, _LEAST_SIDE = 0.08, 32

Print = UInt8[np.ndarray, "64 64"]


def prints_of(image: Image.Image) -> list[Print]:
    """The print of the whole picture, then of what its frame surrounds; none for a plain surface."""
    gray = image.convert("L")
    if max(gray.size) > _LONG_SIDE:
        scale = _LONG_SIDE / max(gray.size)
        small = (max(1, round(gray.width * scale)), max(1, round(gray.height * scale)))
        gray = gray.resize(small, Image.Resampling.BILINEAR)
    box = within_frame(np.asarray(gray))
    found = [_square(gray), *([_square(gray.crop(box))] if box else [])]
    return [one for one in found if one.std() >= _PLAIN]


def as_text(prints: Sequence[Print]) -> str:
    """Prints as text, for a column."""
    return base64.b64encode(b"".join(one.tobytes() for one in prints)).decode()


def as_prints(
    texts: Sequence[str | None], *, mirror: bool = False
) -> tuple[Int[np.ndarray, " prints"], UInt8[np.ndarray, "prints 64 64"]]:
    """The prints in a column of texts, and the row of each; with ``mirror`` also of mirrored pictures."""
    data = [base64.b64decode(text or "") for text in texts]
    rows = np.repeat(np.arange(len(data)), [len(one) // SIDE**2 for one in data])
    prints = np.frombuffer(b"".join(data), np.uint8).reshape(-1, SIDE, SIDE)
    if not mirror:
        return rows, prints
    return np.tile(rows, 2), np.concatenate([prints, prints[:, :, ::-1]])


def within_frame(gray: UInt8[np.ndarray, "height width"]) -> tuple[int, int, int, int] | None:
    """The left, top, right and bottom of what a frame of one color surrounds; ``None`` without one."""
    height, width = gray.shape
    left, top, right, bottom = 0, 0, width, height
    for _ in range(_FRAMES):
        inner = gray[top:bottom, left:right]
        above, below = _margin(inner), _margin(inner[::-1])
        if above + below >= len(inner):
            return None
        inner = inner[above : len(inner) - below]
        before, after = _margin(inner.T), _margin(inner.T[::-1])
        if before + after >= inner.shape[1]:
            return None
        left, top, right, bottom = left + before, top + above, right - after, bottom - below
    if (left, top, right, bottom) == (0, 0, width, height):
        return None
    sides = right - left, bottom - top
    if min(sides) < _LEAST_SIDE or sides[0] * sides[1] < _LEAST_SHARE * width * height:
        return None
    return left, top, right, bottom


def _margin(lines: np.ndarray) -> int:
    """How many lines from the first on have one color, and one more, in which it ends."""
    color = np.median(lines[0])
    same = (np.abs(lines - color.astype(np.float32)) <= _NEAR).mean(axis=1) >= _SHARE
    count = len(lines) if same.all() else int(same.argmin())
    return min(count + 1, len(lines)) if count else 0


def _square(gray: Image.Image) -> Print:
    return np.asarray(gray.resize((SIDE, SIDE), Image.Resampling.BILINEAR))
