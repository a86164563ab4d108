"""What a frame surrounds is found, and a picture without a frame is left whole."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from imagesasdata.arrays.measures.prints import (
    as_prints,
    as_text,
    prints_of,
    within_frame,
)
from tests.conftest import picture


@pytest.mark.parametrize("color", [0, 255, 90])
@pytest.mark.parametrize(
    "box",
    [
        (0, 40, 200, 190),
        (50, 0, 250, 150),
        (10, 10, 210, 160),
        (60, 90, 260, 240),
        (0, 0, 200, 150),
    ],
)
def test_what_a_frame_surrounds(box: tuple[int, int, int, int], color: int) -> None:
    inner = np.asarray(picture(200, 150, seed=1).convert("L"))
    left, top, right, bottom = box
    whole = np.full((bottom + top, right + left), color, np.uint8)
    whole[top:bottom, left:right] = inner
    found = within_frame(whole)
    if left == top == 0:
        assert found is None
    else:
        assert found is not None
        # A line more is left out at each side that has a frame.
        assert np.abs(np.array(found) - box).max() <= 1


def test_a_frame_within_a_frame() -> None:
    inner = np.asarray(picture(200, 150, seed=1).convert("L"))
    whole = np.full((250, 240), 255, np.uint8)
    whole[20:230, 20:220] = 0
    whole[50:200, 20:220] = inner
    found = within_frame(whole)
    assert found is not None
    assert np.abs(np.array(found) - (20, 50, 220, 200)).max() <= 2


def test_plain_surfaces_and_small_pictures() -> None:
    assert prints_of(Image.new("RGB", (64, 64), (200, 30, 30))) == []
    assert len(prints_of(picture(64, 64))) >= 1
    assert len(prints_of(picture(1, 40))) <= 1
    assert within_frame(np.zeros((40, 40), np.uint8)) is None
    dot = np.zeros((200, 200), np.uint8)
    dot[90:110, 90:110] = np.arange(20) * 10
    assert within_frame(dot) is None, "too small a part"


def test_prints_as_text() -> None:
    framed = Image.new("RGB", (200, 300))
    framed.paste(picture(200, 150), (0, 60))
    found = [prints_of(framed), [], prints_of(picture(128, 64, seed=2))]
    rows, prints = as_prints([*map(as_text, found), None])
    assert rows.tolist() == [0, 0, 2]
    np.testing.assert_array_equal(prints, np.stack([*found[0], *found[2]]))
    rows, prints = as_prints([])
    assert (len(rows), prints.shape) == (0, (0, 64, 64))
    flipped = prints_of(picture(128, 64, seed=2).transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    rows, prints = as_prints([as_text(found[2])], mirror=True)
    assert rows.tolist() == [0, 0]
    np.testing.assert_array_equal(prints[0], found[2][0])
    assert abs(prints[1].astype(int) - flipped[0]).max() <= 1
