"""HOG, by pictures whose gradients are known."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.measures.hog import LENGTH, measure
from tests.arrays.measures.pictures import HEADER, gray, noise, plain


def vector(rgb: np.ndarray) -> np.ndarray:
    return np.array(list(measure(rgb, HEADER).values())).reshape(3, 3, 2, 2, 9)


def test_a_plain_picture_has_no_gradient() -> None:
    assert not vector(plain((10, 200, 30))).any()


@pytest.mark.parametrize(("turns", "direction"), [(0, 0), (1, 4)])
def test_stripes_have_one_direction(turns: int, direction: int) -> None:
    """Upright stripes change across: 0 degrees, the first bin; lying ones 90 degrees, the middle bin."""
    stripes = np.tile(np.repeat([0, 255], 16), (128, 4))
    found = vector(gray(np.rot90(stripes, turns)))
    assert (found.argmax(axis=-1) == direction).all()
    others = np.delete(found, direction, axis=-1)
    assert abs(others).max() < 0.05


def test_blocks_are_of_length_one() -> None:
    found = vector(noise(128, 128))
    np.testing.assert_allclose((found.reshape(9, -1) ** 2).sum(axis=1), 1.0, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (500, 20)])
def test_any_shape(shape: tuple[int, int]) -> None:
    values = measure(noise(*shape), HEADER)
    assert len(values) == LENGTH == 324
    assert all(0.0 <= value <= 1.0 for value in values.values())
