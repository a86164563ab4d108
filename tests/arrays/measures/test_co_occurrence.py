"""The co-occurrence matrix, on the example of the paper that introduced it."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.feature import graycomatrix, graycoprops

from imagesasdata.arrays.measures.co_occurrence import PROPERTIES, co_occurrence
from tests.arrays.measures.pictures import noise

# Haralick, Shanmugam and Dinstein 1973, figure 3, and its matrices for 0, 45, 90 and 135 degrees.
EXAMPLE = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 2, 2, 2], [2, 2, 3, 3]])
MATRICES = [
    np.array(rows)
    for rows in (
        [[4, 2, 1, 0], [2, 4, 0, 0], [1, 0, 6, 1], [0, 0, 1, 2]],
        [[4, 1, 0, 0], [1, 2, 2, 0], [0, 2, 4, 1], [0, 0, 1, 0]],
        [[6, 0, 2, 0], [0, 4, 2, 0], [2, 2, 2, 2], [0, 0, 2, 0]],
        [[2, 1, 3, 0], [1, 2, 1, 0], [3, 1, 0, 2], [0, 0, 2, 0]],
    )
]


def test_haralicks_example() -> None:
    i, j = np.indices((4, 4))
    shares = [matrix / matrix.sum() for matrix in MATRICES]
    expected = {
        "contrast": [(p * (i - j) ** 2).sum() for p in shares],
        "homogeneity": [(p / (1 + (i - j) ** 2)).sum() for p in shares],
        "energy": [np.sqrt((p**2).sum()) for p in shares],
        "correlation": [
            ((p * i * j).sum() - (p * i).sum() ** 2) / ((p * i**2).sum() - (p * i).sum() ** 2)
            for p in shares
        ],
    }
    got = co_occurrence((EXAMPLE * 8).astype(np.uint8))
    assert got == pytest.approx({name: np.mean(of) for name, of in expected.items()})


@pytest.mark.parametrize("seed", range(6))
def test_equal_to_scikit_image(seed: int) -> None:
    gray = noise(31 + seed, 47, seed)[..., 0]
    angles = np.radians([0, 45, 90, 135])
    matrix = graycomatrix(gray // 8, [1], angles, levels=32, symmetric=True, normed=True)
    expected = {name: graycoprops(matrix, name).mean() for name in PROPERTIES}
    assert co_occurrence(gray) == pytest.approx(expected, rel=1e-12)


def test_levels_are_eight_gray_values_wide() -> None:
    assert co_occurrence(np.array([[7, 0], [0, 7]], np.uint8))["contrast"] == 0
    assert co_occurrence(np.array([[7, 8]], np.uint8))["contrast"] == 1
    assert co_occurrence(np.array([[0, 255]], np.uint8))["contrast"] == 31**2


def test_directions_without_neighbors_do_not_count() -> None:
    row = np.array([[0, 80, 160]], np.uint8)
    assert co_occurrence(row) == co_occurrence(row.T)
    assert co_occurrence(row)["contrast"] == pytest.approx(100)  # only along the row
    assert co_occurrence(row[:, :1]) == dict.fromkeys(PROPERTIES)


def test_a_direction_of_equal_pixels_has_no_correlation() -> None:
    checkered = np.array([[0, 255], [255, 0]], np.uint8)
    assert co_occurrence(checkered)["correlation"] == -1  # its diagonals are plain
