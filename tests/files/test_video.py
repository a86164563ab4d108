"""Videos: the right frame at the right time, whatever the file; a reason where there is none."""

from __future__ import annotations

import wave
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from imagesasdata.errors import ImageError
from imagesasdata.files.video import Video
from tests.clips import number_of, numbered, write
from tests.conftest import encoded, picture

FRAMES = [numbered(number) for number in range(60)]


@pytest.fixture(params=["mp4", "mkv", "avi", "mpg"])
def clip(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    codec = "mpeg1video" if request.param == "mpg" else "mpeg4"
    rate = 25 if request.param == "mpg" else 10
    between = 0 if request.param == "avi" else 2
    path = tmp_path / f"clip.{request.param}"
    return write(path, FRAMES, codec=codec, rate=rate, between=between)


def test_every_frame_has_its_time(clip: Path) -> None:
    rate = 25 if clip.suffix == ".mpg" else 10
    with Video(clip) as video:
        np.testing.assert_allclose(video.times(), np.arange(60) / rate, atol=2e-3)


def test_all_frames_in_order(clip: Path) -> None:
    with Video(clip) as video:
        frames = list(video.frames())
        assert [frame.number for frame in frames] == list(range(60))
        assert [number_of(frame.pixels) for frame in frames] == list(range(60))


def test_frames_in_any_order(clip: Path) -> None:
    numbers = [0, 1, 2, 30, 31, 29, 59, 0, 58, 58, 12, 11, 13]
    with Video(clip) as video:
        times = video.times()[numbers]
        got = [(frame.number, number_of(frame.pixels)) for frame in video.frames(times)]
    assert got == [(number, number) for number in numbers]


def test_pixels_are_those_that_were_stored(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    frames = [random.integers(0, 256, (48, 64, 3), np.uint8) for _ in range(20)]
    path = write(tmp_path / "lossless.mkv", frames, codec="ffv1")
    with Video(path) as video:
        for frame in video.frames(video.times()[::-3]):
            np.testing.assert_array_equal(frame.pixels, frames[frame.number])


def test_a_time_between_frames_shows_the_one_before(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", FRAMES)
    with Video(path) as video:
        numbers = [frame.number for frame in video.frames([0.0, 0.05, 0.0999, 0.1, 3.14, 99.0])]
    assert numbers == [0, 0, 0, 1, 31, 59]


def test_variable_frame_rate(tmp_path: Path) -> None:
    times = np.cumsum([0.04, 0.5, 0.04, 0.04, 2.0, 0.04, 0.3, 0.04])
    path = write(tmp_path / "clip.mkv", FRAMES[:8], times=times.tolist(), between=0)
    with Video(path) as video:
        np.testing.assert_allclose(video.times(), times - times[0], atol=1e-3)
        frames = list(video.frames([0.0, 0.45, 1.0, 2.4, 2.6]))
    assert [number_of(frame.pixels) for frame in frames] == [0, 0, 3, 3, 4]


@pytest.mark.parametrize(
    ("turn", "corner"), [(0, (0, 0)), (90, (1, 0)), (180, (1, 1)), (-90, (0, 1))]
)
def test_a_turned_video_comes_upright(tmp_path: Path, turn: int, corner: tuple[int, int]) -> None:
    """A bright corner at the top left of the stored frame; the turn is counter-clockwise."""
    stored = np.zeros((48, 64, 3), np.uint8)
    stored[:16, :16] = 255
    path = write(tmp_path / "clip.mp4", [stored] * 3, turn=turn)
    with Video(path) as video:
        pixels = next(video.frames([0.0])).pixels
        assert video.info[:2] == (pixels.shape[1], pixels.shape[0])
    assert pixels.shape[:2] == ((48, 64) if turn % 180 == 0 else (64, 48))
    at = (-8 if corner[0] else 8, -8 if corner[1] else 8)
    assert pixels[at].mean() > 200
    assert pixels.mean() < 60


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(16000))
    with pytest.raises(ImageError, match="sound but no pictures"):
        Video(path)


def test_what_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_bytes(b"this is no video" * 100)
    with pytest.raises(ImageError, match="is text .*, which is not a video"):
        Video(path)
    with pytest.raises(ImageError, match="file not found"):
        Video(tmp_path / "gone.mp4")


def test_a_video_cut_off_before_its_index(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", FRAMES)
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(ImageError, match="cut off"):
        Video(path)


def test_a_video_cut_off_later_gives_what_it_has(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mkv", FRAMES)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    with Video(path) as video:
        count = len(video.times())
        assert 10 < count < 60
        frames = list(video.frames(video.times()[: count - 3]))
    assert [number_of(frame.pixels) for frame in frames] == list(range(count - 3))


def test_large_frames_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "clip.mp4", FRAMES[:2])
    with pytest.raises(ImageError, match="video has 64 x 48 pixels, over the limit of 3,000"):
        Video(path, max_pixels=3000)


def test_a_large_frame_within_is_refused(tmp_path: Path) -> None:
    """Each picture of a Motion JPEG has a header of its own, and may be larger than the first."""
    small, large = encoded(picture(64, 48)), encoded(picture(320, 240))
    (tmp_path / "a.mjpeg").write_bytes(3 * small + large + small)
    with Video(tmp_path / "a.mjpeg", max_pixels=10_000) as video:
        assert len(video.times()) == 5
        assert [frame.number for frame in islice(video.frames(), 3)] == [0, 1, 2]
        with pytest.raises(ImageError, match="video has 320 x 240 pixels, over the limit"):
            next(video.frames(video.times()[3:4]))


def test_the_header(tmp_path: Path) -> None:
    with Video(write(tmp_path / "clip.mp4", FRAMES)) as video:
        assert video.info == (64, 48, pytest.approx(6.0, abs=0.11), 10.0, "mpeg4")
