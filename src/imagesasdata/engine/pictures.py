"""How verbs with a network turn a file's bytes into the network's input."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from imagesasdata.arrays.pixels import center_square, through_jpeg, whole_shape
from imagesasdata.checks import check_choice, check_count
from imagesasdata.engine.stream import Sample
from imagesasdata.files.decode import Exactness, decode
from imagesasdata.networks.zoo.card import Preprocess


def picture_loader(
    preprocess: Preprocess, exactness: Exactness, max_pixels: int, *, detail: int = 1
) -> Callable[[bytes], list[Sample]]:
    """A function that decodes bytes to a sample, preprocessed for the network.

    A fast decode keeps at least ``detail`` times the network's input size.

    Raises
    ------
    UnknownNameError, ArgumentError
        When ``exactness`` or ``max_pixels`` is invalid; raised here, before any picture is read.
    """
    check_choice("decode", exactness, get_args(Exactness))
    check_count("max_pixels", max_pixels)
    short_side = preprocess.short_side(detail)

    def load(data: bytes) -> list[Sample]:
        image = decode(data, short_side=short_side, exactness=exactness, max_pixels=max_pixels)
        size, interpolation = preprocess.size, preprocess.interpolation
        if preprocess.fit == "shape":
            return [Sample(whole_shape(image, size, preprocess.multiple, interpolation))]
        stretch = preprocess.fit == "stretch"
        pixels = center_square(image, size, preprocess.share, interpolation, stretch=stretch)
        return [Sample(through_jpeg(pixels) if preprocess.jpeg else pixels)]

    return load
