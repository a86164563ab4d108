"""Threshold, edges and segments, against OpenCV and scikit-image and by hand."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.filters import sobel, threshold_local, threshold_otsu
from skimage.segmentation import slic

from imagesasdata import steps
from tests.arrays.measures.pictures import gray, noise, photo, pictures, plain


@pytest.fixture(scope="module")
def coins() -> np.ndarray:
    return photo(Path(__file__).parents[2] / "examples" / "photos", "coins.jpg", 128)


@given(rgb=pictures(), value=st.integers(0, 255))
def test_a_threshold_leaves_black_and_white(rgb: np.ndarray, value: int) -> None:
    luma = steps.grayscale()(rgb)
    np.testing.assert_array_equal(steps.threshold(value)(rgb), 255 * (luma > value))
    for step in (steps.threshold(), steps.threshold(method="adaptive", window=5)):
        new = step(rgb)
        assert set(np.unique(new)) <= {0, 255}
        assert (new == new[..., :1]).all()


def test_thresholds_are_scikit_images(coins: np.ndarray) -> None:
    luma = steps.grayscale()(coins)[..., 0]
    otsu = luma > threshold_otsu(luma)
    np.testing.assert_array_equal(steps.threshold()(coins)[..., 0] > 0, otsu)
    local = threshold_local(luma.astype(float), 35, method="mean", mode="mirror", offset=10)
    away = np.abs(luma - local) > 1e-3
    new = steps.threshold(method="adaptive")(coins)[..., 0] > 0
    np.testing.assert_array_equal(new[away], (luma > local)[away])


def test_sobel_is_scikit_images() -> None:
    rgb = noise(20, 30) // 4
    luma = steps.grayscale()(rgb)[..., 0]
    inside = slice(1, -1)
    new = steps.edges("sobel")(rgb)[inside, inside, 0]
    # Theirs is the root of the mean square of both directions.
    expected = sobel(luma.astype(float))[inside, inside] * np.sqrt(2)
    np.testing.assert_allclose(new, expected, atol=0.51)
    assert steps.edges("sobel")(gray([[0, 255]] * 3)).max() == 0  # each end is mirrored
    half = gray([[0, 0, 255, 255]] * 3)
    assert steps.edges("sobel")(half)[1, :, 0].tolist() == [0, 255, 255, 0]


def test_canny_is_opencvs(coins: np.ndarray) -> None:
    luma = np.ascontiguousarray(steps.grayscale()(coins)[..., 0])
    for low, high in [(100, 200), (30, 60)]:
        expected = gray(cv2.Canny(luma, low, high, L2gradient=True))
        np.testing.assert_array_equal(steps.edges(low=low, high=high)(coins), expected)
    assert 0 < (steps.edges()(coins) > 0).mean() < 0.3


def test_segments_have_their_mean_color() -> None:
    """Two kinds of red and two of blue, in no order."""
    colors = np.uint8([[200, 0, 0], [220, 0, 0], [0, 0, 200], [0, 0, 220]])
    places = np.random.default_rng(0).permutation(np.repeat(np.arange(4), 25)).reshape(10, 10)
    new = steps.segment(n=2)(colors[places])
    expected = np.where((places < 2)[..., None], [210, 0, 0], [0, 0, 210])
    np.testing.assert_array_equal(new, expected)
    # As many clusters as colors, or more: nothing to put together.
    for n in (4, 50):
        np.testing.assert_array_equal(steps.segment(n=n)(colors[places]), colors[places])


@pytest.mark.parametrize(
    "step", [steps.segment(), steps.segment("slic", n=40), steps.segment("watershed", n=40)]
)
def test_segments_keep_the_mean_and_lower_the_spread(step: steps.Step, coins: np.ndarray) -> None:
    new = step(coins)
    assert new.mean() == pytest.approx(coins.mean(), abs=0.6)
    assert new.std() < coins.std()
    labels = step.labels(coins)  # type: ignore[attr-defined]
    for number in np.unique(labels):
        inside = labels == number
        np.testing.assert_allclose(new[inside][0], coins[inside].mean(axis=0), atol=0.501)
        assert (new[inside] == new[inside][0]).all()


def test_numbers_of_segments(coins: np.ndarray) -> None:
    assert len(np.unique(steps.segment("kmeans", n=6).labels(coins))) == 6
    for method in ("slic", "watershed"):
        found = len(np.unique(steps.segment(method, n=40).labels(coins)))
        assert 20 <= found <= 60
    expected = slic(coins, n_segments=40, start_label=0, channel_axis=-1)
    np.testing.assert_array_equal(steps.segment("slic", n=40).labels(coins), expected)


def test_kmeans_parts_nearly_as_well_as_the_best_of_many(coins: np.ndarray) -> None:
    lab = cv2.cvtColor(coins.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    stop = (cv2.TERM_CRITERIA_MAX_ITER | cv2.TERM_CRITERIA_EPS, 50, 0.01)
    best, _, _ = cv2.kmeans(lab, 5, None, stop, 10, cv2.KMEANS_PP_CENTERS)
    labels = steps.segment(n=5).labels(coins).ravel()
    spread = sum(
        ((lab[labels == part] - lab[labels == part].mean(axis=0)) ** 2).sum() for part in range(5)
    )
    assert spread < 1.1 * best


def test_a_seed_gives_the_same_clusters() -> None:
    rgb = noise(250, 250)  # more pixels than are drawn
    one, same, other = (steps.segment(n=4, seed=seed)(rgb) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


@settings(max_examples=20, deadline=None)
@given(rgb=pictures(12), n=st.integers(1, 9))
def test_more_segments_than_pixels_do_no_harm(rgb: np.ndarray, n: int) -> None:
    for method in ("kmeans", "slic", "watershed"):
        assert steps.segment(method, n=n)(rgb).shape == rgb.shape
    one = steps.segment(n=1)(rgb)
    np.testing.assert_allclose(one[0, 0], rgb.reshape(-1, 3).mean(axis=0), atol=0.501)
    assert (steps.segment()(plain((9, 8, 7))) == (9, 8, 7)).all()
