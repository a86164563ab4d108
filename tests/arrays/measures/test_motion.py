"""Motion of pictures that are moved by known amounts."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from imagesasdata.arrays.measures.motion import COLUMNS, by_interval, motion
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


def test_pairs_belong_to_the_interval_in_which_they_begin() -> None:
    grays = [0, 51, 51, 0, 102]
    frames = [
        (np.full((20, 20, 3), gray, np.uint8), 0.5 * place) for place, gray in enumerate(grays)
    ]
    found = list(by_interval(iter(frames), 1.0, 2.5))
    assert [one[:3] for one in found] == [(0, 0, 1), (1, 1, 2), (2, 2, 2.5)]
    differences = [one.means.get("frame_difference") for one in found]
    # From 0 to 51 and to 51; to 0 and to 102; the last frame begins no pair.
    assert differences == [pytest.approx(0.1), pytest.approx((51 + 102) / 2 / 255), None]
    assert list(found[0].means) == [column.name for column in COLUMNS]


def test_an_interval_without_a_frame_has_no_motion() -> None:
    frames = [(np.zeros((20, 20, 3), np.uint8), time) for time in (0.0, 3.0, 3.2)]
    found = list(by_interval(iter(frames), 1.0, 3.4))
    assert [bool(one.means) for one in found] == [True, False, False, True]
    assert found[-1].end == 3.4
    assert list(by_interval(iter([]), 1.0, 0.0)) == []
