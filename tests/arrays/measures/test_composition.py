"""Composition, by pictures that are composed to have it."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.measures.composition import measure
from imagesasdata.arrays.measures.saliency import saliency
from tests.arrays.measures.pictures import HEADER, gray, noise, plain


def spot(x: float, y: float, width: int = 192, height: int = 128, side: int = 12) -> np.ndarray:
    """A bright square on a dark, plain ground, its middle at shares of width and height."""
    values = np.full((height, width), 40)
    left, top = round(x * width - side / 2), round(y * height - side / 2)
    values[top : top + side, left : left + side] = 220
    return gray(values)


@pytest.mark.parametrize("at", [(0.25, 0.25), (0.75, 0.5), (0.5, 0.75), (1 / 3, 2 / 3)])
def test_saliency_is_where_the_thing_is(at: tuple[float, float]) -> None:
    map_ = saliency(spot(*at)[::3, ::3, 0])
    top = np.unravel_index(map_.argmax(), map_.shape)
    found = (top[1] + 0.5) / map_.shape[1], (top[0] + 0.5) / map_.shape[0]
    assert found == pytest.approx(at, abs=0.06)
    assert map_.sum() == pytest.approx(1.0)


def test_the_centroid_leans_to_the_thing() -> None:
    left, right = (measure(spot(x, 0.5), HEADER) for x in (0.25, 0.75))
    assert left["saliency_x"] < 0.45
    assert left["saliency_x"] == pytest.approx(1 - right["saliency_x"], abs=1e-4)
    assert left["saliency_y"] == pytest.approx(0.5, abs=0.02)


def test_thirds_by_hand() -> None:
    """The centroid of a symmetric picture is its middle, a sixth of each side from a point of thirds."""
    values = measure(spot(0.5, 0.5), HEADER)
    assert (values["saliency_x"], values["saliency_y"]) == pytest.approx((0.5, 0.5), abs=1e-4)
    assert values["thirds_distance"] == pytest.approx(1 / 6, abs=1e-4)
    nearer = measure(spot(1 / 3, 1 / 3), HEADER)
    assert nearer["thirds_distance"] < values["thirds_distance"]


def test_one_thing_is_less_spread_than_noise() -> None:
    assert (
        measure(spot(0.5, 0.5), HEADER)["saliency_spread"]
        < measure(noise(128, 192), HEADER)["saliency_spread"]
    )


def test_symmetry() -> None:
    half = noise(60, 40)
    both = measure(np.concatenate([half, half[:, ::-1]], axis=1), HEADER)
    assert both["symmetry_left_right"] == pytest.approx(1.0)
    assert abs(both["symmetry_top_bottom"]) < 0.2
    upright = measure(np.concatenate([half, half[::-1]]), HEADER)
    assert upright["symmetry_top_bottom"] == pytest.approx(1.0)
    opposite = np.zeros((60, 80))
    opposite[:, 40:] = 200
    assert measure(gray(opposite), HEADER)["symmetry_left_right"] == pytest.approx(-1.0)


def test_a_red_thing_on_green_stands_out_more_than_on_red() -> None:
    on_green, on_red = plain((60, 120, 60), 128, 128), plain((150, 60, 60), 128, 128)
    for ground in (on_green, on_red):
        ground[40:70, 40:70] = (180, 40, 40)
    first, second = (measure(rgb, HEADER)["figure_ground"] for rgb in (on_green, on_red))
    assert first > 2 * second > 0


def test_diagonals() -> None:
    side = 64
    along = np.full((side, side), 30)
    for place in range(side):
        along[place, max(0, place - 1) : place + 2] = 220
    beside = np.full((side, side), 30)
    beside[30:33] = 220
    assert (
        measure(gray(along), HEADER)["diagonal_dominance"]
        > measure(gray(beside), HEADER)["diagonal_dominance"] + 0.1
    )


def test_empty_share_by_hand() -> None:
    """An edge down the middle of 16 columns of cells leaves 15 of 16 empty."""
    step = np.zeros((160, 160))
    step[:, 75:] = 255  # within the eighth column of cells, 70 to 79
    assert measure(gray(step), HEADER)["empty_share"] == pytest.approx(15 / 16)
    assert measure(plain((9, 9, 9), 100, 100), HEADER)["empty_share"] == 1.0


def test_a_plain_picture_has_no_composition() -> None:
    values = measure(plain((10, 20, 30)), HEADER)
    assert {name for name, value in values.items() if value is not None} == {"empty_share"}


@pytest.mark.parametrize("name", ["saliency_spread", "figure_ground", "diagonal_dominance"])
def test_mirroring_changes_places_only(name: str) -> None:
    rgb = noise(96, 128)
    ours, mirrored = measure(rgb, HEADER), measure(rgb[:, ::-1].copy(), HEADER)
    assert mirrored[name] == pytest.approx(ours[name], rel=1e-3)
    assert mirrored["saliency_x"] == pytest.approx(1 - ours["saliency_x"], abs=1e-4)
