"""Augmentations that cut out or cover a rectangle of random size, shape and position."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass

import numpy as np

from imagesasdata.augmentations.augmentation import Augmentation, chance, drawn
from imagesasdata.checks import span
from imagesasdata.steps.as_is import unchanged
from imagesasdata.steps.framing import crop, erase
from imagesasdata.steps.named_color import Color, color_of
from imagesasdata.steps.step import Step

Span = tuple[float, float]


@dataclass(frozen=True, repr=False)
class RandomCrop(Augmentation):
    """See `random_crop`."""

    share: Span = (0.6, 1)
    _: KW_ONLY
    shape: Span = (0.75, 4 / 3)

    def _draw(self, rng: np.random.Generator) -> Step:
        return crop(*_rectangle(rng, self.share, self.shape), unit="share")


def random_crop(share: Span = (0.6, 1), *, shape: Span = (0.75, 4 / 3)) -> RandomCrop:
    """Cut out a rectangle of random size, shape and position.

    Followed by scaling to a network's input, this is the random resized crop of the literature.

    Parameters
    ----------
    share
        The smallest and the largest share of the picture's area that is kept, 0.01 to 1; by default
        0.6 to 1, so that the main subject mostly stays in the frame. (Training from scratch often
        uses 0.08 to 1.)
    shape
        The smallest and the largest width-to-height ratio, as a multiple of the picture's own, 0.1 to
        10; by default 3/4 to 4/3, as in the paper below. ``(1, 1)`` keeps the shape.

    Returns
    -------
    Augmentation

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid share or shape.

    References
    ----------
    Szegedy, C. et al. (2015). Going deeper with convolutions. doi:10.1109/CVPR.2015.7298594.

    Examples
    --------
    >>> import numpy as np
    >>> from imagesasdata import augmentations
    >>> augmentations.random_crop((0.25, 0.25), shape=(1, 1)).draw(np.random.default_rng(1))
    crop(0.0721, 0.4743, 0.5, 0.5, unit="share")
    """
    hint = "for example random_crop((0.6, 1), shape=(0.75, 1.33))."
    return RandomCrop(
        span("share", share, 0.01, 1, hint=hint), shape=span("shape", shape, 0.1, 10, hint=hint)
    )


@dataclass(frozen=True, repr=False)
class RandomErase(Augmentation):
    """See `random_erase`."""

    p: float = 0.5
    _: KW_ONLY
    share: Span = (0.02, 0.4)
    shape: Span = (0.3, 1 / 0.3)
    color: Color = "gray"

    def _draw(self, rng: np.random.Generator) -> Step:
        if rng.random() >= self.p:
            return unchanged()
        rectangle = _rectangle(rng, self.share, self.shape)
        return erase(*rectangle, unit="share", color=self.color)


def random_erase(
    p: float = 0.5,
    *,
    share: Span = (0.02, 0.4),
    shape: Span = (0.3, 1 / 0.3),
    color: Color = "gray",
) -> RandomErase:
    """Cover a rectangle of random size, shape and position in some pictures.

    A network then learns not to rely on one part alone. The defaults are those of the paper, except
    for the color: the paper fills the rectangle with random values.

    Parameters
    ----------
    p
        The share of pictures that are changed, 0 to 1; by default a half.
    share
        The smallest and the largest share of the picture's area that is covered, 0.01 to 1.
    shape
        The smallest and the largest width-to-height ratio, as a multiple of the picture's own, 0.1 to
        10.
    color
        A name, a code or (red, green, blue); mid-gray by default.

    Returns
    -------
    Augmentation

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an invalid share, shape or color.

    References
    ----------
    Zhong, Z. et al. (2020). Random erasing data augmentation. doi:10.1609/aaai.v34i07.7000.

    Examples
    --------
    >>> from imagesasdata import augmentations
    >>> augmentations.random_erase(0.25, share=(0.02, 0.1))
    random_erase(0.25, share=(0.02, 0.1))
    """
    hint = "for example random_erase(0.5, share=(0.02, 0.4))."
    return RandomErase(
        chance(p, hint),
        share=span("share", share, 0.01, 1, hint=hint),
        shape=span("shape", shape, 0.1, 10, hint=hint),
        color=color_of(color),
    )


def _rectangle(rng: np.random.Generator, share: Span, shape: Span) -> tuple[float, ...]:
    """Left, top, width and height of a rectangle, as shares of the picture's sides."""
    area = rng.uniform(*share)
    # The requested shapes that fit into the picture with this area.
    narrow, wide = np.clip(shape, area, 1 / area)
    form = math.exp(rng.uniform(math.log(narrow), math.log(wide)))
    width, height = min(1.0, math.sqrt(area * form)), min(1.0, math.sqrt(area / form))
    x, y = drawn(rng, 0, 1 - width), drawn(rng, 0, 1 - height)
    return x, y, round(width, 4), round(height, 4)
