"""Local binary patterns, in exact arithmetic and against scikit-image."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.feature import local_binary_pattern

from imagesasdata.arrays.measures.binary_patterns import pattern_shares
from tests.arrays.measures.pictures import noise

AWAY = Fraction(70711, 100_000)  # sqrt(1/2) to five places, as scikit-image rounds it
AROUND = ((0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1))


def exact_shares(gray: np.ndarray) -> np.ndarray:
    """The definition: eight points on a circle of radius 1, between pixels by interpolation."""
    framed = [[int(value) for value in row] for row in np.pad(gray, 1)]
    counts = np.zeros(10)
    for y, x in np.argwhere(np.ones(gray.shape)) + 1:
        bright = []
        for down, across in AROUND:
            if down and across:
                beside = [
                    (1 - AWAY) * framed[row][x] + AWAY * framed[row][x + across]
                    for row in (y, y + down)
                ]
                value = (1 - AWAY) * beside[0] + AWAY * beside[1]
            else:
                value = framed[y + down][x + across]
            bright.append(value >= framed[y][x])
        changes = sum(bright[place] != bright[place - 1] for place in range(8))
        counts[sum(bright) if changes <= 2 else 9] += 1
    return counts / gray.size


@given(
    hnp.arrays(
        np.uint8,
        st.tuples(st.integers(1, 7), st.integers(1, 7)),
        elements=st.sampled_from([0, 1, 2, 3, 100, 101, 102, 254, 255]),
    )
)
@settings(max_examples=100, deadline=None)
def test_equal_to_the_definition(gray: np.ndarray) -> None:
    np.testing.assert_allclose(pattern_shares(gray), exact_shares(gray), atol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_equal_to_scikit_image(seed: int) -> None:
    """On noise, where no diagonal neighbor is a tie that rounding would decide."""
    gray = noise(40, 60 + seed, seed)[..., 0] // 2 * 2 + np.indices((40, 60 + seed)).sum(0) % 2
    gray = gray.astype(np.uint8)
    patterns = local_binary_pattern(gray, 8, 1, "uniform").astype(int)
    expected = np.bincount(patterns.ravel(), minlength=10) / gray.size
    np.testing.assert_allclose(pattern_shares(gray), expected, atol=2 / gray.size)


def test_a_plain_picture_is_bright_all_around_but_at_its_border() -> None:
    shares = pattern_shares(np.full((10, 10), 9, np.uint8))
    wanted = np.zeros(10)
    wanted[[8, 5, 3]] = 64, 32, 4  # inside; sides; corners, where beyond is black
    np.testing.assert_allclose(shares, wanted / 100)


def test_a_dot_is_brighter_than_all() -> None:
    gray = np.zeros((5, 5), np.uint8)
    gray[2, 2] = 200
    assert pattern_shares(gray)[0] == 1 / 25
