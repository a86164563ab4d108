"""Sprite sheets: many small pictures in one large one, for WebGL."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

SHEET_SIDE = 2048
# The last cell of each sheet is white; the page draws frames from it.
_QUALITY = 80


def cells_of_sheet(side: int) -> int:
    """How many pictures of at most ``side`` pixels a sheet holds."""
    return (SHEET_SIDE // side) ** 2 - 1


def sheet(pictures: Sequence[np.ndarray | None], side: int) -> str:
    """A sheet as a data URI; picture ``i`` is at the upper left of cell ``i``, counted by row."""
    across = SHEET_SIDE // side
    whole = Image.new("RGB", (SHEET_SIDE, SHEET_SIDE), (128, 128, 128))
    for number, picture in enumerate(pictures):
        if picture is not None:
            row, column = divmod(number, across)
            whole.paste(Image.fromarray(picture), (column * side, row * side))
    row, column = divmod(across * across - 1, across)
    whole.paste((255, 255, 255), (column * side, row * side, (column + 1) * side, (row + 1) * side))
    buffer = io.BytesIO()
    whole.save(buffer, "JPEG", quality=_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
