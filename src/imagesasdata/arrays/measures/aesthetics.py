"""Aesthetics: the rules of photography handbooks, as eight components and their mean.

Each component is a measure of `features`, mapped to 0 ... 1 by a fixed rule, so that a score can be
decomposed:

- ``aesthetic_exposure`` = 1 - |lightness_mean - 50| / 50: neither dark nor pale.
- ``aesthetic_contrast`` = lightness_sd / 28.87, at most 1: 28.87 is the value of a picture in which
  all lightnesses are equally common.
- ``aesthetic_color`` = colorfulness / 109, at most 1: 109 is extremely colorful on the scale of Hasler
  and Suesstrunk 2003 (doi:10.1117/12.477378).
- ``aesthetic_sharpness`` = log10(1 + sharpness) / 4, at most 1.
- ``aesthetic_focus`` = 1 - saliency_spread / 0.2887, at least 0: 0.2887 means evenly spread.
- ``aesthetic_thirds`` = 1 - 3 thirds_distance, at least 0: near a point of thirds.
- ``aesthetic_symmetry`` = (symmetry_left_right + 1) / 2.
- ``aesthetic_separation`` = figure_ground / 50, at most 1: the salient area stands out by its color.
- ``aesthetic_score``: the mean of the components that the picture has.

Exposure, color and the rule of thirds are among the features with which Datta et al. 2006
(doi:10.1007/11744078_23) distinguished highly rated photographs from low-rated ones. The rules and the
equal weights here are set by hand, not fitted to ratings: the score says how far a picture follows the
handbook, not whether people like it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from imagesasdata.arrays.measures.group import Value
from imagesasdata.columns import Column

GROUPS = ("color", "texture", "composition")

_RULES: Mapping[str, tuple[str, str, Callable[[float], float]]] = {
    "exposure": ("Neither dark nor pale.", "lightness_mean", lambda v: 1.0 - abs(v - 50.0) / 50.0),
    "contrast": ("Range of lightness.", "lightness_sd", lambda v: v / 28.87),
    "color": ("Colorfulness.", "colorfulness", lambda v: v / 109.0),
    "sharpness": ("Sharpness.", "sharpness", lambda v: math.log10(1.0 + v) / 4.0),
    "focus": ("One thing stands out.", "saliency_spread", lambda v: 1.0 - v / 0.2887),
    "thirds": ("It lies at a point of thirds.", "thirds_distance", lambda v: 1.0 - 3.0 * v),
    "symmetry": ("Left and right are alike.", "symmetry_left_right", lambda v: (v + 1.0) / 2.0),
    "separation": ("Figure and ground differ.", "figure_ground", lambda v: v / 50.0),
}

COLUMNS = (
    Column("aesthetic_score", "float64", "Mean of the components.", range="0 to 1"),
    *(
        Column(
            f"aesthetic_{name}",
            "float64",
            text,
            range="0 to 1",
            null="the picture could not be read, or has no such quantity",
        )
        for name, (text, _, _) in _RULES.items()
    ),
)


def score(values: Mapping[str, Value]) -> dict[str, float | None]:
    """Components and score from a picture's measures of `GROUPS`."""
    components: dict[str, float | None] = {}
    for name, (_, measure, rule) in _RULES.items():
        value = values[measure]
        known = isinstance(value, float)
        components[f"aesthetic_{name}"] = min(max(rule(value), 0.0), 1.0) if known else None
    present = [value for value in components.values() if value is not None]
    return {"aesthetic_score": sum(present) / len(present), **components}
