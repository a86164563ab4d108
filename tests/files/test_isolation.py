"""A decoder that crashes or hangs costs a picture, not the run."""

from __future__ import annotations

import io
import os
import textwrap
import time
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
from tests.conftest import REPO, encoded, picture

# Formats whose decoders do what a damaged file does to a bad one.
BAD_DECODERS = """
import ctypes, os, signal, subprocess, sys, time
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
# A program that holds the pipes open, and the same in a session of its own.
def children(): subprocess.Popen(["sleep", "600"]); time.sleep(600)
def orphan(): subprocess.Popen(["sleep", "60"], start_new_session=True); time.sleep(600)
def stubborn(): signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)

acts = {"CRASH": crash, "HANG": hang, "CHATTER": chatter, "SWELL": swell}
acts |= {"CHILDREN": children, "ORPHAN": orphan, "STUBBORN": stubborn}
for format, (name, act) in zip(("QOI", "SGI", "PCX", "ICNS", "CUR", "ICO", "DDS"), acts.items()):
    Image.OPEN[format] = (opened(act), lambda prefix, name=name: prefix.startswith(name.encode()))
"""


@pytest.fixture
def bad(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "site"
    place.mkdir()
    (place / "sitecustomize.py").write_text(textwrap.dedent(BAD_DECODERS))
    monkeypatch.setenv("PYTHONPATH", f"{place}:{REPO / 'src'}")
    for name in ("CRASH", "HANG", "CHATTER", "SWELL", "CHILDREN", "ORPHAN", "STUBBORN"):
        (folder / f"{name}.jpg").write_bytes(name.encode() + b"\0" * 200)
    return folder


def test_a_bad_picture_costs_its_row(bad: Path) -> None:
    start = time.monotonic()
    with iad.isolate(seconds=5):
        got = iad.features(bad, groups=["light", "size"])
    assert time.monotonic() - start < 200
    why = got.set_index(got["path"].map(lambda path: Path(path).stem))["image_error"].dropna()
    assert why.to_dict() == {
        "CRASH": "the decoder crashed on this picture",
        "HANG": "decoding took over 5 seconds and was given up",
        "CHATTER": "cannot be read: is broken",
        "SWELL": "not enough memory to decode the picture",
        "CHILDREN": "decoding took over 5 seconds and was given up",
        "ORPHAN": "decoding took over 5 seconds and was given up",
        "STUBBORN": "decoding took over 5 seconds and was given up",
    }
    assert not _running("sleep", "600"), "what a decoder starts ends with it"
    here = iad.features(bad, groups=["light", "size"], on_error="record")
    good = got["image_error"].isna()
    assert got[good].equals(here[good])
    assert pool() is None


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
