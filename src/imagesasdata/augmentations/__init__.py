"""Augmentations: random steps, so that a model sees each picture in many variants.

The functions of this module make augmentations, as in ``augmentations.random_flip()``; an
augmentation's ``draw`` returns a step of `imagesasdata.steps`. `draw_all` draws the steps for one
picture; the same seed and picture number give the same steps.
"""

from __future__ import annotations

from inspect import isfunction

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
from imagesasdata.steps.named import worded

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

for _name in __all__:
    if isfunction(globals()[_name]):
        globals()[_name] = worded(globals()[_name], __name__)
