"""Motion of pictures that are moved by known amounts."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from imagesasdata.arrays.measures.motion import COLUMNS, motion
from tests.arrays.measures.pictures import noise


def texture(height: int = 240, width: int = 320) -> np.ndarray:
    """Smooth blobs, which optical flow can follow."""
    coarse = noise(height // 8 + 8, width // 8 + 8, 3)[..., 0]
    return cv2.resize(coarse, (width + 40, height + 40), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("method", ["dis", "farneback"])
@pytest.mark.parametrize(("right", "down"), [(4, 0), (0, -3), (-5, 2)])
def test_a_shift_is_the_flow(method, right: int, down: int) -> None:
    whole = texture()
    before = whole[20:260, 20:340]
    after = whole[20 - down : 260 - down, 20 - right : 340 - right]
    got = motion(before, after, 0.5, method)
    per_second = np.hypot(240, 320) * 0.5
    assert got["flow_x"] == pytest.approx(right / per_second, abs=0.4 / per_second)
    assert got["flow_y"] == pytest.approx(down / per_second, abs=0.4 / per_second)
    assert got["flow_speed"] == pytest.approx(np.hypot(right, down) / per_second, rel=0.15)
    # Faster than 2 percent of the diagonal, 8 pixels, a second is 4 pixels in half of one.
    assert got["moving_share"] > 0.9 if np.hypot(right, down) > 4.2 else True


@pytest.mark.parametrize("method", ["dis", "farneback"])
def test_nothing_moves(method) -> None:
    got = motion(texture(), texture(), 1.0, method)
    assert got == pytest.approx(dict.fromkeys(got, 0.0), abs=1e-3)
    assert (got["frame_difference"], got["changed_share"]) == (0.0, 0.0)


def test_differences_by_hand() -> None:
    before = np.zeros((10, 10), np.uint8)
    after = before.copy()
    after[:5, :4] = 51  # a fifth of the pixels, by a fifth of the range
    after[9, 9] = 25  # not enough to count as changed
    got = motion(before, after, 1.0)
    assert got["frame_difference"] == pytest.approx((0.2 * 51 + 0.01 * 25) / 255)
    assert got["changed_share"] == pytest.approx(0.2)


def test_twice_the_time_is_half_the_speed() -> None:
    whole = texture()
    before, after = whole[20:260, 20:340], whole[20:260, 17:337]
    slow, fast = motion(before, after, 2.0), motion(before, after, 1.0)
    assert fast["flow_speed"] == pytest.approx(2 * slow["flow_speed"], rel=1e-5)
    assert fast["frame_difference"] == slow["frame_difference"]


@pytest.mark.parametrize("shape", [(1, 1), (2, 40), (15, 15), (16, 16), (17, 300)])
def test_any_shape(shape: tuple[int, int]) -> None:
    got = motion(np.zeros(shape, np.uint8), np.full(shape, 9, np.uint8), 0.1)
    assert list(got) == [column.name for column in COLUMNS]
    assert all(np.isfinite(value) for value in got.values())
