"""Containers and raw streams: every frame in its order, or a reason, wherever a file ends."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from PIL import Image

from imagesasdata.errors import ImageError
from imagesasdata.files.video import Video
from imagesasdata.files.video_track import rate_of_raw
from tests.clips import number_of, numbered, write

COUNT = 40
# The ending, the muxer, the encoder, its pixels and the rate.
KINDS = [
    ("mp4", "mp4", "libx264", "yuv420p", 25),
    ("mov", "mov", "libx265", "yuv420p", 10),
    ("avi", "avi", "libx264", "yuv420p", 25),
    ("avi", "avi", "mpeg4", "yuv420p", 10),
    ("ts", "mpegts", "libx264", "yuv420p", 25),
    ("flv", "flv", "libx264", "yuv420p", 25),
    ("wmv", "asf", "wmv2", "yuv420p", 25),
    ("mxf", "mxf", "mpeg2video", "yuv420p", 25),
    ("webm", "webm", "libvpx", "yuv420p", 25),
    ("h264", "h264", "libx264", "yuv420p", 25),
    ("h264", "h264", "libx264", "yuv420p", 10),
    ("hevc", "hevc", "libx265", "yuv420p", 30),
    ("mjpeg", "mjpeg", "mjpeg", "yuvj420p", 25),
    ("m4v", "m4v", "mpeg4", "yuv420p", 25),
    ("m1v", "mpeg1video", "mpeg1video", "yuv420p", 25),
    ("m2v", "mpeg2video", "mpeg2video", "yuv420p", 25),
    ("y4m", "yuv4mpegpipe", "wrapped_avframe", "yuv420p", 10),
    ("ivf", "ivf", "libvpx", "yuv420p", 25),
    ("nut", "nut", "ffv1", "yuv420p", 10),
]


def made(path: Path, muxer: str, codec: str, pixels: str, rate: int) -> Path:
    if codec not in av.codecs_available:
        pytest.skip(f"FFmpeg here has no {codec}")
    with av.open(str(path), "w", format=muxer) as file:
        stream = file.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 96, 64, pixels
        if codec == "mpeg4":
            stream.codec_context.max_b_frames = 2
        stream.codec_context.bit_rate = 2_000_000
        for number in range(COUNT):
            frame = av.VideoFrame.from_ndarray(numbered(number, (96, 64)), format="rgb24")
            file.mux(stream.encode(frame.reformat(format=pixels)))
        file.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("ending", "muxer", "codec", "pixels", "rate"), KINDS)
def test_every_frame_has_its_place(
    tmp_path: Path, ending: str, muxer: str, codec: str, pixels: str, rate: int
) -> None:
    path = made(tmp_path / f"clip.{ending}", muxer, codec, pixels, rate)
    with Video(path) as video:
        np.testing.assert_allclose(video.times(), np.arange(COUNT) / rate, atol=2e-3)
        frames = list(video.frames())
        assert [number_of(frame.pixels) for frame in frames] == list(range(COUNT))
        wanted = [0, 20, 21, 39, 5, 5, 0, 38]
        some = video.frames(video.times()[wanted])
        assert [number_of(frame.pixels) for frame in some] == wanted
        assert video.info.frame_rate == rate
        assert abs(video.end - COUNT / rate) < 2e-3


def test_a_name_without_an_ending_changes_nothing(tmp_path: Path) -> None:
    for ending, muxer, codec, pixels, rate in KINDS:
        if ending in {"mp4", "h264", "mjpeg", "m4v", "m1v"} and codec in av.codecs_available:
            path = made(tmp_path / f"clip.{ending}", muxer, codec, pixels, rate)
            with Video(path) as named, Video(io.BytesIO(path.read_bytes())) as nameless:
                np.testing.assert_array_equal(named.times(), nameless.times())


def test_the_rate_of_a_raw_stream_without_one_is_told() -> None:
    stated = SimpleNamespace(codec_context=SimpleNamespace(framerate=Fraction(30000, 1001)))
    assert rate_of_raw(stated) == Fraction(30000, 1001)
    silent = SimpleNamespace(codec_context=SimpleNamespace(framerate=None))
    with pytest.warns(UserWarning, match="its times assume 25 frames per second"):
        assert rate_of_raw(silent) == 25


@pytest.mark.parametrize("kind", ["mp4", "faststart", "mkv", "avi", "ts", "flv"])
def test_a_video_cut_off_anywhere_is_told(tmp_path: Path, kind: str) -> None:
    ending = "mp4" if kind == "faststart" else kind
    whole = write(
        tmp_path / f"clip.{ending}",
        [numbered(number) for number in range(30)],
        codec="flv" if kind == "flv" else "mpeg4",
        between=0,
        quick=kind == "faststart",
    )
    data = whole.read_bytes()
    cut = tmp_path / f"cut.{ending}"
    outcomes = set()
    # Most of an index is short, so the last kilobyte is cut at more places.
    places = {*np.linspace(1, len(data) - 1, 40).astype(int)} | {
        *range(max(len(data) - 1500, 1), len(data), 37)
    }
    for place in sorted(places):
        cut.write_bytes(data[:place])
        try:
            with Video(cut) as video:
                numbers = [number_of(frame.pixels) for frame in video.frames(video.times())]
        except ImageError as error:
            outcomes.add(error.message)
        else:
            assert numbers == list(range(len(numbers)))
            outcomes.add("frames" if numbers else "no frame")
    allowed = {
        "frames",
        "no frame",
        "is not a video that can be read, or is cut off",
        "is cut off or damaged: what it says of its pictures is incomplete",
        "is cut off or damaged: it has no frame",
        "is cut off or damaged: it has neither pictures nor sound",
        "video is cut off or damaged before this frame",
    }
    assert outcomes <= allowed


def test_other_files_are_named(tmp_path: Path) -> None:
    photo = io.BytesIO()
    Image.new("RGB", (64, 48)).save(photo, "JPEG")
    for data, message in {
        b"": "file is empty",
        b"<!DOCTYPE html><p>There is none here.</p>": "is a web page",
        photo.getvalue(): "is a picture, not a video",
        b"#EXTM3U\nhttp://127.0.0.1/a.ts\n": "is a playlist, not a video",
        b"no video": "is not a video that can be read",
        b"There is no video at this place.": "is text .'There .*'., which is not a video",
        b"PK\3\4" + bytes(99): "is a zip archive, not a video",
        b"%PDF-1.4" + bytes(99): "is a PDF document, not a video",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0": "is a PostScript program .EPS., which is not run$",
        b"id,path\n1,a.mp4\n2,b.mp4\n3,c.mp4\n": "is a table in a text file .CSV., not a video",
        b"\x1a\x45\xdf\xa3" + bytes(99): "is not a video that can be read, or is cut off",
    }.items():
        path = tmp_path / "a.mp4"
        path.write_bytes(data)
        with pytest.raises(ImageError, match=message):
            Video(path)
    with pytest.raises(ImageError, match="is a folder, not a video"):
        Video(tmp_path)


def test_ffmpeg_is_quiet(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "clip.mp4", [numbered(number) for number in range(30)])
    data = bytearray(path.read_bytes())
    random = np.random.default_rng(0)
    for place in random.integers(64, len(data) // 2, 60):
        data[place] = random.integers(0, 256)
    path.write_bytes(data)
    capfd.readouterr()
    try:
        with Video(path) as video:
            sum(1 for _ in video.frames())
    except ImageError:
        pass
    assert capfd.readouterr() == ("", "")
