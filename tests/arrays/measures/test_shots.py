"""Shots of clips whose cuts and fades are known."""

from __future__ import annotations

import numpy as np
import pytest

from imagesasdata.arrays.measures.shots import Shot, ShotDetector
from tests.arrays.measures.pictures import noise

RATE = 10


def scene(seed: int) -> np.ndarray:
    """A coarse pattern of its own colors, wide enough to pan over."""
    return np.kron(noise(6, 24, seed), np.ones((12, 12, 1), np.uint8))


def still(seed: int, count: int) -> list[np.ndarray]:
    return [scene(seed)[:, :120]] * count


def pan(seed: int, count: int) -> list[np.ndarray]:
    return [scene(seed)[:, step * 2 : step * 2 + 120] for step in range(count)]


def faded(frames: list[np.ndarray], to: float) -> list[np.ndarray]:
    return [
        (frame * share).astype(np.uint8)
        for frame, share in zip(frames, np.linspace(1, to, len(frames)), strict=True)
    ]


def shots(frames: list[np.ndarray], min_length: float = 0.6) -> list[Shot]:
    detector = ShotDetector(min_length)
    for number, frame in enumerate(frames):
        detector.add(np.ascontiguousarray(frame), number / RATE)
    return detector.finish()


@pytest.mark.parametrize("make", [still, pan])
@pytest.mark.parametrize("lengths", [(10, 7, 25, 12), (30, 30), (8, 6, 6, 6, 6), (40,)])
def test_every_cut_and_no_other(make, lengths: tuple[int, ...]) -> None:
    frames = [frame for seed, length in enumerate(lengths) for frame in make(seed, length)]
    ends = np.cumsum(lengths).tolist()
    expected = [
        Shot(start, end, "cut" if start else "start")
        for start, end in zip([0, *ends[:-1]], ends, strict=True)
    ]
    assert shots(frames) == expected


def test_a_flash_is_no_cut() -> None:
    frames = pan(1, 40)
    frames[20] = np.full_like(frames[20], 255)
    assert shots(frames) == [Shot(0, 40, "start")]


def test_a_fade_through_black() -> None:
    frames = [
        *still(1, 20),
        *faded(still(1, 10), 0),
        *[np.zeros((72, 120, 3), np.uint8)] * 8,
        *faded(still(2, 10), 0)[::-1],
        *still(2, 20),
    ]
    first, second = shots(frames)
    assert (first.begins, second.begins, second.end) == ("start", "fade", len(frames))
    assert second.start == pytest.approx(34, abs=1)


def test_a_cut_into_black_and_out_of_it_is_one_fade() -> None:
    frames = [*still(1, 20), *[np.zeros((72, 120, 3), np.uint8)] * 20, *still(2, 20)]
    assert shots(frames) == [Shot(0, 30, "start"), Shot(30, 60, "fade")]


def test_black_before_and_after_is_part_of_the_shot() -> None:
    black = [np.zeros((72, 120, 3), np.uint8)] * 12
    assert shots([*black, *still(1, 20), *black]) == [Shot(0, 44, "start")]


def test_shorter_than_the_least_length() -> None:
    frames = [*still(1, 20), *still(2, 4), *still(3, 20)]
    assert [shot.start for shot in shots(frames)] == [0, 20]
    assert [shot.start for shot in shots(frames, min_length=0.2)] == [0, 20, 24]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_short_videos(count: int) -> None:
    assert shots(still(1, count)) == ([Shot(0, count, "start")] if count else [])


def test_a_cut_near_the_end() -> None:
    assert [shot.start for shot in shots([*still(1, 20), *still(2, 1)])] == [0, 20]


def test_the_frame_in_the_middle() -> None:
    assert [Shot(start, end, "cut").middle for start, end in ((0, 1), (0, 3), (4, 8))] == [0, 1, 5]
