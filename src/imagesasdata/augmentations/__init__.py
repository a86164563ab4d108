"""Augmentations: steps drawn at random under a seed, so that a model sees each picture in many ways.

An augmentation is made by a function of this module, as in ``augmentations.random_flip()``; its
``draw`` gives a step of `imagesasdata.steps`. `draw_all` draws the steps for one picture, the same
whenever seed and picture number are the same.
"""

from __future__ import annotations

from imagesasdata.augmentations.augmentation import Augmentation, draw_all
from imagesasdata.augmentations.choosing import light, one_of
from imagesasdata.augmentations.framing import random_crop, random_erase
from imagesasdata.augmentations.softness import random_blur
from imagesasdata.augmentations.tone import (
    random_brightness,
    random_contrast,
    random_hue,
    random_saturation,
)
from imagesasdata.augmentations.turning import random_flip, random_rotate

__all__ = [
    "Augmentation",
    "draw_all",
    "light",
    "one_of",
    "random_blur",
    "random_brightness",
    "random_contrast",
    "random_crop",
    "random_erase",
    "random_flip",
    "random_hue",
    "random_rotate",
    "random_saturation",
]
