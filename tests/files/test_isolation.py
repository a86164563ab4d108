"""A decoder that crashes or hangs costs a picture, not the run."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import textwrap
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.errors import ArgumentError, ArgumentTypeError, ImageError
from imagesasdata.files import decoder_process
from imagesasdata.files.decode import decode, read_header
from imagesasdata.files.isolation import DECODER, pool, receive
from imagesasdata.files.video_apart import open_moving
from tests.clips import numbered, write
from tests.conftest import REPO, encoded, picture

# Formats whose decoders do what a damaged file does to a bad one.
BAD_DECODERS = """
import ctypes, os, signal, subprocess, sys, time
import imagesasdata.files.video
from imagesasdata.files.pillow import Image, ImageFile

def opened(act):
    class Bad(ImageFile.ImageFile):
        def _open(self):
            self._size, self._mode = (8, 8), "RGB"
            act()
    return Bad

def crash(): ctypes.string_at(0)
def hang(): time.sleep(600)
def chatter(): print("{}"); raise OSError("is broken")
def swell(): bytearray(5 << 30)
# A program that holds the pipes open, the same in a session of its own, and one whose parent is gone.
def children(): subprocess.Popen(["sleep", "600"]); time.sleep(600)
def orphan(): subprocess.Popen(["sleep", "601"], start_new_session=True); time.sleep(600)
def lost(): subprocess.run(["sh", "-c", "setsid setsid sleep 602 &"]); ctypes.string_at(0)
def stubborn(): signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)

acts = {"CRASH": crash, "HANG": hang, "CHATTER": chatter, "SWELL": swell}
acts |= {"CHILDREN": children, "ORPHAN": orphan, "LOST": lost, "STUBBORN": stubborn}
formats = ("QOI", "SGI", "PCX", "ICNS", "CUR", "ICO", "DDS", "PSD")
for format, (name, act) in zip(formats, acts.items(), strict=True):
    Image.OPEN[format] = (opened(act), lambda prefix, name=name: prefix.startswith(name.encode()))

open_container = imagesasdata.files.video.open_container
def open_bad(where, files):
    start = where.read(8).rstrip(b"\\0").decode("latin-1")
    where.seek(0)
    return acts[start]() if start in acts else open_container(where, files)
imagesasdata.files.video.open_container = open_bad
"""

TOO_LONG = "decoding took over 5 seconds and was given up"
WHY = {
    "CRASH": "the decoder crashed on this picture",
    "HANG": TOO_LONG,
    "CHATTER": "is not a picture in a format that can be read",
    "SWELL": "not enough memory to decode the picture",
    "CHILDREN": TOO_LONG,
    "ORPHAN": TOO_LONG,
    "LOST": "the decoder crashed on this picture",
    "STUBBORN": TOO_LONG,
}


@pytest.fixture
def bad(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "site"
    place.mkdir()
    (place / "sitecustomize.py").write_text(textwrap.dedent(BAD_DECODERS))
    monkeypatch.setenv("PYTHONPATH", f"{place}:{REPO / 'src'}")
    for name in WHY:
        (folder / f"{name}.jpg").write_bytes(name.encode() + b"\0" * 200)
    return folder


def test_a_bad_picture_costs_its_row(bad: Path) -> None:
    start = time.monotonic()
    with iad.isolate(seconds=5):
        got = iad.features(bad, groups=["light", "size"])
    assert time.monotonic() - start < 200
    why = got.set_index(got["path"].map(lambda path: Path(path).stem))["image_error"].dropna()
    assert why.to_dict() == WHY
    here = iad.features(bad, groups=["light", "size"], on_error="record")
    good = got["image_error"].isna()
    assert got[good].equals(here[good])
    assert pool() is None
    if sys.platform == "linux":
        assert not [seconds for seconds in ("600", "601", "602") if _running("sleep", seconds)]


def _running(*command: str) -> bool:
    """Whether a process that this one started runs a command."""
    return any(
        child.cmdline()[-len(command) :] == list(command)
        for child in psutil.process_iter()
        if child.status() != psutil.STATUS_ZOMBIE and child.pid != os.getpid()
    )


def test_every_reader_decodes_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exif = Image.Exif()
    exif[0x0132], exif[0x010F] = "2020:02:03 04:05:06", "Maker"
    pages = [picture(seed=1), picture(30, 20)]
    (tmp_path / "a.jpg").write_bytes(encoded(picture(), exif=exif))
    (tmp_path / "b.tif").write_bytes(
        encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    )
    (tmp_path / "c.jpg").write_bytes(b"Not Found")

    def every() -> list[pd.DataFrame]:
        read = iad.read_images(tmp_path, exif=True, gps=True)
        frames = iad.read_images(tmp_path, frames="all")
        return [read, frames, iad.features(frames, groups="light")]

    here = every()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("decoded in this process")

    monkeypatch.setattr("imagesasdata.files.opening.open_image", refuse)
    monkeypatch.setattr("imagesasdata.files.decode.decode_jpeg", refuse)
    with iad.isolate(seconds=60):
        apart = every()
    for table, same in zip(apart, here, strict=True):
        pd.testing.assert_frame_equal(table, same)


def test_videos_decode_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.mp4", [numbered(number) for number in range(12)])
    write(tmp_path / "b.avi", [numbered(number) for number in range(12)], codec="mpeg4")
    half = (tmp_path / "a.mp4").read_bytes()[: (tmp_path / "a.mp4").stat().st_size // 2]
    (tmp_path / "c.mp4").write_bytes(half)
    with zipfile.ZipFile(tmp_path / "v.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "a.mp4", "d.mp4")
    first, *rest = (Image.fromarray(numbered(number)) for number in range(4))
    first.save(tmp_path / "e.gif", save_all=True, append_images=rest, duration=100)
    paths = [str(path) for path in sorted(tmp_path.glob("?.*")) if path.suffix != ".zip"]
    paths.append(f"zip://d.mp4::{tmp_path / 'v.zip'}")

    def every(to: str) -> list[pd.DataFrame]:
        frames = iad.read_video(paths, every="frame")
        files = iad.read_video(paths, n=2, to=tmp_path / to)
        light = iad.features(frames.drop(columns="image_error"), groups="light")
        tables = [frames, files.drop(columns="path"), iad.video_shots(paths)]
        return [*tables, iad.video_motion(paths, every="0.5s"), light]

    here = every("here")
    assert here[0]["image_error"].notna().tolist().count(True) == 1

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("decoded in this process")

    monkeypatch.setattr("imagesasdata.files.video.open_container", refuse)
    with iad.isolate(seconds=60):
        apart = every("apart")
    for table, same in zip(apart, here, strict=True):
        pd.testing.assert_frame_equal(table, same)
    written = [
        sorted(path.read_bytes() for path in (tmp_path / to).iterdir()) for to in ("here", "apart")
    ]
    assert written[0] == written[1]


def test_a_bad_video_costs_its_row(bad: Path, tmp_path: Path) -> None:
    names = ["CRASH", "HANG", "CHATTER"]
    for name in names:
        (tmp_path / f"{name}.mp4").write_bytes(name.encode() + b"\0" * 200)
    good = write(tmp_path / "good.mp4", [numbered(number) for number in range(3)])
    paths = [*(tmp_path / f"{name}.mp4" for name in names), good]
    with iad.isolate(seconds=2):
        got = iad.read_video(paths, n=1)
    assert got["image_error"].fillna("").tolist() == [
        "the decoder crashed on this video",
        "decoding took over 2 seconds and was given up",
        "cannot be read: is broken",
        "",
    ]


def test_a_slow_file_takes_no_time_off_the_limit(tmp_path: Path) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if not self.tell():
                time.sleep(3.5)
            return super().read(size)

    path = write(tmp_path / "a.mp4", [numbered(number) for number in range(3)])
    with iad.isolate(seconds=3), open_moving(Slow(path.read_bytes())) as video:
        assert [frame.number for frame in video.frames()] == [0, 1, 2]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ImageError("the server sent only a part of the file")

    for around in (contextlib.nullcontext(), iad.isolate()):
        with around, pytest.raises(ImageError, match="only a part"), open_moving(Broken(b"x" * 99)):
            pass


def test_blocks_of_other_calls_do_not_meet() -> None:
    """The second block begins within the first and ends after it, in another thread."""
    data, inner, outer = encoded(picture()), threading.Event(), threading.Event()
    found = {}

    def second() -> None:
        with iad.isolate(seconds=60):
            found["own"] = pool()
            inner.set()
            outer.wait(60)
            found["after"] = pool()
            found["format"] = read_header(data).format

    thread = threading.Thread(target=second)
    with iad.isolate(seconds=60):
        first = pool()
        thread.start()
        inner.wait(60)
        assert pool() is first
    outer.set()
    thread.join(60)
    assert found["own"] is found["after"] is not first
    assert found["format"] == "JPEG"
    assert pool() is None


def test_the_start_of_a_process_is_not_counted() -> None:
    with iad.isolate(seconds=0.5):
        assert read_header(encoded(picture())).format == "JPEG"


def test_a_process_that_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagesasdata.files.isolation.DECODER", "no.such.module")
    with iad.isolate(seconds=5), pytest.raises(ImageError, match="the decoder crashed"):
        read_header(encoded(picture()))


def test_pixels_and_headers_are_the_same() -> None:
    photo = (REPO / "examples" / "photos" / "chelsea.jpg").read_bytes()
    taken = Image.Exif()
    taken[306] = "2020:02:03 04:05:06"
    dated = encoded(picture(), exif=taken)
    expected = [np.asarray(decode(photo, long_side=100)), read_header(photo), read_header(dated)]
    with iad.isolate():
        found = [np.asarray(decode(photo, long_side=100)), read_header(photo), read_header(dated)]
        with pytest.raises(ImageError, match=r"over the limit of 10 \(max_pixels\)"):
            decode(photo, max_pixels=10)
        with pytest.raises(ImageError, match="is text"):
            read_header(b"nothing of the kind")
    assert (found[0] == expected[0]).all()
    assert found[1:] == expected[1:]


@pytest.mark.parametrize(
    ("seconds", "error", "message"),
    [
        (0, ArgumentError, "seconds must be over 0, got 0.\nHint: for example"),
        (
            "5",
            ArgumentTypeError,
            "seconds must be a number, got '5'.\nHint: for example seconds=30.",
        ),
    ],
)
def test_times_that_cannot_be(seconds: float, error: type, message: str) -> None:
    with pytest.raises(error, match=message), iad.isolate(seconds=seconds):
        pass


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b'{"size": 2}\nab', None),
        (b"", EOFError),
        (b'{"size": 3}\nab', EOFError),
        (b'{"size": -1}\n' + b"x" * 99, ValueError),
        (b'{"size": 99999999999999}\n', ValueError),
        (b"x" * ((1 << 26) + 1), ValueError),
        (b"no JSON\n", ValueError),
    ],
)
def test_what_a_decoder_may_answer(answer: bytes, error: type[Exception] | None) -> None:
    if error is None:
        assert receive(io.BytesIO(answer)) == ({}, b"ab")
        return
    with pytest.raises(error):
        receive(io.BytesIO(answer))


def test_the_process_that_is_started_is_there() -> None:
    assert decoder_process.__name__ == DECODER
