"""Pixels of more than 8 bits as 8 bits, where the file says which number is black and which white."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from imagesasdata.errors import ImageError
from imagesasdata.files.pillow import Image, strips, wrapped

# Numbers of this many bits fill their whole range; of 32 bits they usually do not.
_FULL_RANGE = frozenset({10, 12, 14, 16})
_SAVE = "save the picture with 8 or 16 bits"
_BITS, _WHITE, _FORMAT = 258, 262, 339  # tags of TIFF 6.0
_SIGNED = 2


def is_deep(image: Image.Image) -> bool:
    """Whether a picture's pixels are numbers that Pillow would cut off at 255."""
    return image.mode.startswith(("I", "F"))


def check_levels(image: Image.Image) -> None:
    """Refuse pixels whose black and white are unknown, from the header.

    Raises
    ------
    ImageError
        For signed numbers of more than 8 bits, and whole numbers of 32 bits.
    """
    tags = _tags(image)
    bits = int(_first(tags.get(_BITS, 8)))
    # With 8 bits the mark is a program's mistake: the pixels are those of an ordinary picture.
    if bits > 8 and int(_first(tags.get(_FORMAT, 1))) == _SIGNED:
        raise ImageError(
            f"has signed numbers of {bits} bits, of which black and white are unknown; {_SAVE}"
        )
    if image.mode == "I" and bits > 16:
        raise ImageError(
            f"has whole numbers of {bits} bits, of which black and white are unknown; {_SAVE}"
        )


def as_8_bits(image: Image.Image) -> Image.Image:
    """Scale whole numbers of 10 to 16 bits, and decimal numbers from 0 to 1, to 0-255.

    Raises
    ------
    ImageError
        For decimal numbers outside 0-1, among them NaN.
    """
    tags = _tags(image)
    decimal = image.mode.startswith("F")
    if decimal:
        _check_decimals(image)
    bits = int(_first(tags.get(_BITS, 16)))
    top = (1 << bits) - 1 if bits in _FULL_RANGE else 65535
    levels = np.empty((image.height, image.width, 1), np.uint8)
    for start, values in _strips(image):
        if decimal:
            scaled = np.rint(values.astype(np.float64) * 255.0)
        else:
            scaled = (values.astype(np.int64).clip(0, top) * 255 + top // 2) // top
        inverted = tags.get(_WHITE) == 0
        levels[start : start + len(values), :, 0] = 255 - scaled if inverted else scaled
    return wrapped(levels, "L")


def opaque(image: Image.Image) -> Image.Image | None:
    """The mask of a deep picture whose file names one value as transparent (PNG's tRNS)."""
    value = image.info.get("transparency")
    if not isinstance(value, int):
        return None
    mask = np.empty((image.height, image.width, 1), np.uint8)
    for start, values in _strips(image):
        mask[start : start + len(values), :, 0] = np.where(values == value, 0, 255)
    return wrapped(mask, "L")


def _check_decimals(image: Image.Image) -> None:
    low, high, missing = 0.0, 0.0, 0
    for _, values in _strips(image):
        finite = values[np.isfinite(values)]
        missing += values.size - finite.size
        low = min(low, float(finite.min(initial=0.0)))
        high = max(high, float(finite.max(initial=0.0)))
    if missing:
        raise ImageError(
            f"has no number (NaN or infinity) in {missing:,} of {image.width * image.height:,} "
            "pixels; fill these in first"
        )
    if low < 0.0 or high > 1.0:
        raise ImageError(
            f"has decimal numbers from {low:.6g} to {high:.6g}, of which black and white are "
            "unknown; scale them to 0-1 first"
        )


def _strips(image: Image.Image) -> Iterator[tuple[int, np.ndarray]]:
    """A picture's numbers, some rows at a time, with the number of the first."""
    for start, strip in strips(image):
        yield start, np.asarray(strip)


def _tags(image: Image.Image) -> dict[int, Any]:
    return getattr(image, "tag_v2", {})


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) and value else value
