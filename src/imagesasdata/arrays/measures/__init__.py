"""Measures of the pixels themselves: plain arrays in, plain numbers out.

A group is a file with ``COLUMNS`` and ``measure``, and a line in ``GROUPS``. Its docstring states the
formulas and their sources; ``docs/reference/feature-formulas.md`` explains them to users.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from imagesasdata.arrays.measures import color, composition, hashes, hog, light, size, texture
from imagesasdata.arrays.measures.group import Group, Size, Value

__all__ = ["GROUPS", "Group", "Size", "Value", "measure"]

GROUPS: Mapping[str, Group] = {
    "size": Group("size", size.COLUMNS, size.measure),
    "color": Group("color", color.COLUMNS, color.measure),
    "light": Group("light", light.COLUMNS, light.measure),
    "texture": Group("texture", texture.COLUMNS, texture.measure),
    "composition": Group("composition", composition.COLUMNS, composition.measure),
    "hog": Group("hog", hog.COLUMNS, hog.measure, on_request=True),
    "hash": Group(
        "hash",
        hashes.COLUMNS,
        lambda rgb, header: hashes.measure(Image.fromarray(rgb)),
        whole=True,
        on_request=True,
    ),
}


def measure(
    rgb: UInt8[np.ndarray, "h w 3"], header: Size, groups: Sequence[str]
) -> dict[str, Value]:
    """All measures of some groups.

    Parameters
    ----------
    rgb
        The upright picture in sRGB, scaled down by averaging to at most 512 pixels on its longer
        side, so that measures describe the picture and not the camera's resolution. A smaller picture
        is not scaled. For a ``whole`` group, every pixel.
    header
        The size of the stored picture.
    groups
        Names from `GROUPS`.

    Returns
    -------
    dict
        Values by column name; ``None`` if the picture has no such quantity.
    """
    pixels = np.ascontiguousarray(rgb)  # OpenCV does not accept negative strides
    values: dict[str, Value] = {}
    for name in groups:
        values.update(GROUPS[name].measure(pixels, header))
    return values
