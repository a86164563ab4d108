"""A group of measures: columns, and the function that computes a value for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from imagesasdata.columns import Column

Value = float | int | str | None


@dataclass(frozen=True)
class Size:
    """The picture as it was stored: width and height (upright) in pixels, file size in bytes."""

    width: int
    height: int
    bytes: int


@dataclass(frozen=True)
class Group:
    """Measures that belong together.

    ``measure`` takes the pixels and the size of the stored picture, and returns exactly one value for
    each of ``columns``, ``None`` if the picture has no such quantity. A ``whole`` group is measured on
    every pixel of the upright picture, other groups on a scaled copy. A group ``on_request`` is
    measured only when it is named.
    """

    name: str
    columns: tuple[Column, ...]
    measure: Callable[[UInt8[np.ndarray, "h w 3"], Size], Mapping[str, Value]]
    whole: bool = False
    on_request: bool = False
