"""Blur, sharpen, kernels and noise, against scipy, Pillow and scikit-image and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageFilter
from scipy import ndimage
from skimage.filters import unsharp_mask

from imagesasdata import steps
from tests.arrays.measures.pictures import gray, noise, pictures, plain

RGB = noise(30, 41)
SMOOTH = steps.resize(60, 50)(noise(5, 6))


@pytest.mark.parametrize("radius", [0.5, 1, 2.7, 6, 100])
def test_gaussian_blur_is_scipys(radius: float) -> None:
    expected = ndimage.gaussian_filter(RGB.astype(float), (radius, radius, 0), mode="mirror")
    np.testing.assert_allclose(steps.blur(radius)(RGB).astype(float), expected, atol=0.51)


@settings(max_examples=40)
@given(rgb=pictures(), radius=st.integers(0, 5))
def test_box_and_median_are_scipys(rgb: np.ndarray, radius: int) -> None:
    size = (2 * radius + 1, 2 * radius + 1, 1)
    mean = ndimage.uniform_filter(rgb.astype(float), size, mode="mirror")
    new = steps.blur(radius, method="box")(rgb)
    np.testing.assert_allclose(new.astype(float), mean, atol=0.51)
    median = ndimage.median_filter(rgb, size, mode="nearest")
    np.testing.assert_array_equal(steps.blur(radius, method="median")(rgb), median)


@pytest.mark.parametrize("method", ["gaussian", "box", "median"])
def test_the_widest_blur_still_works(method: str) -> None:
    new = steps.blur(127, method=method)(RGB)  # type: ignore[arg-type]
    assert new.shape == RGB.shape
    assert new.std() < RGB.std()


@pytest.mark.parametrize("step", [steps.blur(0), steps.sharpen(0), steps.sharpen(2, radius=0)])
def test_nothing_changes_nothing(step: steps.Step) -> None:
    np.testing.assert_array_equal(step(RGB), RGB)


@pytest.mark.parametrize("step", [steps.blur(3), steps.sharpen(3), steps.convolve(np.ones((3, 3)))])
def test_one_color_stays(step: steps.Step) -> None:
    np.testing.assert_array_equal(step(plain((9, 120, 250))), plain((9, 120, 250)))


def test_sharpen_is_scikit_images() -> None:
    # With channel_axis=-1, scikit-image 0.26 leaves most rows unset.
    expected = unsharp_mask(SMOOTH / 255, radius=2, amount=1.5, channel_axis=2) * 255
    new = steps.sharpen(1.5, radius=2)(SMOOTH).astype(float)
    inside = slice(8, -8)  # scikit-image repeats the edge's pixels instead
    np.testing.assert_allclose(new[inside, inside], expected[inside, inside], atol=0.51)


KERNELS = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: hnp.arrays(np.int64, shape, elements=st.integers(-9, 9))
)


@settings(max_examples=60)
@given(rgb=pictures(12), kernel=KERNELS, offset=st.integers(-255, 255))
def test_convolve_is_scipys(rgb: np.ndarray, kernel: np.ndarray, offset: int) -> None:
    total = int(kernel.sum()) or 1
    sums = ndimage.convolve(rgb.astype(float), kernel[..., None], mode="mirror")
    expected = (sums / total + offset).clip(0, 255)
    new = steps.convolve(kernel, offset=offset)(rgb)
    np.testing.assert_allclose(new.astype(float), expected, atol=0.51)


def test_convolution_turns_the_kernel() -> None:
    """A single bright pixel becomes the kernel itself; correlation would turn it."""
    kernel = np.arange(1, 10).reshape(3, 3)
    dot = np.zeros((5, 5), np.uint8)
    dot[2, 2] = 10
    new = steps.convolve(kernel, scale=1)(gray(dot))
    np.testing.assert_array_equal(new[1:4, 1:4, 0], 10 * kernel)


def test_pillow_correlates() -> None:
    kernel = np.array([[1, 2, 3], [0, 1, 0], [4, 0, -1]])
    pillow = Image.fromarray(RGB).filter(ImageFilter.Kernel((3, 3), kernel.ravel().tolist()))
    # Pillow stands pictures on their heads, and leaves their edges as they are.
    new = steps.convolve(kernel[:, ::-1])(RGB)
    inside = slice(1, -1)
    assert np.abs(new[inside, inside].astype(int) - np.asarray(pillow)[inside, inside]).max() <= 1


def test_a_kernel_of_sum_zero_is_not_divided() -> None:
    rgb = gray([[50, 50, 60, 60]])
    assert steps.convolve([[1, 0, -1]])(rgb)[0, :, 0].tolist() == [0, 10, 10, 0]
    assert steps.convolve([[-1, 0, 1]])(rgb)[0, :, 0].tolist() == [0, 0, 0, 0]
    assert steps.convolve([[1, -1]], scale=0.5)(rgb)[0, :, 0].tolist() == [0, 20, 0, 0]


def test_noise_has_its_spread_and_seed() -> None:
    rgb = plain((128, 128, 128), 200, 200)
    step = steps.noise(12, seed=3)
    added = step(rgb).astype(float) - 128
    assert added.std() == pytest.approx(12, rel=0.02)
    assert added.mean() == pytest.approx(0, abs=0.2)
    np.testing.assert_array_equal(step(rgb), step(rgb))
    assert (steps.noise(12, seed=4)(rgb) != step(rgb)).any()
    np.testing.assert_array_equal(steps.noise(0)(RGB), RGB)
