"""The direction of text: that of a page is decided from all of its pieces, never from one letter."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

# A piece this many times as long as it is high shows the axis of its text; a lone letter is shorter.
CLEAR = 2.5


class Shapes:
    """The sizes of the pieces of a page, cut out as they lie in it."""

    def __init__(self, sizes: Float[np.ndarray, "n 2"]) -> None:
        """``sizes`` has the width and height of each piece."""
        self.length = sizes.max(axis=1) / np.maximum(sizes.min(axis=1), 1)
        self.clear: Bool[np.ndarray, " n"] = self.length >= CLEAR
        self.high: Bool[np.ndarray, " n"] = self.clear & (sizes[:, 1] > sizes[:, 0])
        across = self.length[self.clear & ~self.high].sum()
        # Whether the page lies on its side: most text runs up or down.
        self.lies = bool(self.length[self.high].sum() > across)
        # The pieces along the page's own axis.
        self.along: Bool[np.ndarray, " n"] = self.clear & (self.high == self.lies)

    def turned_share(self, half: Bool[np.ndarray, " n"]) -> float:
        """The share of the text along the page's axis that seems to be upside down."""
        weights = self.length[self.along]
        return float(np.average(half[self.along], weights=weights)) if len(weights) else 0.0
