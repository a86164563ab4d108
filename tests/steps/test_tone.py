"""Light and color, against Pillow, OpenCV and scikit-image and by hand."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from PIL import Image, ImageEnhance
from skimage.color import rgb2hsv, rgb2lab, rgb2ycbcr
from skimage.exposure import rescale_intensity

from imagesasdata import steps
from tests.arrays.measures.pictures import gray, noise, pictures, plain

RGB = noise(30, 41)
COLORS = np.uint8([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0]]])


def near(new: np.ndarray, expected: object, within: float) -> None:
    np.testing.assert_allclose(new.astype(float), np.asarray(expected, float), atol=within, rtol=0)


@given(rgb=pictures())
def test_grayscale(rgb: np.ndarray) -> None:
    new = steps.grayscale()(rgb)
    assert (new == new[..., :1]).all()
    near(new[..., 0], rgb @ [0.299, 0.587, 0.114], 0.51)
    near(new[..., 0], Image.fromarray(rgb).convert("L"), 1)
    np.testing.assert_array_equal(steps.grayscale()(new), new)


@pytest.mark.parametrize("factor", [0, 0.3, 1, 1.7, 5])
def test_factors_are_pillows(factor: float) -> None:
    """But for Pillow's rounding, which is toward 0."""
    image = Image.fromarray(RGB)
    near(steps.brightness(factor)(RGB), ImageEnhance.Brightness(image).enhance(factor), 1)
    near(steps.saturation(factor)(RGB), ImageEnhance.Color(image).enhance(factor), 2 + factor)
    near(steps.contrast(factor)(RGB), ImageEnhance.Contrast(image).enhance(factor), 1 + factor / 2)


@given(rgb=pictures())
def test_a_factor_of_one_changes_nothing(rgb: np.ndarray) -> None:
    for step in (steps.brightness(1), steps.contrast(1), steps.saturation(1), steps.hue(0)):
        np.testing.assert_array_equal(step(rgb), rgb)
    np.testing.assert_array_equal(steps.hue(360)(rgb), rgb)
    np.testing.assert_array_equal(steps.saturation(0)(rgb), steps.grayscale()(rgb))
    assert not steps.brightness(0)(rgb).any()
    assert steps.contrast(0)(rgb).std() == 0


def test_hue_turns_the_circle() -> None:
    third = steps.hue(120)(COLORS)
    assert third[0].tolist() == [COLORS[0, place].tolist() for place in (1, 2, 0, 3, 4)]
    np.testing.assert_array_equal(steps.hue(-240)(COLORS), third)
    back = steps.hue(-50)(steps.hue(50)(RGB))
    near(back, RGB, 1.01)


def test_color_spaces_have_their_scales() -> None:
    hsv = steps.color_space("hsv")(RGB)
    away = (hsv[..., 0] - rgb2hsv(RGB)[..., 0] * 256 + 128) % 256 - 128
    assert np.abs(away).max() <= 1
    near(hsv[..., 1:], rgb2hsv(RGB)[..., 1:] * 255, 0.6)
    near(steps.color_space("lab")(RGB), rgb2lab(RGB) * [2.55, 1, 1] + [0, 128, 128], 1.5)
    near(steps.color_space("hls")(COLORS)[0, :, 1], [127.5, 127.5, 127.5, 255, 0], 0.5)
    # scikit-image's has the reduced range of video.
    y, blue, red = np.moveaxis((rgb2ycbcr(RGB) - [16, 128, 128]) / [219, 224, 224] * 255, -1, 0)
    near(steps.color_space("ycrcb")(RGB), np.stack([y, red + 128, blue + 128], axis=-1), 1)
    luv = cv2.cvtColor(RGB.astype(np.float32) / 255, cv2.COLOR_RGB2LUV)
    scaled = (luv + np.array([0, 134, 140])) * [255 / 100, 255 / 354, 255 / 262]
    near(steps.color_space("luv")(RGB), scaled, 1.5)


@given(rgb=pictures())
def test_normalize_stretches_to_the_full_range(rgb: np.ndarray) -> None:
    new = steps.normalize(low=0, high=100)(rgb)
    if rgb.min() == rgb.max():
        np.testing.assert_array_equal(new, rgb)
    else:
        assert (new.min(), new.max()) == (0, 255)


@pytest.mark.parametrize(("low", "high"), [(1, 99), (5, 80), (0, 50)])
def test_normalize_is_scikit_images(low: float, high: float) -> None:
    dull = (RGB // 4 + 70).astype(np.uint8)
    black, white = np.percentile(dull, (low, high), method="inverted_cdf")
    expected = rescale_intensity(dull.astype(float), (black, white), (0, 255))
    near(steps.normalize(low=low, high=high)(dull), expected, 0.51)


def test_normalize_channels_together_or_apart() -> None:
    cast = np.uint8([[[10, 100, 50], [20, 200, 50]]])
    whole = {"low": 0, "high": 100}
    together = steps.normalize(**whole)(cast)  # type: ignore[arg-type]
    near(together, (cast - 10.0) / 190 * 255, 0.51)
    apart = steps.normalize(**whole, channels="apart")(cast)  # type: ignore[arg-type]
    assert apart.tolist() == [[[0, 0, 50], [255, 255, 50]]]


def test_normalize_to_a_mean_and_spread() -> None:
    dull = (RGB // 8 + 70).astype(np.uint8)
    new = steps.normalize("standard", mean=100, sd=20)(dull)
    assert new.mean() == pytest.approx(100, abs=0.5)
    assert new.std() == pytest.approx(20, abs=0.5)
    flat = steps.normalize("standard")(plain((7, 7, 7)))
    assert (flat == 128).all()


@given(rgb=pictures())
def test_equalize_is_opencvs_on_gray_pictures(rgb: np.ndarray) -> None:
    values = rgb[..., 0]
    same = steps.equalize()(gray(values))
    np.testing.assert_array_equal(same, gray(cv2.equalizeHist(np.ascontiguousarray(values))))
    clahe = cv2.createCLAHE(3, (4, 4)).apply(np.ascontiguousarray(values))
    np.testing.assert_array_equal(
        steps.equalize("clahe", clip=3, tiles=4)(gray(values)), gray(clahe)
    )


def test_equalize_keeps_colors() -> None:
    dull = (RGB // 4 + 90).astype(np.uint8)
    for step in (steps.equalize(), steps.equalize("clahe")):
        before, after = (cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb) for rgb in (dull, step(dull)))
        inside = ((step(dull) > 0) & (step(dull) < 255)).all(axis=-1)
        near(after[inside][:, 1:], before[inside][:, 1:], 2)
        assert after[..., 0].std() > before[..., 0].std()
