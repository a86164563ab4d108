"""Size, frame and turn, against Pillow and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from imagesasdata import ImageError, steps
from tests.arrays.measures.pictures import noise, pictures

RGB = noise(30, 41)
SIDES = st.integers(1, 40)


@pytest.mark.parametrize(
    ("step", "size"),
    [
        (steps.resize(20), (20, 15)),
        (steps.resize(height=60), (82, 60)),
        (steps.resize(7, 50), (7, 50)),
        (steps.resize(short_side=10), (14, 10)),
        (steps.resize(long_side=10), (10, 7)),
        (steps.resize(82), (82, 60)),
    ],
)
@pytest.mark.parametrize(
    ("method", "pillow"),
    [
        ("bicubic", Image.Resampling.BICUBIC),
        ("bilinear", Image.Resampling.BILINEAR),
        ("nearest", Image.Resampling.NEAREST),
        ("area", Image.Resampling.BOX),
        ("lanczos", Image.Resampling.LANCZOS),
    ],
)
def test_resize_is_pillows(
    step: steps.Step, size: tuple[int, int], method: str, pillow: Image.Resampling
) -> None:
    sides = {side: getattr(step, side) for side in ("width", "height", "short_side", "long_side")}
    step = steps.resize(**sides, method=method)  # type: ignore[arg-type]
    expected = np.asarray(Image.fromarray(RGB).resize(size, pillow))
    np.testing.assert_array_equal(step(RGB), expected)


def test_resize_keeps_at_least_one_pixel() -> None:
    assert steps.resize(2)(noise(1, 100)).shape == (1, 2, 3)
    assert steps.resize(long_side=3)(noise(500, 1)).shape == (3, 1, 3)


def test_resize_by_area_is_the_mean() -> None:
    rgb = np.uint8([[[0] * 3, [10] * 3], [[20] * 3, [30] * 3]])
    assert steps.resize(1, method="area")(rgb).tolist() == [[[15, 15, 15]]]


@pytest.mark.parametrize(
    ("step", "shape", "sides"),
    [
        (steps.resize(256), (10**6, 1), "256 x 256000000"),
        (steps.rotate(45), (1, 60_000), "42427 x 42427"),
        (steps.pad(60_000, 1), (60_000, 1), "60000 x 60000"),
    ],
)
def test_a_result_beyond_memory_is_an_image_error(
    step: steps.Step, shape: tuple[int, int], sides: str
) -> None:
    with pytest.raises(ImageError) as caught:
        step(np.zeros((*shape, 3), np.uint8))
    assert caught.value.message == (
        f"picture of {shape[1]} x {shape[0]} pixels would have {sides} after {step!r}, "
        "over the limit of 200,000,000 pixels"
    )


@given(rgb=pictures())
def test_flips(rgb: np.ndarray) -> None:
    image = Image.fromarray(rgb)
    across, down = steps.flip(), steps.flip("top-bottom")
    np.testing.assert_array_equal(across(rgb), ImageOps.mirror(image))
    np.testing.assert_array_equal(down(rgb), ImageOps.flip(image))
    np.testing.assert_array_equal(across(across(rgb)), rgb)
    np.testing.assert_array_equal(down(down(rgb)), rgb)
    np.testing.assert_array_equal(down(across(rgb)), steps.rotate(180)(rgb))


@given(rgb=pictures(), quarters=st.integers(-4, 4))
def test_quarter_turns_only_move_pixels(rgb: np.ndarray, quarters: int) -> None:
    np.testing.assert_array_equal(steps.rotate(90 * quarters)(rgb), np.rot90(rgb, quarters))
    turned = rgb
    for _ in range(4):
        turned = steps.rotate(90)(turned)
    np.testing.assert_array_equal(turned, rgb)


@pytest.mark.parametrize("expand", [True, False])
def test_rotate_is_pillows(expand: bool) -> None:
    expected = Image.fromarray(RGB).rotate(
        30, Image.Resampling.BILINEAR, expand, fillcolor=(255, 136, 0)
    )
    step = steps.rotate(30, expand=expand, color="#ff8800", method="bilinear")
    np.testing.assert_array_equal(step(RGB), expected)
    assert step(RGB)[0, 0].tolist() == [255, 136, 0]


@settings(max_examples=50)
@given(rgb=pictures(), x=st.integers(0, 23), y=st.integers(0, 23), width=SIDES, height=SIDES)
def test_a_crop_is_a_slice(rgb: np.ndarray, x: int, y: int, width: int, height: int) -> None:
    step = steps.crop(x, y, width, height)
    if x >= rgb.shape[1] or y >= rgb.shape[0]:
        with pytest.raises(ImageError):
            step(rgb)
    else:
        np.testing.assert_array_equal(step(rgb), rgb[y : y + height, x : x + width])


def test_a_crop_outside_says_so() -> None:
    with pytest.raises(ImageError) as caught:
        steps.crop(50, 0, 10, 10)(RGB)
    text = "crop(50, 0, 10, 10) lies outside this picture of 41 x 30 pixels"
    assert caught.value.message == text


def test_a_crop_by_share() -> None:
    lower_right = steps.crop(0.5, 0.5, 0.5, 0.5, unit="share")
    np.testing.assert_array_equal(lower_right(noise(10, 20)), noise(10, 20)[5:, 10:])
    whole = steps.crop(0, 0, 1, 1, unit="share")
    np.testing.assert_array_equal(whole(RGB), RGB)
    corner = steps.crop(1, 1, 0.001, 0.001, unit="share")
    np.testing.assert_array_equal(corner(RGB), RGB[-1:, -1:])


def test_erase() -> None:
    covered = steps.erase(2, 1, 3, 4, color="red")(RGB)
    expected = RGB.copy()
    expected[1:5, 2:5] = (255, 0, 0)
    np.testing.assert_array_equal(covered, expected)
    np.testing.assert_array_equal(steps.erase(100, 100, 5, 5)(RGB), RGB)


@given(rgb=pictures(), width=SIDES, height=SIDES)
def test_pad_and_center_crop_are_each_others_reverse(
    rgb: np.ndarray, width: int, height: int
) -> None:
    tall, wide = rgb.shape[:2]
    padded = steps.pad(width, height, color=(1, 2, 3))(rgb)
    assert padded.shape == (max(tall, height), max(wide, width), 3)
    np.testing.assert_array_equal(steps.center_crop(wide, tall)(padded), rgb)
    cut = steps.center_crop(width, height)(rgb)
    assert cut.shape == (min(tall, height), min(wide, width), 3)


def test_pad_and_center_crop_by_hand() -> None:
    row = np.repeat(np.uint8([[1, 2, 3, 4]]), 3).reshape(1, 4, 3)
    assert steps.center_crop(2)(row)[0, :, 0].tolist() == [2, 3]
    assert steps.center_crop(1)(row)[0, :, 0].tolist() == [2]
    padded = steps.pad(7, 3, color="black")(row)
    assert padded[..., 0].tolist() == [[0] * 7, [0, 1, 2, 3, 4, 0, 0], [0] * 7]
