"""Color, by values worked out by hand or published."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np
import pytest

from imagesasdata.arrays.measures.color import measure
from imagesasdata.arrays.measures.color_cells import (
    count_cells,
    dominant_colors,
    warm_and_cool_share,
)
from imagesasdata.arrays.measures.color_names import EXAMPLES, TERMS, nearest_term
from imagesasdata.arrays.measures.srgb import lab, luminance
from tests.arrays.measures.pictures import HEADER, noise, plain

RED, BLUE = (255, 0, 0), (0, 0, 255)


def side_by_side(*colors: tuple[int, int, int]) -> np.ndarray:
    return np.array([colors], np.uint8)


def test_red_beside_blue() -> None:
    values = measure(side_by_side(RED, BLUE), HEADER)
    wanted = {
        "red_mean": 0.5,
        "red_sd": 0.5,
        "green_mean": 0.0,
        "blue_sd": 0.5,
        "saturation_mean": 1.0,
        "saturation_sd": 0.0,
        "value_mean": 1.0,
        # Unit vectors at 0 and 240 degrees have a mean of length 1/2 at 300 degrees.
        "hue_mean": 300.0,
        "hue_sd": np.degrees(np.sqrt(2 * np.log(2))),
        "hue_cos": 0.25,
        "hue_sin": -np.sqrt(3) / 4,
        # rg is 255 and 0, yb 127.5 and -255.
        "colorfulness": np.hypot(127.5, 191.25) + 0.3 * np.hypot(127.5, 63.75),
        "red_share": 0.5,
        "blue_share": 0.5,
        "warm_share": 0.5,
        "cool_share": 0.5,
    }
    assert {name: values[name] for name in wanted} == pytest.approx(wanted, abs=1e-5)


def test_hue_turns_the_corner() -> None:
    """The mean of 350 and 20 degrees is 5, not 185."""
    colors = [[round(255 * c) for c in colorsys.hsv_to_rgb(h / 360, 1, 1)] for h in (350, 20)]
    values = measure(np.array([colors], np.uint8), HEADER)
    assert values["hue_mean"] == pytest.approx(5, abs=0.2)  # bytes round the hues
    assert values["hue_sd"] == pytest.approx(15, abs=0.3)


def test_dark_noise_hardly_moves_the_hue() -> None:
    rgb = plain((0, 200, 0), 40, 40)
    rgb[:20] = (2, 0, 0)
    assert measure(rgb, HEADER)["hue_mean"] == pytest.approx(120, abs=1)


@pytest.mark.parametrize(
    "rgb", [plain((9, 9, 9)), side_by_side(RED, (0, 255, 255))], ids=["gray", "opposite"]
)
def test_no_hue(rgb: np.ndarray) -> None:
    values = measure(rgb, HEADER)
    assert {values[f"hue_{what}"] for what in ("mean", "sd", "cos", "sin")} == {None}


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [  # for D65, as published with the primaries of sRGB (B. Lindbloom's calculator)
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((119, 119, 119), (50.03, 0, 0)),
    ],
)
def test_cielab_is_as_published(
    rgb: tuple[int, int, int], expected: tuple[float, float, float]
) -> None:
    np.testing.assert_allclose(lab(plain(rgb)), np.broadcast_to(expected, (17, 23, 3)), atol=0.01)


def test_a_pixel_is_the_same_wherever_it_is() -> None:
    rgb = noise(9, 61)
    for convert in (lab, luminance):
        alone = np.array(
            [[convert(rgb[y : y + 1, x : x + 1])[0, 0] for x in range(61)] for y in range(9)]
        )
        np.testing.assert_allclose(convert(rgb), alone, rtol=1e-6, atol=1e-5)


def test_colorfulness_of_gray_is_none_and_of_a_rainbow_extreme() -> None:
    hues = np.linspace(0, 360, 200, endpoint=False)
    hsv = np.stack([hues, np.ones(200), np.ones(200)], axis=-1).astype(np.float32)[None]
    rainbow = np.round(255 * cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)).astype(np.uint8)
    assert measure(rainbow, HEADER)["colorfulness"] > 109  # Hasler and Suesstrunk's highest class
    assert measure(plain((80, 80, 80)), HEADER)["colorfulness"] == 0


@pytest.mark.parametrize(
    ("rgb", "term"),
    [
        ((0, 0, 0), "black"),
        ((40, 40, 40), "black"),
        ((255, 255, 255), "white"),
        ((245, 242, 238), "white"),
        ((128, 128, 128), "gray"),
        ((190, 190, 195), "gray"),
        ((255, 0, 0), "red"),
        ((139, 0, 0), "red"),
        ((255, 165, 0), "orange"),
        ((255, 255, 0), "yellow"),
        ((0, 128, 0), "green"),
        ((124, 252, 0), "green"),
        ((0, 0, 255), "blue"),
        ((135, 206, 235), "blue"),
        ((0, 0, 128), "blue"),
        ((128, 0, 128), "purple"),
        ((255, 192, 203), "pink"),
        ((255, 105, 180), "pink"),
        ((139, 69, 19), "brown"),
        ((101, 67, 33), "brown"),
    ],
)
def test_basic_colors_have_their_names(rgb: tuple[int, int, int], term: str) -> None:
    values = measure(plain(rgb), HEADER)
    assert values[f"{term}_share"] == 1.0
    assert sum(values[f"{other}_share"] for other in TERMS) == pytest.approx(1.0)


def test_each_example_has_its_own_term_unless_it_is_neutral() -> None:
    assert len(TERMS) == 11
    for place, term in enumerate(TERMS):
        codes = EXAMPLES[term].split()
        colors = lab(np.array([[list(bytes.fromhex(code)) for code in codes]], np.uint8))
        colored = np.hypot(colors[..., 1], colors[..., 2]) >= 7
        assert (nearest_term(colors)[colored] == place).all()


@pytest.mark.parametrize(
    ("rgb", "warm", "cool"),
    [
        ((255, 120, 0), 1.0, 0.0),
        ((220, 170, 140), 1.0, 0.0),
        ((0, 120, 255), 0.0, 1.0),
        ((0, 128, 128), 0.0, 1.0),
        ((128, 128, 128), 0.0, 0.0),
        ((255, 255, 255), 0.0, 0.0),
    ],
)
def test_warm_and_cool(rgb: tuple[int, int, int], warm: float, cool: float) -> None:
    assert warm_and_cool_share(count_cells(plain(rgb))) == (warm, cool)


def test_dominant_color_is_the_mean_of_the_most_common_similar_ones() -> None:
    rgb = noise(10, 10, levels=256)
    rgb.reshape(-1, 3)[:40] = (30, 60, 90)
    rgb.reshape(-1, 3)[40:60] = (36, 66, 96)  # in another cell, but near
    rgb.reshape(-1, 3)[60:] = (200, 200, 200)
    assert dominant_colors(rgb, count_cells(rgb)) == [("#203e5c", 0.6), ("#c8c8c8", 0.4)]


def test_colors_of_less_than_a_twentieth_do_not_count() -> None:
    rgb = plain((255, 255, 255), 10, 10)
    rgb.reshape(-1, 3)[:5] = (0, 0, 255)
    rgb.reshape(-1, 3)[5:9] = (0, 0, 0)
    assert dominant_colors(rgb, count_cells(rgb)) == [("#ffffff", 0.91), ("#0000ff", 0.05)]


@pytest.mark.parametrize("rgb", [(0, 0, 0), (255, 255, 255), (0, 255, 131), (7, 8, 248)])
def test_dominant_color_at_the_ends_of_the_scale(rgb: tuple[int, int, int]) -> None:
    picture = plain(rgb)
    assert dominant_colors(picture, count_cells(picture)) == [
        ("#{:02x}{:02x}{:02x}".format(*rgb), 1.0)
    ]
