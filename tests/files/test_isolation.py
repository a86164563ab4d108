"""A decoder that crashes or hangs costs a picture, not the run."""

from __future__ import annotations

import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.errors import ArgumentError, ArgumentTypeError, ImageError
from imagesasdata.files import decoder_process
from imagesasdata.files.decode import decode, read_header
from imagesasdata.files.isolation import DECODER, pool
from tests.conftest import REPO, encoded, picture

# Formats whose decoders do what a damaged file does to a bad one.
BAD_DECODERS = """
import ctypes, sys, time
from PIL import Image, ImageFile

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

for name, act in {"CRASH": crash, "HANG": hang, "CHATTER": chatter, "SWELL": swell}.items():
    Image.register_open(name, opened(act), lambda prefix, name=name: prefix.startswith(name.encode()))
"""


@pytest.fixture
def bad(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "site"
    place.mkdir()
    (place / "sitecustomize.py").write_text(textwrap.dedent(BAD_DECODERS))
    monkeypatch.setenv("PYTHONPATH", f"{place}:{REPO / 'src'}")
    for name in ("CRASH", "HANG", "CHATTER", "SWELL"):
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
    }
    here = iad.features(bad, groups=["light", "size"], on_error="record")
    good = got["image_error"].isna()
    assert got[good].equals(here[good])
    assert pool() is None


def test_pixels_and_headers_are_the_same() -> None:
    photo = (REPO / "examples" / "photos" / "chelsea.jpg").read_bytes()
    taken = Image.Exif()
    taken[306] = "2020:02:03 04:05:06"
    dated = encoded(picture(), exif=taken)
    expected = [np.asarray(decode(photo, long_side=100)), read_header(photo), read_header(dated)]
    with iad.isolate():
        found = [np.asarray(decode(photo, long_side=100)), read_header(photo), read_header(dated)]
        with pytest.raises(ImageError, match=r"over 10 pixels, the limit \(max_pixels\)"):
            decode(photo, max_pixels=10)
        with pytest.raises(ImageError, match="is not a picture in a format that can be read"):
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


def test_the_process_that_is_started_is_there() -> None:
    assert decoder_process.__name__ == DECODER
