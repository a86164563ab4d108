"""Animated pictures as videos: their frames are those of the picture, at the times that browsers show."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw, features

import imagesasdata as iad
from imagesasdata.errors import ImageError
from imagesasdata.files.animations import Animation, open_video
from imagesasdata.files.decode import decode
from imagesasdata.files.video import Video
from tests.clips import numbered, write

# What is written as the length of each frame in milliseconds, and when each is shown.
LENGTHS = [120, 300, 10, 0, 500]
STARTS = np.array([0, 120, 420, 520, 620]) / 1000
KINDS = ["gif", "png", "webp", "avif"]


def animation(kind: str, *, count: int = 5, **options: object) -> bytes:
    if kind in {"webp", "avif"} and not features.check(kind):
        pytest.skip(f"Pillow here has no {kind}")
    pictures = [Image.fromarray(numbered(number, (64, 48))) for number in range(count)]
    file = io.BytesIO()
    options = {"webp": {"lossless": True}, "avif": {"quality": 90}}.get(kind, {}) | options
    pictures[0].save(
        file, kind, save_all=True, append_images=pictures[1:], duration=LENGTHS[:count], **options
    )
    return file.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_frames_are_those_of_the_picture_at_their_own_times(kind: str) -> None:
    data = animation(kind)
    with open_video(io.BytesIO(data)) as video:
        assert isinstance(video, Animation)
        np.testing.assert_allclose(video.times(), STARTS)
        assert video.end == pytest.approx(1.12)
        whole = [frame.pixels for frame in video.frames()]
        wanted = [4, 0, 3, 3, 1]
        some = list(video.frames(STARTS[wanted] + 1e-3))
        small = next(video.frames([0.0], long_side=32)).pixels
    for number, pixels in enumerate(whole):
        expected = np.asarray(decode(data, exactness="exact", frame=number))
        np.testing.assert_array_equal(pixels, expected)
    assert [frame.number for frame in some] == wanted
    for frame in some:
        np.testing.assert_array_equal(frame.pixels, whole[frame.number])
    assert small.shape == (24, 32, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_read_video_gives_a_row_for_each_frame(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"sticker.{kind}"
    path.write_bytes(animation(kind))
    frames = iad.read_video(str(path), every="frame", progress=False)
    np.testing.assert_allclose(frames["time"], STARTS)
    again = iad.features(frames, groups=["color"], decode="exact", progress=False)
    pages = iad.read_images([str(path)], frames="all", progress=False)
    pages = iad.features(pages, groups=["color"], decode="exact", progress=False)
    measures = ["red_mean", "green_mean", "blue_mean"]
    pd.testing.assert_frame_equal(again[measures], pages[measures])
    written = iad.read_video([str(path)], every=0.4, to=tmp_path / "to", format="png")
    assert written["frame"].tolist() == [0, 1, 4]
    assert iad.video_shots([str(path)], progress=False)["image_error"].isna().all()


def test_the_picture_for_programs_without_apng_is_not_shown() -> None:
    hidden = animation("png", count=4, default_image=True)
    with Animation(io.BytesIO(hidden)) as video:
        assert len(video.times()) == 3
        np.testing.assert_array_equal(
            next(video.frames([0.0])).pixels, np.asarray(decode(hidden, frame=1))
        )


@pytest.mark.parametrize("kind", KINDS)
def test_one_frame_is_a_picture(kind: str) -> None:
    data = animation(kind, count=1)
    if kind == "gif":
        with Animation(io.BytesIO(data)) as video:
            assert video.times().tolist() == [0.0]
        return
    with pytest.raises(ImageError, match="^is a picture, not a video$"):
        Animation(io.BytesIO(data))


@pytest.mark.parametrize("kind", KINDS)
def test_an_animation_cut_off_anywhere_is_told(kind: str) -> None:
    data = animation(kind)
    for place in np.linspace(20, len(data) - 40, 12).astype(int):
        numbers = []
        try:
            with Animation(io.BytesIO(data[:place])) as video:
                for frame in video.frames():
                    expected = np.asarray(decode(data, exactness="exact", frame=frame.number))
                    np.testing.assert_array_equal(frame.pixels, expected)
                    numbers.append(frame.number)
        except ImageError:
            assert not numbers
        else:
            # The frames that are whole, as of a video.
            assert numbers == list(range(len(numbers)))
            assert len(numbers) < len(LENGTHS)


def test_limits_and_videos(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="over the limit"):
        Animation(io.BytesIO(animation("gif")), max_pixels=100)
    clip = write(tmp_path / "clip.mp4", [numbered(number) for number in range(3)])
    with open_video(clip) as video:
        assert isinstance(video, Video)
    with pytest.raises(ImageError, match="file not found"):
        open_video(tmp_path / "none.gif")


def test_what_is_see_through_is_white() -> None:
    picture = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((0, 0, 31, 47), fill=(200, 0, 0, 255))
    other = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    file = io.BytesIO()
    picture.save(file, "GIF", save_all=True, append_images=[other], duration=100, disposal=2)
    with open_video(io.BytesIO(file.getvalue())) as video:
        pixels = next(video.frames([0.0])).pixels
    assert abs(pixels[:, :30].astype(int) - (200, 0, 0)).max() < 4
    assert (pixels[:, 34:] == 255).all()
