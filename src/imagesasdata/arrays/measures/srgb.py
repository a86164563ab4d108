"""sRGB pixels as luminance and as CIELAB.

Both are defined on linear light, so sRGB's curve is inverted first (IEC 61966-2-1). White is that of
sRGB (D65), so that gray pixels have a* = b* = 0.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

_CODED = np.arange(256) / 255.0
_LINEAR = np.where(_CODED <= 0.04045, _CODED / 12.92, ((_CODED + 0.055) / 1.055) ** 2.4)
_LUMINANCE = np.array([[0.2126, 0.7152, 0.0722]])  # ITU-R BT.709
_XYZ = np.array(  # ITU-R BT.709 primaries, D65
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
)
_OF_WHITE = _XYZ / _XYZ.sum(axis=1, keepdims=True)
_LAB = np.array([[0.0, 116.0, 0.0, -16.0], [500.0, -500.0, 0.0, 0.0], [0.0, 200.0, -200.0, 0.0]])
_KNEE, _SLOPE = np.float32((6 / 29) ** 3), (29 / 6) ** 2 / 3  # below the knee, CIELAB is linear


def luminance(rgb: UInt8[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w"]:
    """Linear luminance, from 0 (black) to 1 (white)."""
    light = cv2.transform(_light(rgb), _LUMINANCE.astype(np.float32))
    return light[:, : rgb.shape[1]]


def lab(rgb: UInt8[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w 3"]:
    """CIELAB: L*, a* and b*.

    OpenCV's own conversion is not used: it looks colors up in a coarse table and is off by up to 0.4.
    """
    light = cv2.transform(_light(rgb), _OF_WHITE.astype(np.float32))
    channels = light.reshape(len(light), -1)  # cv2.pow splits three channels into uneven blocks
    # root(max(t, knee)) + slope * (min(t, knee) - knee): the curve above the knee, the line below it
    curve = cv2.pow(np.maximum(channels, _KNEE), 1.0 / 3.0)
    line = np.minimum(channels, _KNEE)
    parts = cv2.addWeighted(curve, 1.0, line, _SLOPE, -_SLOPE * float(_KNEE))
    return cv2.transform(parts.reshape(light.shape), _LAB.astype(np.float32))[:, : rgb.shape[1]]


def _light(rgb: UInt8[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h wide 3"]:
    """Linear red, green and blue, with each row padded to a multiple of 64 pixels.

    At the end of a row, OpenCV computes the remaining pixels without vector instructions and rounds
    differently. With padded rows, a pixel's value depends on its position only in the seventh digit.
    """
    full = cv2.copyMakeBorder(rgb, 0, 0, 0, -rgb.shape[1] % 64, cv2.BORDER_REPLICATE)
    return cv2.LUT(full, _LINEAR.astype(np.float32))
