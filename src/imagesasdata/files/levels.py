"""Pixels of more than 8 bits as 8 bits, where the file says which number is black and which white."""

from __future__ import annotations

from typing import Any

import numpy as np

from imagesasdata.errors import ImageError
from imagesasdata.files.pillow import Image

# Numbers of this many bits fill their whole range; of 32 bits they usually do not.
_FULL_RANGE = frozenset({10, 12, 14, 16})
_SAVE = "save the picture with 8 or 16 bits"
# Pixels that are converted at once, so that no copy of the whole picture with 8 bytes for each
# pixel is made.
_AT_ONCE = 1 << 20

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
    values = np.asarray(image)
    tags = _tags(image)
    inverted = tags.get(_WHITE) == 0
    if values.dtype.kind == "f":
        _check_decimals(values)
        top = 1.0
    else:
        bits = int(_first(tags.get(_BITS, 16)))
        top = (1 << bits) - 1 if bits in _FULL_RANGE else 65535
    levels = np.empty(values.shape, np.uint8)
    rows = max(1, _AT_ONCE // max(1, values.shape[1]))
    for start in range(0, len(values), rows):
        part = values[start : start + rows]
        if values.dtype.kind == "f":
            scaled = np.rint(part.astype(np.float64) * 255.0)
        else:
            scaled = (part.astype(np.int64).clip(0, top) * 255 + top // 2) // top
        levels[start : start + rows] = 255 - scaled if inverted else scaled
    return Image.fromarray(levels, "L")


def opaque(image: Image.Image) -> Image.Image | None:
    """The mask of a deep picture whose file names one value as transparent (PNG's tRNS)."""
    value = image.info.get("transparency")
    if not isinstance(value, int):
        return None
    return Image.fromarray(np.where(np.asarray(image) == value, 0, 255).astype(np.uint8), "L")


def _check_decimals(values: np.ndarray) -> None:
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    if not np.isfinite([low, high]).all():
        missing = int(values.size - np.isfinite(values).sum())
        raise ImageError(
            f"has no number (NaN or infinity) in {missing:,} of {values.size:,} pixels; "
            "fill these in first"
        )
    if low < 0.0 or high > 1.0:
        raise ImageError(
            f"has decimal numbers from {low:.6g} to {high:.6g}, of which black and white are "
            "unknown; scale them to 0-1 first"
        )


def _tags(image: Image.Image) -> dict[int, Any]:
    return getattr(image, "tag_v2", {})


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) and value else value
