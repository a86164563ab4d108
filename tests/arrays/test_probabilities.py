"""Probabilities from outputs, against scipy's and by hand."""

from __future__ import annotations

import numpy as np
from scipy import special

from imagesasdata.arrays.likeness import directions, fit_of, toward_first
from imagesasdata.arrays.probabilities import logistic, most_probable, softmax

RNG = np.random.default_rng(0)


def test_softmax_equals_scipy() -> None:
    logits = RNG.normal(scale=300, size=(5, 7)).astype(np.float32)
    got = softmax(logits)
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, special.softmax(logits.astype(float), axis=1), atol=1e-15)
    np.testing.assert_array_equal(softmax(logits[2]), got[2])


def test_logistic_equals_scipy_and_does_not_overflow() -> None:
    logits = np.concatenate([RNG.normal(size=50), [-1e4, 1e4, 0.0]])
    np.testing.assert_allclose(logistic(logits), special.expit(logits), atol=1e-15)
    assert logistic(np.float32([0]))[0] == 0.5


def test_of_equal_classes_the_lower_number_comes_first() -> None:
    assert most_probable(np.array([0.1, 0.4, 0.1, 0.4]), 3).tolist() == [1, 3, 0]


def test_fit_is_a_scaled_cosine() -> None:
    texts = directions(np.array([[2.0, 0.0], [0.0, 3.0]], np.float32), 10.0)
    np.testing.assert_allclose(fit_of(texts, np.array([3.0, 4.0], np.float32)), [6.0, 8.0])


def test_pairs_of_opposites() -> None:
    # Two scales of two pairs each.
    logits = np.log([[3.0, 1.0], [1.0, 1.0], [1.0, 3.0], [1.0, 3.0]]).ravel()
    np.testing.assert_allclose(toward_first(logits, 2), [0.625, 0.25])
