"""What all steps have in common."""

from __future__ import annotations

import inspect
import pickle
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import imagesasdata as iad
from imagesasdata import steps
from tests.arrays.measures.pictures import noise, pictures
from tests.steps.calls import CALLS, made

FUNCTIONS = [name for name in steps.__all__ if name != "Step"]


def test_every_function_has_a_call() -> None:
    assert {call.split("(")[0] for call in CALLS} == set(FUNCTIONS)
    assert iad.steps is steps
    assert "steps" in dir(iad)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_a_full_docstring(name: str) -> None:
    function = getattr(steps, name)
    text = inspect.getdoc(function) or ""
    parameters = inspect.signature(function).parameters
    sections = ("Parameters", "Returns", "Raises", "Examples")
    for section in sections if parameters else ("Returns", "Examples"):
        assert f"{section}\n---" in text, section
    for parameter in parameters:
        assert re.search(rf"^([a-z_]+, )*{parameter}(, [a-z_]+)*$", text, re.MULTILINE), parameter


@pytest.mark.parametrize("call", CALLS)
def test_a_step_is_written_as_its_call(call: str) -> None:
    step = made(call)
    assert repr(step) == call
    assert made(repr(step)) == step
    assert hash(made(call)) == hash(step)
    assert pickle.loads(pickle.dumps(step)) == step


def test_steps_are_equal_only_to_the_same_step() -> None:
    assert len({made(call) for call in CALLS}) == len(CALLS)
    assert steps.threshold(128) == steps.threshold(128.0, method="fixed")
    assert steps.threshold() == steps.threshold(method="otsu")
    assert steps.edges() == steps.edges("canny", low=100, high=200)
    assert steps.normalize() == steps.normalize(low=1, high=99)
    assert steps.convolve(np.eye(2)) == steps.convolve([[1, 0], [0, 1]])
    assert steps.center_crop(9) == steps.center_crop(9, 9)
    assert steps.erase(0, 0, 9, 9, color=[1, 2, 3]) == steps.erase(0, 0, 9, 9, color=(1, 2, 3))
    assert steps.unchanged() != steps.strip_metadata()
    assert repr(steps.blur(np.float64(0.5))) == "blur(0.5)"


@pytest.mark.parametrize("call", CALLS)
@settings(max_examples=15, deadline=None)
@given(rgb=pictures(12), turned=st.booleans())
def test_a_step_gives_new_pixels(call: str, rgb: np.ndarray, turned: bool) -> None:
    """Whatever the picture's size, down to one pixel, and however it lies in memory."""
    step = made(call)
    rgb = rgb[::-1, ::-1] if turned else rgb
    before = rgb.copy()
    if call == "crop(0, 0, 5, 4)":
        assert step(rgb).shape == (min(4, len(rgb)), min(5, rgb.shape[1]), 3)
    new = step(rgb)
    assert new.dtype == np.uint8
    assert new.ndim == 3
    assert new.shape[2] == 3
    assert min(new.shape) > 0
    assert new.flags.c_contiguous
    assert new.flags.writeable
    assert not np.may_share_memory(new, rgb)
    np.testing.assert_array_equal(rgb, before)
    np.testing.assert_array_equal(step(before), new)


def test_pixels_may_be_read_only() -> None:
    rgb = noise(9, 9)
    rgb.flags.writeable = False
    for call in CALLS:
        made(call)(rgb)


@pytest.mark.parametrize("call", CALLS)
def test_threads_do_not_disturb_each_other(call: str) -> None:
    step = made(call)
    photos = [noise(24, 31, seed) for seed in range(4)]
    alone = [step(rgb) for rgb in photos]
    with ThreadPoolExecutor(4) as pool:
        for before, now in zip(alone * 3, pool.map(step, photos * 3), strict=True):
            np.testing.assert_array_equal(before, now)


@pytest.mark.parametrize(
    ("pixels", "came"),
    [
        (np.zeros((4, 4, 3)), "float64 of shape (4, 4, 3)"),
        (np.zeros((4, 4), np.uint8), "uint8 of shape (4, 4)"),
        (np.zeros((4, 4, 4), np.uint8), "uint8 of shape (4, 4, 4)"),
        (np.zeros((0, 4, 3), np.uint8), "uint8 of shape (0, 4, 3)"),
        ("photo.jpg", "a str"),
    ],
)
def test_other_things_than_pixels_are_refused(pixels: object, came: str) -> None:
    with pytest.raises(iad.ArgumentTypeError) as caught:
        steps.blur(3)(pixels)  # type: ignore[arg-type]
    assert caught.value.message == (
        f"blur(3) takes pixels as uint8 of shape (height, width, 3), got {came}."
    )
    assert 'np.asarray(PIL.Image.open(path).convert("RGB"))' in (caught.value.hint or "")


@pytest.mark.parametrize("call", ["unchanged()", "strip_metadata()"])
def test_nothing_is_changed(call: str) -> None:
    rgb = noise(5, 6)
    np.testing.assert_array_equal(made(call)(rgb), rgb)
