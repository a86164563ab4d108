"""An augmentation that blurs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imagesasdata.augmentations.augmentation import Augmentation, drawn
from imagesasdata.checks import number
from imagesasdata.steps.filters import blur
from imagesasdata.steps.step import Step


@dataclass(frozen=True, repr=False)
class RandomBlur(Augmentation):
    """See `random_blur`."""

    radius: float = 2

    def _draw(self, rng: np.random.Generator) -> Step:
        return blur(drawn(rng, 0, self.radius))


def random_blur(radius: float = 2) -> RandomBlur:
    """Blur a picture with a random radius.

    Parameters
    ----------
    radius
        The largest radius of `steps.blur` in pixels, 0 to 127; by default 2, for pictures of a few
        hundred pixels on a side.

    Returns
    -------
    Augmentation

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid radius.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import augmentations
    >>> augmentations.random_blur(2).draw(np.random.default_rng(1))
    blur(1.0236)
    """
    return RandomBlur(number("radius", radius, 0, 127, hint="for example random_blur(2)."))
