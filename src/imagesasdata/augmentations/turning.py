"""Augmentations that mirror and rotate."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import get_args

import numpy as np

from imagesasdata.augmentations.augmentation import Augmentation, chance, drawn
from imagesasdata.checks import check_choice, number
from imagesasdata.steps.as_is import unchanged
from imagesasdata.steps.geometry import Direction, flip, rotate
from imagesasdata.steps.named_color import Color, color_of
from imagesasdata.steps.step import Step


@dataclass(frozen=True, repr=False)
class RandomFlip(Augmentation):
    """See `random_flip`."""

    p: float = 0.5
    _: KW_ONLY
    direction: Direction = "left-right"

    def _draw(self, rng: np.random.Generator) -> Step:
        return flip(self.direction) if rng.random() < self.p else unchanged()


def random_flip(p: float = 0.5, *, direction: Direction = "left-right") -> RandomFlip:
    """Mirror some pictures. Not for pictures in which left and right matter, such as writing.

    Parameters
    ----------
    p
        The share of pictures that are mirrored, 0 to 1; by default a half.
    direction
        ``"left-right"`` or, for pictures without a natural top, ``"top-bottom"``.

    Returns
    -------
    Augmentation

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownNameError
        For an invalid share or direction.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import augmentations
    >>> rng = np.random.default_rng(1)
    >>> [augmentations.random_flip().draw(rng) for _ in range(3)]
    [unchanged(), unchanged(), flip("left-right")]
    """
    p = chance(p, "for example random_flip(0.5).")
    return RandomFlip(p, direction=check_choice("direction", direction, get_args(Direction)))


@dataclass(frozen=True, repr=False)
class RandomRotate(Augmentation):
    """See `random_rotate`."""

    degrees: float = 15
    _: KW_ONLY
    color: Color = "gray"

    def _draw(self, rng: np.random.Generator) -> Step:
        angle = drawn(rng, -self.degrees, self.degrees)
        return rotate(angle, expand=False, color=self.color)


def random_rotate(degrees: float = 15, *, color: Color = "gray") -> RandomRotate:
    """Rotate a picture a little, left or right, without changing its size.

    Parameters
    ----------
    degrees
        The largest angle, 0 to 180; by default 15, about as much as a camera may be tilted.
    color
        What fills the corners: a name, a code or (red, green, blue); mid-gray by default, which is
        neutral for a network.

    Returns
    -------
    Augmentation

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid angle or color.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import augmentations
    >>> augmentations.random_rotate(10).draw(np.random.default_rng(1))
    rotate(0.2364, expand=False, color="gray")
    """
    degrees = number("degrees", degrees, 0, 180, hint="for example random_rotate(15).")
    return RandomRotate(degrees, color=color_of(color))
