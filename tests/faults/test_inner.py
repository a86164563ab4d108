"""Pictures within a file, and frames after others: each has the limits of a picture."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.errors import ImageError
from imagesasdata.files.decode import decode
from imagesasdata.files.jpeg2000 import check_tiles
from tests.conftest import encoded, picture
from tests.faults.test_hostile import bomb_png

# What an icon holds is not what its header says: 128 x 128 pixels, or 8 x 8.
BOMB = bomb_png(20_000)


def icns(inner: bytes) -> bytes:
    whole = b"ic07" + struct.pack(">I", 8 + len(inner)) + inner
    return b"icns" + struct.pack(">I", 8 + len(whole)) + whole


def ico(inner: bytes, kind: int = 1) -> bytes:
    entry = struct.pack("<BBBBHHII", 8, 8, 0, 0, 1, 32, len(inner), 22)
    return struct.pack("<HHH", 0, kind, 1) + entry + inner


def bitmap(width: int, height: int, bits: int) -> bytes:
    return struct.pack("<IiiHHIIiiII", 40, width, 2 * height, 1, bits, *[0] * 6) + b"\0" * 64


def channels(count: int) -> bytes:
    """A TIFF of 8 x 8 pixels with so many channels."""
    tags = [(256, 4, 8), (257, 4, 8), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8)]
    tags += [(277, 3, count), (278, 4, 8), (279, 4, 64)]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + b"\0" * 90


def frames(count: int, side: int) -> bytes:
    """A GIF whose frames change one pixel of a large canvas."""
    screen = struct.pack("<HHBBB", side, side, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02D\x01\0"
    return b"GIF89a" + screen + frame * count + b";"


@pytest.mark.parametrize(
    "data",
    [icns(BOMB), ico(BOMB), ico(bitmap(60_000, 60_000, 1)), ico(bitmap(60_000, 60_000, 32), 2)],
    ids=["icns", "ico", "bitmap", "cursor"],
)
def test_a_picture_in_an_icon_has_the_limit(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(data)
    got = iad.features(tmp_path, groups="light")
    assert "over the limit of 200,000,000 (max_pixels)" in got["image_error"][0]
    with iad.isolate():
        got = iad.features(tmp_path, groups="light")
    assert "over the limit of 200,000,000 (max_pixels)" in got["image_error"][0]


def test_small_tiles_are_read_whatever_the_limit() -> None:
    data = encoded(picture(64, 48), "JPEG2000", tile_size=(256, 256))
    assert decode(data, max_pixels=64 * 48).size == (64, 48)


def test_a_late_frame_of_a_large_canvas_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_bytes(frames(60, 10_000))
    (tmp_path / "b.gif").write_bytes(frames(60, 50))
    got = iad.features([f"{tmp_path}/a.gif#frame=59", f"{tmp_path}/b.gif#frame=59"], groups="light")
    assert got["image_error"][0] == (
        "frame 59 needs the 59 before it, each of 10000 x 10000 pixels: over the limit of "
        "4,294,967,296 pixels in all"
    )
    assert got["image_error"].isna().tolist() == [False, True]


@pytest.mark.parametrize("boxes", [True, False])
def test_tiles_that_are_missing(boxes: bool) -> None:
    photo = picture(200, 150, seed=1)
    whole = encoded(photo, "JPEG2000", tile_size=(64, 64), no_jp2=not boxes)
    check_tiles(whole)
    assert np.asarray(decode(whole)).shape == (150, 200, 3)
    place = whole.rindex(b"\xff\x90\0\x0a")  # the last tile's beginning
    cut = whole[:place] + b"\xff\xd9"
    with pytest.raises(ImageError, match="picture is truncated: 1 of its 12 tiles are missing"):
        decode(cut)
    with Image.open(io.BytesIO(cut)) as image:
        assert np.asarray(image)[-1, -1].tolist() == [0, 0, 0], "or they would be black"


@pytest.mark.parametrize("data", [b"", b"\xff\x4f\xff\x51", b"\0" * 40, encoded(picture())])
def test_what_is_no_jpeg_2000_has_no_tiles(data: bytes) -> None:
    check_tiles(data)


def test_pillow_logs_nothing_to_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.tif").write_bytes(channels(65_535))
    got = iad.features(tmp_path, groups="light", progress=False)
    assert "65535 channels" in got["image_error"][0]
    assert capfd.readouterr().err == ""
