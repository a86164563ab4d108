"""What is measured on the pixels themselves: plain arrays in, plain numbers out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from imagesasdata.columns import Column
from imagesasdata.measures import colour, light, size, texture
from imagesasdata.measures.size import Size

__all__ = ["GROUPS", "Group", "Size", "measure"]

Values = Mapping[str, float | None]


@dataclass(frozen=True)
class Group:
    """Measures that belong together: their columns, and the function that gives a value for each."""

    columns: tuple[Column, ...]
    measure: Callable[[UInt8[np.ndarray, "h w 3"], Size], Values]


GROUPS: Mapping[str, Group] = {
    "size": Group(size.COLUMNS, size.measure),
    "colour": Group(colour.COLUMNS, colour.measure),
    "light": Group(light.COLUMNS, light.measure),
    "texture": Group(texture.COLUMNS, texture.measure),
}


def measure(
    rgb: UInt8[np.ndarray, "h w 3"], original: Size, groups: Sequence[str]
) -> dict[str, float | None]:
    """All measures of some groups.

    Parameters
    ----------
    rgb
        The upright picture in sRGB, scaled down to the size at which measures are taken.
    original
        The picture as it was stored.
    groups
        Names from `GROUPS`.

    Returns
    -------
    dict
        From column name to value; ``None`` where the picture has no such quantity.
    """
    values: dict[str, float | None] = {}
    for group in groups:
        values.update(GROUPS[group].measure(rgb, original))
    return values
