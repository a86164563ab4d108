"""Values of a subset of rows, placed among all rows."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Shaped


def among_all(
    values: Shaped[np.ndarray, " some"], some: Bool[np.ndarray, " rows"]
) -> Shaped[np.ndarray, " rows"]:
    """The values at the rows that ``some`` marks; zero or false in the other rows."""
    result = np.zeros(len(some), values.dtype)
    result[some] = values
    return result
