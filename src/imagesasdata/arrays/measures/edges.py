"""Edge detection for texture and composition."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import UInt8

_WEAK, _STRONG = 100, 200


def edges(gray: UInt8[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w"]:
    """255 on the edges of a gray picture, else 0.

    Canny 1986 (doi:10.1109/TPAMI.1986.4767851), with thresholds 100 and 200 of the L1 gradient (Sobel,
    3 x 3) after a Gaussian blur of 5 x 5 pixels (sigma 1.1).
    """
    return np.asarray(cv2.Canny(cv2.GaussianBlur(gray, (5, 5), 0), _WEAK, _STRONG))
