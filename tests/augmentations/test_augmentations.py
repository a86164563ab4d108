"""Augmentations: the same seed draws the same, within what was asked for."""

from __future__ import annotations

import inspect
import math
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import imagesasdata as iad
from imagesasdata import augmentations, steps
from tests.arrays.measures.pictures import noise, pictures

CALLS = (
    "random_flip(0.5)",
    'random_flip(1, direction="top-bottom")',
    "random_crop((0.6, 1))",
    "random_crop((0.08, 1), shape=(1, 1))",
    "random_rotate(15)",
    "random_rotate(5, color=(1, 2, 3))",
    "random_brightness(0.2)",
    "random_contrast(0.5)",
    "random_saturation(1)",
    "random_hue(10)",
    "random_blur(2)",
    "random_erase(0.5)",
    'random_erase(1, share=(0.1, 0.2), shape=(1, 2), color="red")',
    "one_of((random_hue(10), grayscale(), random_flip(0.5)))",
)
FUNCTIONS = [name for name in augmentations.__all__ if name != "Augmentation"]
NAMES = {
    name: getattr(module, name) for module in (steps, augmentations) for name in module.__all__
}
SEEDS = st.integers(0, 2**63 - 1)


def made(call: str) -> augmentations.Augmentation:
    return eval(call, dict(NAMES))


def draws(augmentation: augmentations.Augmentation, count: int = 400) -> list[steps.Step]:
    rng = np.random.default_rng(0)
    return [augmentation.draw(rng) for _ in range(count)]


def test_every_function_has_a_call() -> None:
    assert {call.split("(")[0] for call in CALLS} == set(FUNCTIONS) - {"draw_all", "light"}
    assert iad.augmentations is augmentations


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_a_full_docstring(name: str) -> None:
    text = inspect.getdoc(getattr(augmentations, name)) or ""
    parameters = inspect.signature(getattr(augmentations, name)).parameters
    for section in ("Parameters", "Returns", "Raises", "Examples")[0 if parameters else 3 :]:
        assert f"{section}\n---" in text, section
    for parameter in parameters:
        assert re.search(rf"^{parameter}$", text, re.MULTILINE), parameter


@pytest.mark.parametrize("call", CALLS)
def test_an_augmentation_is_written_as_its_call(call: str) -> None:
    augmentation = made(call)
    assert repr(augmentation) == call
    assert made(call) == augmentation
    assert hash(made(call)) == hash(augmentation)
    assert pickle.loads(pickle.dumps(augmentation)) == augmentation


@pytest.mark.parametrize("call", CALLS)
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, rgb=pictures(10))
def test_a_seed_draws_the_same_step(call: str, seed: int, rgb: np.ndarray) -> None:
    augmentation = made(call)
    step = augmentation.draw(np.random.default_rng(seed))
    assert augmentation.draw(np.random.default_rng(seed)) == step
    assert eval(repr(step), dict(NAMES)) == step
    new = step(rgb)
    assert new.dtype == np.uint8
    assert min(new.shape) > 0


@pytest.mark.parametrize(("p", "low", "high"), [(0, 0, 0), (0.25, 70, 130), (1, 400, 400)])
@pytest.mark.parametrize("name", ["random_flip", "random_erase"])
def test_p_is_the_share_of_pictures(name: str, p: float, low: int, high: int) -> None:
    found = draws(getattr(augmentations, name)(p))
    assert low <= sum(step != steps.unchanged() for step in found) <= high


@pytest.mark.parametrize(
    ("augmentation", "field", "low", "high"),
    [
        (augmentations.random_brightness(0.2), "factor", 0.8, 1.2),
        (augmentations.random_contrast(0.5), "factor", 0.5, 1.5),
        (augmentations.random_saturation(1), "factor", 0, 2),
        (augmentations.random_hue(30), "degrees", -30, 30),
        (augmentations.random_rotate(15), "degrees", -15, 15),
        (augmentations.random_blur(3), "radius", 0, 3),
    ],
)
def test_draws_fill_the_range(
    augmentation: augmentations.Augmentation, field: str, low: float, high: float
) -> None:
    values = [getattr(step, field) for step in draws(augmentation)]
    within = 0.05 * (high - low)
    assert low <= min(values) <= low + within
    assert high - within <= max(values) <= high
    assert np.mean(values) == pytest.approx((low + high) / 2, abs=2 * within)


@pytest.mark.parametrize(
    "augmentation",
    [
        augmentations.random_crop((0.1, 0.9), shape=(0.5, 2)),
        augmentations.random_erase(1, share=(0.1, 0.9), shape=(0.5, 2)),
    ],
)
def test_rectangles_have_their_area_and_form(augmentation: augmentations.Augmentation) -> None:
    areas, forms = [], []
    for step in draws(augmentation):
        x, y, width, height = (getattr(step, name) for name in ("x", "y", "width", "height"))
        assert min(x, y) >= 0
        assert max(x + width, y + height) <= 1.0002
        areas.append(width * height)
        forms.append(width / height)
    assert 0.0999 <= min(areas) < 0.15
    assert 0.85 < max(areas) <= 0.9001
    assert 0.499 <= min(forms) < 0.6
    assert 1.7 < max(forms) <= 2.001
    assert np.mean(np.log(forms)) == pytest.approx(0, abs=0.1)


def test_a_form_that_does_not_fit_keeps_the_area() -> None:
    for step in draws(augmentations.random_crop((0.8, 0.8), shape=(3, 4)), 20):
        assert (step.width, step.height) == (1, 0.8)  # type: ignore[attr-defined]


def test_a_crop_holds_its_share_of_pixels() -> None:
    rgb = noise(200, 300)
    for step in draws(augmentations.random_crop((0.3, 0.5)), 30):
        new = step(rgb)
        assert 0.29 < new.size / rgb.size < 0.51
        assert 0.74 < new.shape[1] / new.shape[0] / 1.5 < 1.35


def test_one_of_draws_each_as_often() -> None:
    parts = [steps.grayscale(), steps.flip(), augmentations.random_hue(10)]
    kinds = [type(step).__name__ for step in draws(augmentations.one_of(parts), 600)]
    for kind in ("Grayscale", "Flip", "Hue"):
        assert kinds.count(kind) == pytest.approx(200, abs=4 * math.sqrt(600 * 2 / 9))


@given(seed=SEEDS, index=st.integers(0, 10**9))
def test_draw_all_follows_from_seed_and_number(seed: int, index: int) -> None:
    light = augmentations.light()
    drawn = augmentations.draw_all(light, seed, index)
    augmentations.draw_all(light, seed, index + 1)
    assert augmentations.draw_all(light, seed=seed, index=index) == drawn
    assert augmentations.draw_all(light, seed, index + 1) != drawn
    assert augmentations.draw_all(light, seed ^ 1, index) != drawn
    assert steps.unchanged() not in drawn
    assert len(drawn) in (4, 5)


def test_an_augmentation_does_not_depend_on_the_others() -> None:
    tone = augmentations.random_brightness(0.2)
    for index in range(20):
        beside = [
            augmentations.draw_all([first, tone], 3, index)[-1]
            for first in (augmentations.random_flip(0), augmentations.random_crop())
        ]
        assert beside[0] == beside[1]


def test_steps_among_augmentations_are_always_done() -> None:
    parts = [steps.resize(64), augmentations.random_flip(0), steps.grayscale()]
    assert augmentations.draw_all(parts, 1, 2) == [steps.resize(64), steps.grayscale()]
    assert augmentations.draw_all([], 1, 2) == []


def test_half_of_the_pictures_are_mirrored() -> None:
    light = augmentations.light()
    mirrored = sum(steps.flip() in augmentations.draw_all(light, 0, index) for index in range(400))
    assert 160 < mirrored < 240
