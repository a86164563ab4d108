"""Colour: which colours a picture has, and how much of them.

Red, green, blue, saturation and value are those of sRGB, from 0 to 1; L*, a* and b* are CIELAB
(D65), where distances are about equal to perceived differences.

- ``*_mean``, ``*_sd``: mean and standard deviation over all pixels.
- ``hue_mean``, ``hue_sd``: hue is an angle (0 red, 120 green, 240 blue), so these are circular: with
  R the length of the mean of unit vectors weighted by saturation, the angle of that mean, and
  sqrt(-2 ln R) (Mardia and Jupp 2000, Directional Statistics). Null for a picture without colour.
- ``colourfulness``: sqrt(sd(rg)^2 + sd(yb)^2) + 0.3 sqrt(mean(rg)^2 + mean(yb)^2), with rg = R - G and
  yb = (R + G) / 2 - B on the 0-255 scale. From 0 (not colourful) over 33 (moderately) to 109
  (extremely) (Hasler and Suesstrunk 2003, doi:10.1117/12.477378).
- ``warm_share``, ``cool_share``: share of all pixels with a saturation over 0.2 and a value over 0.2
  whose hue is red to yellow (under 75 or from 330 degrees), or green to blue (from 75 to under 285).
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import UInt8

from imagesasdata.columns import Column
from imagesasdata.measures.size import Size

_COLOURLESS = "the picture could not be read, or has no colour"
_CHANNELS = {
    "red": ("red, sRGB", "0 to 1"),
    "green": ("green, sRGB", "0 to 1"),
    "blue": ("blue, sRGB", "0 to 1"),
    "saturation": ("saturation (HSV)", "0 to 1"),
    "value": ("value (HSV)", "0 to 1"),
    "lightness": ("CIELAB L*", "0 to 100"),
    "lab_a": ("CIELAB a*, green to red", "about -87 to 99"),
    "lab_b": ("CIELAB b*, blue to yellow", "about -108 to 95"),
}

COLUMNS = (
    *(
        Column(
            f"{name}_{what}",
            "float64",
            f"{label} of {text}, over all pixels.",
            range=limits if what == "mean" else "0 ...",
        )
        for name, (text, limits) in _CHANNELS.items()
        for what, label in (("mean", "Mean"), ("sd", "Standard deviation"))
    ),
    Column(
        "hue_mean",
        "float64",
        "Circular mean of hue, weighted by saturation.",
        unit="degrees",
        range="0 to under 360",
        null=_COLOURLESS,
    ),
    Column(
        "hue_sd",
        "float64",
        "Circular standard deviation of hue, weighted by saturation.",
        unit="degrees",
        range="0 ...",
        null=_COLOURLESS,
    ),
    Column("colourfulness", "float64", "Hasler and Suesstrunk's colourfulness.", range="0 ..."),
    Column("warm_share", "float64", "Share of pixels of a red to yellow hue.", range="0 to 1"),
    Column("cool_share", "float64", "Share of pixels of a green to blue hue.", range="0 to 1"),
)


def measure(rgb: UInt8[np.ndarray, "h w 3"], original: Size) -> dict[str, float | None]:
    """The group's values."""
    pixels = rgb.astype(np.float32) / 255.0
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
    hue, saturation, value = cv2.split(hsv)
    channels = dict(zip(("lightness", "lab_a", "lab_b"), cv2.split(lab), strict=True))
    channels |= dict(zip(("red", "green", "blue"), cv2.split(pixels), strict=True))
    channels |= {"saturation": saturation, "value": value}
    values: dict[str, float | None] = {}
    for name in _CHANNELS:
        mean, deviation = cv2.meanStdDev(channels[name])
        values[f"{name}_mean"], values[f"{name}_sd"] = float(mean[0, 0]), float(deviation[0, 0])
    values["hue_mean"], values["hue_sd"] = _circular(hue, saturation)
    values["colourfulness"] = _colourfulness(rgb)
    coloured = (saturation > 0.2) & (value > 0.2)
    values["warm_share"] = float((coloured & ((hue < 75.0) | (hue >= 330.0))).mean())
    values["cool_share"] = float((coloured & (hue >= 75.0) & (hue < 285.0)).mean())
    return values


def _circular(hue: np.ndarray, weight: np.ndarray) -> tuple[float | None, float | None]:
    across, up = cv2.polarToCart(weight, hue, angleInDegrees=True)
    total = float(weight.sum(dtype=np.float64))
    if total <= 0.0:
        return None, None
    x, y = (float(part.sum(dtype=np.float64)) / total for part in (across, up))
    length = min(float(np.hypot(x, y)), 1.0)
    if length < 1e-6:
        return None, None  # opposite hues cancel: there is no mean direction
    angle = float(np.degrees(np.arctan2(y, x)))
    return angle % 360.0 % 360.0, float(np.degrees(np.sqrt(max(0.0, -2.0 * np.log(length)))))


def _colourfulness(rgb: np.ndarray) -> float:
    red, green, blue = (channel.astype(np.float32) for channel in cv2.split(rgb))
    (rg_mean, rg_sd), (yb_mean, yb_sd) = (
        (float(part[0, 0]) for part in cv2.meanStdDev(difference))
        for difference in (red - green, 0.5 * (red + green) - blue)
    )
    return float(np.hypot(rg_sd, yb_sd) + 0.3 * np.hypot(rg_mean, yb_mean))
