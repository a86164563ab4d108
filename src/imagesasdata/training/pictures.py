"""Training pictures: read, decoded, augmented and cropped to the network's size."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from imagesasdata.arrays.pixels import center_square
from imagesasdata.augmentations import Augmentation, draw_all, light
from imagesasdata.augmentations.augmentation import parts_of
from imagesasdata.errors import one_of
from imagesasdata.files.decode import Exactness, decode
from imagesasdata.files.references import Pictures
from imagesasdata.networks.zoo.card import Preprocess
from imagesasdata.steps.step import Step

NAMES = ("light", "none")


def augmentations_of(augment: object) -> tuple[Augmentation | Step, ...]:
    """``augment=`` as augmentations and steps.

    Raises
    ------
    UnknownNameError, ArgumentTypeError
        When it is neither a name nor a list of these.
    """
    if isinstance(augment, str):
        if augment not in NAMES:
            raise one_of("augment", augment, NAMES)
        return tuple(light()) if augment == "light" else ()
    return parts_of(augment)


def picture_source(
    paths: Sequence[str],
    files: Pictures,
    preprocess: Preprocess,
    augment: Sequence[Augmentation | Step],
    *,
    exactness: Exactness,
    max_pixels: int,
    seed: int,
) -> Callable[[int, int | None], np.ndarray]:
    """A function from row and epoch to pixels; without an epoch, pixels for evaluation.

    The augmentation of a picture depends only on the seed, the epoch and the row.
    """
    short_side = preprocess.short_side()

    def load(row: int, epoch: int | None) -> np.ndarray:
        image = decode(
            files.read(paths[row]),
            short_side=short_side,
            exactness=exactness,
            max_pixels=max_pixels,
        )
        if epoch is not None and augment:
            pixels = np.asarray(image)
            for step in draw_all(augment, seed * 2**32 + epoch, row):
                pixels = step(pixels)
            image = Image.fromarray(pixels)
        return center_square(image, preprocess.size, preprocess.share, preprocess.interpolation)

    return load
