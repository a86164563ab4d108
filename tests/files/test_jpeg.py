"""JPEG: the pixels that libjpeg gives, and a reason where a part of them is missing."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.errors import ImageError, reason
from imagesasdata.files import jpeg
from imagesasdata.files.decode import decode
from tests.conftest import encoded, picture

PHOTO = picture(299, 221, seed=5)
# The ways in which a JPEG may be written.
KINDS = {
    "baseline": (PHOTO, {}),
    "no subsampling": (PHOTO, {"subsampling": 0}),
    "optimized": (PHOTO, {"optimize": True, "quality": 95}),
    "progressive": (PHOTO, {"progressive": True}),
    "restarts": (PHOTO, {"restart_marker_blocks": 4}),
    "gray": (PHOTO.convert("L"), {}),
    "gray progressive": (PHOTO.convert("L"), {"progressive": True}),
    "CMYK": (PHOTO.convert("CMYK"), {}),
    "kept as RGB": (PHOTO, {"keep_rgb": True}),
}
END = b"\xff\xd9"


def stored(kind: str) -> bytes:
    image, options = KINDS[kind]
    return encoded(image, "JPEG", **options)


def pillows(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_are_those_of_pillow(kind: str) -> None:
    data = stored(kind)
    np.testing.assert_array_equal(np.asarray(decode(data)), pillows(data))
    for scale in (2, 4, 8):
        size = (-(-PHOTO.width // scale), -(-PHOTO.height // scale))
        smaller = Image.open(io.BytesIO(data))
        smaller.draft(None, (PHOTO.width // scale, PHOTO.height // scale))
        ours = decode(data, short_side=PHOTO.height // scale - 1)
        assert ours.size == smaller.size == size
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(smaller.convert("RGB")))


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_after_the_end_and_a_missing_end_change_nothing(kind: str) -> None:
    data = stored(kind)
    whole = np.asarray(decode(data))
    for other in (data[:-2], data[:-1], data + b"\0" * 9, data + b"PK\x03\x04" + END, data + data):
        np.testing.assert_array_equal(np.asarray(decode(other)), whole)


@pytest.mark.parametrize("end", [b"", END, END + b"\0" * 20, b"\xff" + END])
@pytest.mark.parametrize("kind", KINDS)
def test_a_part_of_the_pixels_is_told(kind: str, end: bytes) -> None:
    data = stored(kind)
    start = jpeg._scans(data).start  # type: ignore[union-attr]
    for cut in np.linspace(start + 2, len(data) - 5, 9).astype(int):
        with pytest.raises(ImageError, match="picture is (truncated|damaged): ") as caught:
            decode(data[:cut] + end)
        share = re.search(r"about (\d+)% of its rows", reason(caught.value))
        if share is not None and kind == "no subsampling":
            missing = 100 * (len(data) - cut) / (len(data) - start)
            assert abs(int(share[1]) - missing) < 15


@pytest.mark.parametrize(
    ("share", "message"),
    [
        (0.5, "picture is truncated: about 56% of its rows are missing"),
        (0.995, "picture is damaged: a part of its pixels cannot be decoded"),
    ],
)
def test_how_much_is_missing(share: float, message: str) -> None:
    data = stored("baseline")
    with pytest.raises(ImageError, match=message):
        decode(data[: int(len(data) * share)] + END)


@pytest.mark.parametrize("kind", ["baseline", "progressive"])
@pytest.mark.parametrize("end", [b"", b"\xff\xd9"])
def test_a_picture_without_a_pixel(kind: str, end: bytes) -> None:
    data = encoded(picture(), progressive=kind == "progressive")
    scan = data.index(b"\xff\xda")
    for cut in range(scan - 2, scan + 14 + 1):
        with pytest.raises((ImageError, OSError), match="truncated|damaged|cannot load"):
            decode(data[:cut] + end)


def test_a_progressive_picture_without_its_last_scans() -> None:
    data = stored("progressive")
    scans = [found.start() for found in re.finditer(b"\xff\xda", data)]
    for number, start in enumerate(scans[1:], 1):
        for whole in (data[:start] + END, data[:start]):
            with pytest.raises(ImageError, match=f"it ends after {number} of a progressive JPEG's"):
                decode(whole)


def test_a_lost_restart_is_told() -> None:
    data = stored("restarts")
    first, second = data.index(b"\xff\xd1"), data.index(b"\xff\xd2")
    with pytest.raises(ImageError, match="picture is damaged: a part of its pixels"):
        decode(data[:first] + data[second:])


def test_a_gray_end_is_no_missing_end() -> None:
    """Pixels that are missing are decoded as this gray, but these are in the file."""
    image = PHOTO.copy()
    image.paste((128, 128, 128), (0, 100, 300, 220))
    for options in ({}, {"progressive": True}, {"restart_marker_blocks": 2}):
        data = encoded(image, "JPEG", **options)
        np.testing.assert_array_equal(np.asarray(decode(data)), pillows(data))


def test_odd_bytes_in_a_header_hide_nothing() -> None:
    data = stored("baseline")
    at = data.index(b"\xff\xc0")
    odd = data[:at] + b"\0" * 16 + data[at:]
    np.testing.assert_array_equal(np.asarray(decode(odd)), pillows(data))
    with pytest.raises(ImageError, match="picture is truncated: about"):
        decode(odd[: len(odd) // 2] + END)


def test_the_number_of_scans_is_bounded() -> None:
    data = stored("gray progressive")
    scans = [found.start() for found in re.finditer(b"\xff\xda", data)]
    last = data[scans[-1] : -2]
    few = jpeg.MAX_SCANS - len(scans)
    assert decode(data[:-2] + last * few + END).size == PHOTO.size
    with pytest.raises(ImageError, match="JPEG has over 100 scans, the limit"):
        decode(data[:-2] + last * (few + 1) + END)


def test_no_whole_picture_is_refused(shared_data: Path) -> None:
    paths = [path for path in sorted((shared_data / "classify").iterdir()) if path.suffix != ".csv"]
    got = iad.features(paths, groups="light", progress=False)
    said = got["image_error"].dropna()
    assert not said.str.contains("JPEG|rows are missing|damaged").any(), said.tolist()
    assert len(got) - len(said) > 100
