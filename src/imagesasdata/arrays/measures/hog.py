"""HOG: histograms of oriented gradients, which describe shapes by the directions of their edges.

- ``hog_*``: the picture is stretched to 128 x 128 pixels (area averaging) and made gray, with a square
  root to reduce the effect of harsh light. In each of 4 x 4 cells of 32 pixels, the gradients are
  counted by 9 unsigned directions, weighted by their strength. Blocks of 2 x 2 cells are normalized
  together (L2, values clipped at 0.2, L2 again). ``hog_0`` ... ``hog_323`` are ordered by block (down,
  across), cell in the block (down, across) and direction (Dalal and Triggs 2005,
  doi:10.1109/CVPR.2005.177).

They are for a classifier or a clustering, not for single use in a regression. Cells are larger than in
the paper, which looks for people of known size in larger pictures.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import UInt8
from skimage.feature import hog

from imagesasdata.arrays.measures.group import Size, Value
from imagesasdata.columns import Column

_SIDE, _CELL, _BLOCK, _DIRECTIONS = 128, 32, 2, 9
_BLOCKS = _SIDE // _CELL - _BLOCK + 1
LENGTH = _BLOCKS**2 * _BLOCK**2 * _DIRECTIONS

COLUMNS = tuple(
    Column(f"hog_{number}", "float64", f"Gradients, value {number}.", range="0 to 1")
    for number in range(LENGTH)
)


def measure(rgb: UInt8[np.ndarray, "h w 3"], header: Size) -> dict[str, Value]:
    """The group's values."""
    square = cv2.resize(rgb, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    vector = hog(
        cv2.cvtColor(square, cv2.COLOR_RGB2GRAY),
        orientations=_DIRECTIONS,
        pixels_per_cell=(_CELL, _CELL),
        cells_per_block=(_BLOCK, _BLOCK),
        block_norm="L2-Hys",
        transform_sqrt=True,
    )
    # Rounding may leave a value a little over 1.
    numbers = np.minimum(vector, 1.0).tolist()
    return {column.name: number for column, number in zip(COLUMNS, numbers, strict=True)}
