"""Whole pictures as squares."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.pixels import center_square, letterbox, whole_square
from tests.conftest import picture


@pytest.mark.parametrize("stretch", [False, True])
def test_a_whole_picture_as_a_square(stretch: bool) -> None:
    image = picture(60, 30)
    square, scale = whole_square(image, 20, "bilinear", stretch=stretch)
    if stretch:
        expected = center_square(image, 20, 1.0, "bilinear", stretch=True)
        assert scale == (20 / 60, 20 / 30)
    else:
        expected, same = letterbox(image, 20)
        assert scale == same == (20 / 60, 20 / 60)
        assert not square[10:].any()
    np.testing.assert_array_equal(square, expected)
