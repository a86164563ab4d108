"""Values of some rows among all rows."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Shaped


def among_all(
    values: Shaped[np.ndarray, " some"], some: Bool[np.ndarray, " rows"]
) -> Shaped[np.ndarray, " rows"]:
    """The values in the rows that they are of, zero or false in the others."""
    found = np.zeros(len(some), values.dtype)
    found[some] = values
    return found
