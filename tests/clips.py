"""Videos composed for tests, whose frames say which they are."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

SIZE = (64, 48)
BITS = 12
MILLISECOND = Fraction(1, 1000)


def numbered(number: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """A frame that carries its number as black and white bars, which survive compression."""
    width, height = size
    bits = (number >> np.arange(BITS)) & 1
    bars = np.repeat(bits * 255, -(-width // BITS))[:width].astype(np.uint8)
    return np.broadcast_to(bars[None, :, None], (height, width, 3)).copy()


def number_of(pixels: np.ndarray) -> int:
    """What `numbered` wrote."""
    width = pixels.shape[1]
    step = -(-width // BITS)
    middle = pixels[pixels.shape[0] // 2, step // 2 :: step, 0][:BITS]
    return int(((middle > 127).astype(int) << np.arange(len(middle))).sum())


def write(
    path: Path,
    frames: Sequence[np.ndarray],
    *,
    rate: int = 10,
    times: Sequence[float] | None = None,
    codec: str = "mpeg4",
    between: int = 2,
    keys: int = 12,
    turn: int = 0,
    aspect: Fraction | None = None,
    quick: bool = False,
) -> Path:
    """A video of these frames; ``times`` in seconds where they are not equally spaced.

    ``quick`` puts the index of an MP4 file first.
    """
    options = {"movflags": "faststart"} if quick else {}
    with av.open(str(path), "w", options=options) as file:
        stream = file.add_stream(codec, rate=rate)
        height, width = frames[0].shape[:2]
        stream.width, stream.height = width, height
        stream.pix_fmt = "bgr0" if codec == "ffv1" else "yuv420p"
        stream.codec_context.gop_size = keys
        if codec == "mpeg4":
            stream.codec_context.max_b_frames = between
            stream.codec_context.qmin = stream.codec_context.qmax = 2
        if times is not None:
            stream.codec_context.time_base = MILLISECOND
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        if turn:
            stream.set_display_rotation(turn)
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = round(times[number] * 1000), MILLISECOND
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path
