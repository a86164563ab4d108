"""Turns a decoded frame of a video into RGB pixels as players show it."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from jaxtyping import UInt8

from imagesasdata.errors import ImageError

# Where a file does not say which matrix made its colors, players take that of HDTV from these sizes on.
_HD_WIDTH, _HD_HEIGHT = 1280, 577
# Transfer functions of high dynamic range, by their numbers in ITU-T H.273: PQ, HLG.
_HDR = (16, 18)
_MATRIX_UNSPECIFIED = (2, 3)


def shown_size(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """The size at which a frame is shown whose pixels are ``aspect`` times as wide as high.

    One side grows and none shrinks, so that no pixel is lost.
    """
    if not aspect or aspect <= 0:
        return width, height
    if aspect > 1:
        return round(width * aspect), height
    return width, round(height / aspect)


def check_video_size(width: int, height: int, max_pixels: int) -> None:
    """Refuse a video or a frame of it with more than ``max_pixels``."""
    if width * height > max_pixels:
        raise ImageError(
            f"video has {width} x {height} pixels, over the limit of {max_pixels:,} (max_pixels)"
        )


class Upright:
    """Makes upright pixels of a video's frames.

    Parameters
    ----------
    aspect
        How many times as wide as high the video's pixels are.
    max_pixels
        The most pixels of a frame; some may be larger than the video's header says.
    """

    def __init__(self, aspect: Fraction | None, max_pixels: int) -> None:
        from av.video.reformatter import VideoReformatter

        self._aspect, self._max_pixels = aspect, max_pixels
        # Kept for all frames: for high dynamic range it makes a table, which takes seconds.
        self._reformatter = VideoReformatter()

    def __call__(self, frame: Any, long_side: int | None) -> UInt8[np.ndarray, "height width 3"]:
        """The pixels of an ``av.VideoFrame``; at most ``long_side`` on the longer side.

        Raises
        ------
        ImageError
            When it is too large, or its colors are coded in a way that cannot be converted.
        """
        width, height = shown_size(frame.width, frame.height, self._aspect)
        check_video_size(width, height, self._max_pixels)
        scale = long_side / max(width, height) if long_side else 1.0
        options: dict[str, Any] = _colors(frame)
        if scale < 1.0:
            # Chroma at half the resolution needs even sides.
            width, height = (max(2, round(side * scale / 2) * 2) for side in (width, height))
            options["interpolation"] = "AREA"
        elif (width, height) != (frame.width, frame.height):
            options["interpolation"] = "BICUBIC"
        alpha = any(part.is_alpha for part in frame.format.components)
        layout = "rgba" if alpha else "rgb24"
        try:
            shown = self._reformatter.reformat(frame, width, height, layout, **options)
        except OSError as error:
            raise ImageError(
                f"video has colors that cannot be converted (matrix {int(frame.colorspace)}): "
                f"{getattr(error, 'strerror', None) or error}"
            ) from None
        pixels = shown.to_ndarray()
        return _turned(_on_white(pixels) if alpha else pixels, _matrix(frame))


def _colors(frame: Any) -> dict[str, Any]:
    from av.video.reformatter import ColorPrimaries, Colorspace, ColorTrc

    if int(frame.color_trc) in _HDR:
        # White paper (203 cd/m2, BT.2408) becomes white; what is brighter is cut off there.
        return {
            "dst_color_trc": ColorTrc.IEC61966_2_1,
            "dst_color_primaries": ColorPrimaries.BT709,
        }
    large = frame.width >= _HD_WIDTH or frame.height >= _HD_HEIGHT
    if large and int(frame.colorspace) in _MATRIX_UNSPECIFIED and not frame.format.is_rgb:
        return {"src_colorspace": Colorspace.ITU709}
    return {}


def _on_white(pixels: np.ndarray) -> np.ndarray:
    alpha = pixels[..., 3:].astype(np.uint16)
    mixed = pixels[..., :3] * alpha + 255 * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


def _matrix(frame: Any) -> tuple[float, float, float, float]:
    """Where the file says that a pixel at x, y is shown: at ``ax + cy``, ``bx + dy``."""
    from av.sidedata.sidedata import Type

    found = frame.side_data.get(Type.DISPLAYMATRIX)
    if found is None:
        return 1.0, 0.0, 0.0, 1.0
    numbers = np.frombuffer(bytes(found), np.int32)
    a, b, c, d = (float(numbers[index]) for index in (0, 1, 3, 4))
    return a, b, c, d


def _turned(pixels: np.ndarray, matrix: tuple[float, float, float, float]) -> np.ndarray:
    """The pixels turned and mirrored, to the nearest quarter turn."""
    a, b, c, d = matrix
    if math.hypot(a, d) < math.hypot(b, c):
        pixels, a, d = pixels.swapaxes(0, 1), c, b
    if a < 0:
        pixels = pixels[:, ::-1]
    if d < 0:
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
