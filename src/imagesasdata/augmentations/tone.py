"""Augmentations of light and color."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from imagesasdata.augmentations.augmentation import Augmentation, drawn
from imagesasdata.checks import number
from imagesasdata.steps.colors import hue, saturation
from imagesasdata.steps.light import brightness, contrast
from imagesasdata.steps.step import Step


@dataclass(frozen=True, repr=False)
class _Factor(Augmentation):
    """An augmentation whose step has a factor about 1."""

    step: ClassVar[Callable[[float], Step]]

    amount: float = 0.2

    def _draw(self, rng: np.random.Generator) -> Step:
        return type(self).step(drawn(rng, 1 - self.amount, 1 + self.amount))


@dataclass(frozen=True, repr=False)
class RandomBrightness(_Factor):
    """See `random_brightness`."""

    step = staticmethod(brightness)


@dataclass(frozen=True, repr=False)
class RandomContrast(_Factor):
    """See `random_contrast`."""

    step = staticmethod(contrast)


@dataclass(frozen=True, repr=False)
class RandomSaturation(_Factor):
    """See `random_saturation`."""

    step = staticmethod(saturation)


def random_brightness(amount: float = 0.2) -> RandomBrightness:
    """Make a picture lighter or darker.

    Parameters
    ----------
    amount
        The factor of `steps.brightness` is drawn from 1 - ``amount`` to 1 + ``amount``; 0 to 1, by
        default 0.2, which is visible but keeps a photo plausible.

    Returns
    -------
    Augmentation

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid amount.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import augmentations
    >>> augmentations.random_brightness(0.2).draw(np.random.default_rng(1))
    brightness(1.0047)
    """
    return RandomBrightness(_amount("random_brightness", amount))


def random_contrast(amount: float = 0.2) -> RandomContrast:
    """Make contrast stronger or weaker.

    Parameters
    ----------
    amount
        The factor of `steps.contrast` is drawn from 1 - ``amount`` to 1 + ``amount``; 0 to 1, by
        default 0.2, which is visible but keeps a photo plausible.

    Returns
    -------
    Augmentation

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid amount.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import augmentations
    >>> augmentations.random_contrast(0.2).draw(np.random.default_rng(1))
    contrast(1.0047)
    """
    return RandomContrast(_amount("random_contrast", amount))


def random_saturation(amount: float = 0.2) -> RandomSaturation:
    """Make colors stronger or paler.

    Parameters
    ----------
    amount
        The factor of `steps.saturation` is drawn from 1 - ``amount`` to 1 + ``amount``; 0 to 1, by
        default 0.2, which is visible but keeps a photo plausible.

    Returns
    -------
    Augmentation

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid amount.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import augmentations
    >>> augmentations.random_saturation(0.2).draw(np.random.default_rng(1))
    saturation(1.0047)
    """
    return RandomSaturation(_amount("random_saturation", amount))


@dataclass(frozen=True, repr=False)
class RandomHue(Augmentation):
    """See `random_hue`."""

    degrees: float = 10

    def _draw(self, rng: np.random.Generator) -> Step:
        return hue(drawn(rng, -self.degrees, self.degrees))


def random_hue(degrees: float = 10) -> RandomHue:
    """Shift all hues a little. Not for pictures in which colors have a meaning.

    Parameters
    ----------
    degrees
        The largest angle of `steps.hue`, 0 to 180; by default 10, so that skin keeps a natural color.

    Returns
    -------
    Augmentation

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid angle.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import augmentations
    >>> augmentations.random_hue(10).draw(np.random.default_rng(1))
    hue(0.2364)
    """
    return RandomHue(number("degrees", degrees, 0, 180, hint="for example random_hue(10)."))


def _amount(name: str, value: object) -> float:
    return number("amount", value, 0, 1, hint=f"for example {name}(0.2).")
