"""Texture, by values worked out by hand or published."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.measures.texture import measure
from tests.arrays.measures.pictures import HEADER, gray, noise


def test_four_equally_common_grays_are_two_bits() -> None:
    assert measure(gray([[0, 80, 160, 240]] * 3), HEADER)["entropy"] == pytest.approx(2.0)
    assert measure(gray(np.arange(256).reshape(16, 16)), HEADER)["entropy"] == pytest.approx(8.0)


def test_sharpness_of_a_dot() -> None:
    """The Laplacian of a dot v is -4 v on it and v on its four neighbors: mean 0, sum 20 v^2."""
    dot = np.zeros((5, 5))
    dot[2, 2] = 50
    assert measure(gray(dot), HEADER)["sharpness"] == pytest.approx(20 * 50**2 / 25)


def test_blur_takes_sharpness_and_edges() -> None:
    sharp = np.kron(np.indices((8, 8)).sum(axis=0) % 2, np.ones((8, 8))) * 255
    soft = (sharp + np.roll(sharp, 4, axis=0) + np.roll(sharp, 4, axis=1) + 128 * 5) / 8
    got, blurred = (measure(gray(picture), HEADER) for picture in (sharp, soft))
    assert got["sharpness"] > 4 * blurred["sharpness"]
    assert got["edge_share"] > 0.1


def test_one_edge() -> None:
    """A step is an edge one pixel wide, and a line has dimension 1."""
    step = np.zeros((64, 64))
    step[:, 32:] = 255
    values = measure(gray(step), HEADER)
    assert values["edge_share"] == pytest.approx(1 / 64)
    assert values["fractal_dimension"] == pytest.approx(1.0)


def test_patterns_add_up_to_one() -> None:
    values = measure(noise(30, 40), HEADER)
    assert sum(values[f"lbp_{pattern}"] for pattern in range(10)) == pytest.approx(1.0)


def test_noise_has_little_texture_in_common() -> None:
    values = measure(noise(200, 200), HEADER)
    assert values["glcm_correlation"] == pytest.approx(0.0, abs=0.02)
    assert values["lbp_9"] > 0.2
