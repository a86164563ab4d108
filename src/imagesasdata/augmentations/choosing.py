"""Combined augmentations: a random choice, and a list to start with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from imagesasdata.augmentations.augmentation import Augmentation, draw_one, parts_of
from imagesasdata.augmentations.framing import random_crop
from imagesasdata.augmentations.tone import random_brightness, random_contrast, random_saturation
from imagesasdata.augmentations.turning import random_flip
from imagesasdata.errors import ArgumentError
from imagesasdata.steps.step import Step


@dataclass(frozen=True, repr=False)
class OneOf(Augmentation):
    """See `one_of`."""

    choices: tuple[Augmentation | Step, ...]

    def _draw(self, rng: np.random.Generator) -> Step:
        return draw_one(self.choices[rng.integers(len(self.choices))], rng)


def one_of(choices: Iterable[Augmentation | Step]) -> OneOf:
    """Apply one of several augmentations to each picture, all with the same probability.

    Parameters
    ----------
    choices
        One or more augmentations or steps; include `steps.unchanged()` to leave some pictures as they
        are.

    Returns
    -------
    Augmentation

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an empty list, and for anything that is neither augmentation nor step.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import augmentations, steps
    >>> either = augmentations.one_of([steps.grayscale(), augmentations.random_hue(10)])
    >>> either.draw(np.random.default_rng(1))
    grayscale()
    """
    parts = parts_of(choices)
    if not parts:
        raise ArgumentError(
            "one_of got nothing to choose from.",
            "for example one_of([random_hue(), random_blur()]).",
        )
    return OneOf(parts)


def light() -> list[Augmentation]:
    """Augmentations to start with: small changes that keep a photo plausible.

    They mirror half of the pictures, crop a little, and change brightness, contrast and saturation a
    little. For pictures in which left and right matter, leave out the first.

    Returns
    -------
    list of Augmentation

    Examples
    --------
    >>> from imagesasdata import augmentations
    >>> augmentations.light()[0]
    random_flip(0.5)
    """
    return [
        random_flip(),
        random_crop(),
        random_brightness(),
        random_contrast(),
        random_saturation(),
    ]
