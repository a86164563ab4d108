"""Light: how bright a picture is, and how its light is spread.

Luminance Y is linear, as a light meter has it: Y = 0.2126 R + 0.7152 G + 0.0722 B with R, G and B
freed of sRGB's gamma curve (ITU-R BT.709; IEC 61966-2-1), from 0 (black) to 1 (white).

- ``luminance_mean``: mean of Y.
- ``rms_contrast``: standard deviation of Y (Peli 1990, doi:10.1364/JOSAA.7.002032).
- ``michelson_contrast``: (high - low) / (high + low), with the 99th and 1st percentile of Y for high
  and low, so that one odd pixel does not decide. Null for a black picture.
- ``dynamic_range``: log2 of high / low, in photographic stops, with low not under 1 / 4096.
- ``overexposed_share``, ``underexposed_share``: share of pixels whose brightest channel is at least
  250, or at most 5, of 255.
- ``bright_share``: share of pixels with Y over 0.5.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import UInt8

from imagesasdata.columns import Column
from imagesasdata.measures.size import Size

_DARKEST = 1.0 / 4096.0

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
    Column("overexposed_share", "float64", "Share of pixels that are burnt out.", range="0 to 1"),
    Column("underexposed_share", "float64", "Share of pixels that are black.", range="0 to 1"),
    Column("bright_share", "float64", "Share of pixels with luminance over 0.5.", range="0 to 1"),
)


def measure(rgb: UInt8[np.ndarray, "h w 3"], original: Size) -> dict[str, float | None]:
    """The group's values."""
    luminance = linear_luminance(rgb)
    mean, deviation = cv2.meanStdDev(luminance)
    low, high = (float(part) for part in np.percentile(luminance, (1.0, 99.0)))
    brightest = rgb.max(axis=2)
    return {
        "luminance_mean": float(mean[0, 0]),
        "rms_contrast": float(deviation[0, 0]),
        "michelson_contrast": (high - low) / (high + low) if high > 0.0 else None,
        "dynamic_range": float(np.log2(max(high, _DARKEST) / max(low, _DARKEST))),
        "overexposed_share": float((brightest >= 250).mean()),
        "underexposed_share": float((brightest <= 5).mean()),
        "bright_share": float((luminance > 0.5).mean()),
    }


def linear_luminance(rgb: UInt8[np.ndarray, "h w 3"]) -> np.ndarray:
    """Rec. 709 luminance of sRGB pixels, float32 from 0 to 1, shape (height, width)."""
    coded = np.arange(256) / 255.0
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    # One look-up for each channel, with its weight in the table.
    weighted = (linear[:, None] * (0.2126, 0.7152, 0.0722)).astype(np.float32)
    return weighted[rgb[..., 0], 0] + weighted[rgb[..., 1], 1] + weighted[rgb[..., 2], 2]
