"""Color: which colors a picture has, and how much of them.

- ``red``, ``green``, ``blue``: the channels of sRGB. ``saturation`` = (max - min) / max and ``value`` =
  max of the three (HSV: Smith 1978, doi:10.1145/965139.807361). All are from 0 to 1, so that
  coefficients are comparable. ``lightness``, ``lab_a``, ``lab_b``: CIELAB's L*, a* and b* (D65; CIE
  15:2018), in which distances approximate perceived differences. Each has a mean and a standard
  deviation over all pixels.
- ``hue_mean``, ``hue_sd``, ``hue_cos``, ``hue_sin``: hue h (HSV) is an angle (0 red, 120 green, 240
  blue), so these are circular statistics. Pixels are weighted by w = max - min, because the hue of
  nearly gray pixels means little (Hanbury 2008, doi:10.1016/j.patrec.2007.11.002):
  hue_cos = sum w cos h / sum w, and likewise hue_sin. hue_mean is the angle of the vector
  (hue_cos, hue_sin); with R as its length, hue_sd is sqrt(-2 ln R) (Mardia and Jupp 2000,
  doi:10.1002/9780470316979). In a regression, use hue_cos and hue_sin together instead of hue_mean,
  in which 359 and 1 are far apart.
- ``colorfulness``: sqrt(sd(rg)^2 + sd(yb)^2) + 0.3 sqrt(mean(rg)^2 + mean(yb)^2), with rg = R - G and
  yb = (R + G) / 2 - B on the 0-255 scale. About 15 is slightly, 33 moderately, 59 quite and 109
  extremely colorful (Hasler and Suesstrunk 2003, doi:10.1117/12.477378).
- ``warm_share``, ``cool_share``: shares of pixels whose warmth is over 0.25 or under -0.25. Warmth is
  0.02 C*^1.07 cos(h - 50), with C* and h as CIELAB's chroma and hue in degrees; gray has 0 (Ou et al.
  2004, doi:10.1002/col.20010, who subtract 0.5).
- ``black_share``, ``white_share``, ``gray_share``, ``red_share``, ``orange_share``, ``yellow_share``,
  ``green_share``, ``blue_share``, ``purple_share``, ``pink_share``, ``brown_share``: shares of pixels
  named by each of Berlin and Kay's eleven basic color terms. A color with a chroma C* under 7 is black
  under L* 26, white from L* 86 and gray between (ISCC-NBS: Kelly and Judd 1976,
  doi:10.6028/NBS.SP.440). Any other color has the term of the nearest example in CIELAB. Examples are
  558 colors of the xkcd color survey whose name is or ends in a basic term, such as "sky blue" (Munroe
  2010; see Heer and Stone 2012, doi:10.1145/2207676.2208547). The terms are English, by self-selected
  people on uncalibrated screens. The shares sum to 1, so leave one out of a regression.
- ``dominant_color``, ``dominant_color_share``: of all cubes of 40 x 40 x 40 levels of sRGB, on a grid
  of 8, the one with the most pixels (a mode of the color histogram; Swain and Ballard 1991,
  doi:10.1007/BF00130487): the mean color of its pixels, and their share. ``dominant_color_2``,
  ``dominant_color_2_share``, ``dominant_color_3``, ``dominant_color_3_share``: the same for the
  remaining pixels, if a cube has at least a twentieth of all pixels. ``dominant_color_count``: the
  number of such colors.

For warmth and color terms, each pixel has the color at the center of its cell of 8 x 8 x 8 levels.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float32, Int16, UInt8

from imagesasdata.arrays.measures.color_cells import (
    count_cells,
    dominant_colors,
    term_shares,
    warm_and_cool_share,
)
from imagesasdata.arrays.measures.color_names import TERMS
from imagesasdata.arrays.measures.group import Size, Value
from imagesasdata.arrays.measures.moments import mean_and_sd, strips
from imagesasdata.arrays.measures.srgb import lab
from imagesasdata.columns import Column

_CHANNELS = {
    "red": ("red (sRGB)", "0 to 1", "0 to 0.5"),
    "green": ("green (sRGB)", "0 to 1", "0 to 0.5"),
    "blue": ("blue (sRGB)", "0 to 1", "0 to 0.5"),
    "saturation": ("saturation (HSV)", "0 to 1", "0 to 0.5"),
    "value": ("value (HSV)", "0 to 1", "0 to 0.5"),
    "lightness": ("CIELAB's L*", "0 to 100", "0 to 50"),
    "lab_a": ("CIELAB's a*, green to red", "-87 to 99", "0 to 93"),
    "lab_b": ("CIELAB's b*, blue to yellow", "-108 to 95", "0 to 102"),
}
_HUES = {
    "hue_mean": ("Circular mean of hue, weighted by chroma.", "degrees", "0 to 360"),
    "hue_sd": ("Circular standard deviation of hue, weighted by chroma.", "degrees", "0 ..."),
    "hue_cos": ("Mean cosine of hue, weighted by chroma: cyan to red.", "", "-1 to 1"),
    "hue_sin": ("Mean sine of hue, weighted by chroma: violet to lime.", "", "-1 to 1"),
}
_BYTES = ("red", "green", "blue", "value")
_LEAST_LENGTH = 1e-6
_FEWER = "the picture could not be read, or has fewer dominant colors"

COLUMNS = (
    *(
        Column(f"{name}_{what}", "float64", f"{label} of {text}.", range=limits)
        for name, (text, *both) in _CHANNELS.items()
        for what, label, limits in zip(
            ("mean", "sd"), ("Mean", "Standard deviation"), both, strict=True
        )
    ),
    *(
        Column(
            name,
            "float64",
            text,
            unit=unit,
            range=limits,
            null="the picture could not be read, has no color, or its hues cancel",
        )
        for name, (text, unit, limits) in _HUES.items()
    ),
    Column("colorfulness", "float64", "Hasler and Suesstrunk's colorfulness.", range="0 ..."),
    Column("warm_share", "float64", "Share of pixels of a warm color.", range="0 to 1"),
    Column("cool_share", "float64", "Share of pixels of a cool color.", range="0 to 1"),
    *(
        Column(f"{term}_share", "float64", f"Share of pixels called {term}.", range="0 to 1")
        for term in TERMS
    ),
    *(
        column
        for name, which, null in (
            ("dominant_color", "most common", Column.null),
            ("dominant_color_2", "second most common", _FEWER),
            ("dominant_color_3", "third most common", _FEWER),
        )
        for column in (
            Column(
                name,
                "string",
                f"Mean of the {which} similar colors, sRGB.",
                unit="hex",
                range="#000000 to #ffffff",
                null=null,
            ),
            Column(
                f"{name}_share",
                "float64",
                "Share of pixels of about that color.",
                range="0 to 1",
                null=null,
            ),
        )
    ),
    Column(
        "dominant_color_count",
        "int64",
        "Number of dominant colors: of those with a twentieth of the pixels each.",
        range="1 to 20",
    ),
)


def measure(rgb: UInt8[np.ndarray, "h w 3"], header: Size) -> dict[str, Value]:
    """The group's values."""
    counts = count_cells(rgb)
    warm, cool = warm_and_cool_share(counts)
    dominant = dominant_colors(rgb, counts)
    first, second, third = (*dominant, (None, None), (None, None))[:3]
    return {
        **_moments(rgb),
        **_hue(rgb),
        "colorfulness": _colorfulness(rgb),
        "warm_share": warm,
        "cool_share": cool,
        **{f"{term}_share": share for term, share in term_shares(counts).items()},
        "dominant_color": first[0],
        "dominant_color_share": first[1],
        "dominant_color_2": second[0],
        "dominant_color_2_share": second[1],
        "dominant_color_3": third[0],
        "dominant_color_3_share": third[1],
        "dominant_color_count": len(dominant),
    }


def _moments(rgb: UInt8[np.ndarray, "h w 3"]) -> dict[str, float]:
    red, green, blue = zip(*mean_and_sd(strips(rgb)), strict=True)
    _, saturation, value = zip(*mean_and_sd(map(_hsv, strips(rgb))), strict=True)
    lightness, lab_a, lab_b = zip(*mean_and_sd(map(lab, strips(rgb))), strict=True)
    found = (red, green, blue, saturation, value, lightness, lab_a, lab_b)
    values: dict[str, float] = {}
    for name, (mean, sd) in zip(_CHANNELS, found, strict=True):
        full = 255.0 if name in _BYTES else 1.0
        values[f"{name}_mean"], values[f"{name}_sd"] = mean / full, sd / full
    values["lightness_mean"] = max(0.0, values["lightness_mean"])  # black, but for rounding
    return values


def _hue(rgb: UInt8[np.ndarray, "h w 3"]) -> dict[str, float | None]:
    across = up = total = 0.0
    for hsv in map(_hsv, strips(rgb)):
        hue, saturation, value = cv2.split(hsv)
        chroma, hue = (saturation * value).astype(np.float64), hue.astype(np.float64)
        cosine, sine = cv2.polarToCart(chroma, hue, angleInDegrees=True)
        # The computed lengths rather than chroma, which differs by rounding: near R = 1, hue_sd would
        # magnify the difference.
        total += cv2.sumElems(cv2.magnitude(cosine, sine))[0]
        across += cv2.sumElems(cosine)[0]
        up += cv2.sumElems(sine)[0]
    length = min(float(np.hypot(across, up)) / total, 1.0) if total > 0.0 else 0.0
    if length < _LEAST_LENGTH:
        return dict.fromkeys(_HUES)
    return {
        "hue_mean": float(np.degrees(np.arctan2(up, across))) % 360.0 % 360.0,
        "hue_sd": float(np.degrees(np.sqrt(-2.0 * np.log(length)))),
        "hue_cos": min(max(across / total, -1.0), 1.0),
        "hue_sin": min(max(up / total, -1.0), 1.0),
    }


def _hsv(rgb: UInt8[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w 3"]:
    """Hue from 0 to 360, saturation from 0 to 1, value from 0 to 255."""
    return cv2.cvtColor(rgb.astype(np.float32), cv2.COLOR_RGB2HSV)


def _colorfulness(rgb: UInt8[np.ndarray, "h w 3"]) -> float:
    (rg_mean, yb_mean), (rg_sd, yb_sd) = mean_and_sd(map(_opponents, strips(rgb)))
    return float(np.hypot(rg_sd, yb_sd / 2) + 0.3 * np.hypot(rg_mean, yb_mean / 2))


def _opponents(rgb: UInt8[np.ndarray, "h w 3"]) -> Int16[np.ndarray, "h w 2"]:
    """Red - green, and 2 x (yellow - blue), which is a whole number."""
    red, green, blue = cv2.split(rgb)
    yellow = cv2.add(red, green, dtype=cv2.CV_16S)
    blue = cv2.add(blue, blue, dtype=cv2.CV_16S)
    return cv2.merge([cv2.subtract(red, green, dtype=cv2.CV_16S), cv2.subtract(yellow, blue)])
