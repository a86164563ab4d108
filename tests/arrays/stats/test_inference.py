"""Tests and intervals of coefficients against tables of the distributions."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.stats.fits import Fit
from imagesasdata.arrays.stats.inference import infer

ESTIMATE, COVARIANCE = np.array([1.96, -3.0]), np.array([[1.0, 0.5], [0.5, 4.0]])


def test_by_the_normal_distribution() -> None:
    found = infer(Fit(ESTIMATE, COVARIANCE), 0.95)
    assert found.estimate.tolist() == [1.96, -3]
    assert found.std_error.tolist() == [1, 2]
    assert found.statistic.tolist() == [1.96, -1.5]
    np.testing.assert_allclose(found.p_value, [0.05, 0.1336], atol=1e-4)
    np.testing.assert_allclose(found.low, [0, -3 - 2 * 1.96], atol=1e-3)
    np.testing.assert_allclose(found.high, [2 * 1.96, -3 + 2 * 1.96], atol=1e-3)


def test_by_students_t_of_clusters() -> None:
    found = infer(Fit(ESTIMATE, COVARIANCE, clusters=11), 0.95)
    # With 10 degrees of freedom the quantile is 2.228.
    np.testing.assert_allclose(found.high - found.estimate, [2.228, 2 * 2.228], atol=1e-3)
    assert found.p_value[0] == pytest.approx(0.0784, abs=1e-4)


def test_a_lower_level_is_narrower() -> None:
    found = infer(Fit(ESTIMATE, COVARIANCE), 0.9)
    np.testing.assert_allclose(found.high - found.estimate, [1.6449, 2 * 1.6449], atol=1e-4)
