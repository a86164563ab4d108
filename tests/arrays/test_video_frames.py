"""Which frames are shown when, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.video_frames import equally_spaced, shown_at, shown_at_steps

# Frames that are shown for unequal times.
TIMES = np.array([0.0, 0.1, 0.5, 0.6, 2.0])


def test_frames_at_some_times() -> None:
    assert shown_at(TIMES, np.array([0.0, 0.09, 0.1, 0.55, 1.9, 9.0])).tolist() == [0, 1, 2, 3, 4]
    # A time that rounding has made a little smaller.
    assert shown_at(TIMES, np.array([0.5 - 1e-9])).tolist() == [2]


@pytest.mark.parametrize(
    ("step", "numbers"),
    [(0.1, [0, 1, 2, 3, 4]), (0.5, [0, 2, 3, 4]), (1.0, [0, 3, 4]), (2.0, [0, 4]), (3.0, [0])],
)
def test_frames_at_equal_steps(step: float, numbers: list[int]) -> None:
    assert shown_at_steps(TIMES, step).tolist() == numbers


def test_the_last_frame_is_shown_to_the_end() -> None:
    assert shown_at_steps(TIMES, 0.75, 2.5).tolist() == [0, 3, 4]
    # 2.25 is the end itself, when nothing is shown any more.
    assert shown_at_steps(TIMES, 0.75, 2.25).tolist() == [0, 3]
    assert shown_at_steps(TIMES, 0.5, 2.0).tolist() == [0, 2, 3, 4]


def test_steps_do_not_drift() -> None:
    times = np.arange(100_000) * 0.1
    assert len(shown_at_steps(times, 0.3)) == 33_334


def test_a_number_of_frames() -> None:
    times = np.arange(10) * 0.5
    # The last frame is shown until 5 seconds.
    assert equally_spaced(times, 4).tolist() == [0, 2, 5, 7]
    assert equally_spaced(times, 1).tolist() == [0]
    for count in (10, 99):
        assert equally_spaced(times, count).tolist() == list(range(10))


def test_no_frame() -> None:
    assert shown_at_steps(np.zeros(0), 1.0).tolist() == []
    assert equally_spaced(np.zeros(0), 3).tolist() == []
