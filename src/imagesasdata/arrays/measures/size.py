"""Size: the picture's shape, and how well it compresses.

- ``aspect_ratio``: width / height of the upright picture; over 1 is landscape.
- ``megapixel``: width x height / 10^6.
- ``bytes_per_pixel``: size of the file / (width x height). Within one file format and quality this
  is a measure of visual complexity: busy pictures compress badly (Machado et al. 2015, Acta
  Psychologica 160, doi:10.1016/j.actpsy.2015.06.005).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

from imagesasdata.arrays.measures.group import Size, Value
from imagesasdata.columns import Column

COLUMNS = (
    Column("aspect_ratio", "float64", "Width / height of the upright picture.", range="over 0"),
    Column("megapixel", "float64", "Width x height.", unit="10^6 pixels", range="over 0"),
    Column(
        "bytes_per_pixel", "float64", "File size / number of pixels.", unit="bytes", range="over 0"
    ),
)


def measure(rgb: UInt8[np.ndarray, "h w 3"], header: Size) -> dict[str, Value]:
    """The group's values."""
    pixels = header.width * header.height
    return {
        "aspect_ratio": header.width / header.height,
        "megapixel": pixels / 1e6,
        "bytes_per_pixel": header.bytes / pixels,
    }
