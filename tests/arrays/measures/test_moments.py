"""Means and deviations of strips."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.measures.moments import mean_and_sd, strips


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("shape", [(1, 1), (4, 1), (1, 4), (400, 300), (1, 70_000), (70_000, 1)])
def test_equal_to_numpy(dtype: type, channels: int, shape: tuple[int, int]) -> None:
    values = np.random.default_rng(0).integers(0, 200, (*shape, channels)).astype(dtype)
    got = mean_and_sd(strips(values[..., 0] if channels == 1 else values))
    flat = values.reshape(-1, channels).astype(np.float64)
    np.testing.assert_allclose(got, (flat.mean(axis=0), flat.std(axis=0)), rtol=1e-7)


def test_a_small_deviation_far_from_zero_is_not_lost() -> None:
    values = (1000 + np.tile([0.0, 0.001], (100, 200))).astype(np.float32)
    (_,), (deviation,) = mean_and_sd(strips(values))
    assert deviation == pytest.approx(values.astype(np.float64).std(), rel=1e-6)


def test_strips_are_the_whole_picture() -> None:
    picture = np.arange(500 * 300).reshape(500, 300)
    parts = list(strips(picture))
    assert len(parts) > 1
    np.testing.assert_array_equal(np.concatenate(parts), picture)
