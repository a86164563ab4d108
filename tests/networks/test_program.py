"""Networks made of networks."""

from __future__ import annotations

import numpy as np

from imagesasdata.networks.program import mean_of_crops


def test_the_mean_over_crops() -> None:
    def apply(params: float, pixels: np.ndarray) -> dict[str, np.ndarray]:
        return {"sum": params * pixels.sum(axis=(1, 2, 3)), "first": pixels[:, 0, 0, 0]}

    crops = np.arange(2 * 3 * 2 * 2 * 3, dtype=float).reshape(2, 3, 2, 2, 3)
    found = mean_of_crops(apply)(2.0, crops)
    np.testing.assert_allclose(found["sum"], 2 * crops.sum(axis=(2, 3, 4)).mean(axis=1))
    np.testing.assert_allclose(found["first"], crops[:, :, 0, 0, 0].mean(axis=1))
