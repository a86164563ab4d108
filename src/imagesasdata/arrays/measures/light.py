"""Light: how bright a picture is, and how its light is spread.

Luminance Y is linear, as a light meter measures it: Y = 0.2126 R + 0.7152 G + 0.0722 B, with R, G and B
linearized by inverting sRGB's curve (ITU-R BT.709; IEC 61966-2-1), from 0 (black) to 1 (white). Cameras
and editors tone-map photos, so Y describes the picture, not the scene.

- ``luminance_mean``: mean of Y.
- ``rms_contrast``: standard deviation of Y (Peli 1990, doi:10.1364/JOSAA.7.002032).
- ``michelson_contrast``: (high - low) / (high + low), with the 99th and 1st percentile of Y as high and
  low, so that single pixels have no influence (Michelson 1927, Studies in Optics).
- ``dynamic_range``: log2 of high / low, in photographic stops; both are at least 1 / 4096.
- ``overexposed_share``, ``underexposed_share``: shares of pixels with all channels at least 250, or all
  at most 5, of 255: nearly white or black, without detail.
- ``bright_share``: share of pixels with Y over 0.5.
- ``light_sum``: mean of Y x number of pixels of the stored picture: the sum of lights in pictures whose
  pixels are places, such as night-time satellite pictures (Henderson et al. 2012,
  doi:10.1257/aer.102.2.994).
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import UInt8

from imagesasdata.arrays.measures.group import Size, Value
from imagesasdata.arrays.measures.moments import mean_and_sd, strips
from imagesasdata.arrays.measures.srgb import luminance
from imagesasdata.columns import Column

_DARKEST = 1.0 / 4096.0
_WHITE, _BLACK = 250, 5
_BRIGHT = 0.5

COLUMNS = (
    Column("luminance_mean", "float64", "Mean linear luminance.", range="0 to 1"),
    Column("rms_contrast", "float64", "Standard deviation of luminance.", range="0 to 0.5"),
    Column(
        "michelson_contrast",
        "float64",
        "Michelson contrast of the 99th and 1st percentile of luminance.",
        range="0 to 1",
        null="the picture could not be read, or is black",
    ),
    Column(
        "dynamic_range",
        "float64",
        "Ratio of the 99th and 1st percentile of luminance.",
        unit="stops",
        range="0 to 12",
    ),
    Column(
        "overexposed_share", "float64", "Share of pixels that are nearly white.", range="0 to 1"
    ),
    Column(
        "underexposed_share", "float64", "Share of pixels that are nearly black.", range="0 to 1"
    ),
    Column("bright_share", "float64", "Share of pixels with luminance over 0.5.", range="0 to 1"),
    Column(
        "light_sum",
        "float64",
        "Sum of luminance over the pixels of the stored picture.",
        unit="white pixels",
        range="0 ...",
    ),
)


def measure(rgb: UInt8[np.ndarray, "h w 3"], header: Size) -> dict[str, Value]:
    """The group's values."""
    light = np.concatenate([luminance(part) for part in strips(rgb)])
    (mean,), (deviation,) = mean_and_sd(strips(light))
    low, high = (float(part) for part in np.percentile(light, (1.0, 99.0)))
    return {
        "luminance_mean": mean,
        "rms_contrast": deviation,
        "michelson_contrast": (high - low) / (high + low) if high > 0.0 else None,
        "dynamic_range": float(np.log2(max(high, _DARKEST) / max(low, _DARKEST))),
        "overexposed_share": _share(cv2.inRange(rgb, (_WHITE,) * 3, (255,) * 3)),
        "underexposed_share": _share(cv2.inRange(rgb, (0,) * 3, (_BLACK,) * 3)),
        "bright_share": float((light > _BRIGHT).mean()),
        "light_sum": mean * header.width * header.height,
    }


def _share(mask: np.ndarray) -> float:
    return cv2.countNonZero(mask) / mask.size
