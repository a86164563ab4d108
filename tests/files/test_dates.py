"""When a picture was taken: the camera's dates, never that of editing."""

from __future__ import annotations

import struct
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.files.decode import read_header
from tests.conftest import encoded, picture

ORIGINAL, DIGITIZED, CHANGED = 0x9003, 0x9004, 0x0132
OF_ORIGINAL, OF_DIGITIZED = 0x9011, 0x9012
EARLY, LATE = "1999:12:31 08:00:00", "2024:05:01 10:00:00"


def dated(kind: str = "JPEG", **tags: str) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    inner = exif.get_ifd(0x8769)
    for name, value in tags.items():
        tag = globals()[name]
        (exif if tag == CHANGED else inner)[tag] = value
    return encoded(picture(), kind, exif=exif)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, None),
        ({"CHANGED": LATE}, None),
        ({"CHANGED": LATE, "ORIGINAL": EARLY}, EARLY),
        ({"CHANGED": LATE, "DIGITIZED": EARLY}, EARLY),
        ({"ORIGINAL": EARLY, "DIGITIZED": LATE}, EARLY),
        ({"ORIGINAL": "    :  :     ", "DIGITIZED": LATE}, LATE),
        ({"ORIGINAL": "0000:00:00 00:00:00", "CHANGED": LATE}, None),
        ({"ORIGINAL": "2023:02:29 10:00:00"}, None),
        ({"ORIGINAL": "2023:02:28 24:00:00"}, None),
        ({"ORIGINAL": "yesterday"}, None),
        ({"ORIGINAL": "1999:12:31 08:00:00\0"}, EARLY),
        ({"ORIGINAL": "1999-12-31T08:00:00.25+02:00"}, EARLY),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_date_of_taking(kind: str, tags: dict[str, str], expected: str | None) -> None:
    wanted = expected and datetime.strptime(expected, "%Y:%m:%d %H:%M:%S")
    assert read_header(dated(kind, **tags)).taken_at == wanted


@pytest.mark.parametrize(
    ("tags", "offset"),
    [
        ({"ORIGINAL": EARLY}, None),
        ({"ORIGINAL": EARLY, "OF_ORIGINAL": "+02:00"}, "+02:00"),
        ({"ORIGINAL": EARLY, "OF_ORIGINAL": "-09:30\0"}, "-09:30"),
        ({"ORIGINAL": EARLY, "OF_ORIGINAL": "Z"}, "+00:00"),
        ({"ORIGINAL": EARLY, "OF_DIGITIZED": "+02:00"}, None),
        ({"DIGITIZED": EARLY, "OF_DIGITIZED": "+02:00", "OF_ORIGINAL": "+05:00"}, "+02:00"),
        ({"ORIGINAL": EARLY, "OF_ORIGINAL": "   :  "}, None),
        ({"ORIGINAL": EARLY, "OF_ORIGINAL": "+25:00"}, None),
        ({"OF_ORIGINAL": "+02:00"}, None),
        ({"ORIGINAL": "1999-12-31T08:00:00-03:00"}, "-03:00"),
    ],
)
def test_the_clock_s_offset(tmp_path: Path, tags: dict[str, str], offset: str | None) -> None:
    (tmp_path / "a.jpg").write_bytes(dated(**tags))
    (got,) = iad.read_images(tmp_path, exif=True)["taken_offset"]
    assert (None if pd.isna(got) else got) == offset


def test_the_date_of_editing_has_its_own_column(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(dated(CHANGED=LATE, ORIGINAL=EARLY))
    (tmp_path / "b.jpg").write_bytes(dated(CHANGED="0000:00:00 00:00:00"))
    assert "changed_at" not in iad.read_images(tmp_path)
    got = iad.read_images(tmp_path, exif=True)
    assert got["taken_at"].tolist() == [pd.Timestamp(1999, 12, 31, 8), pd.NaT]
    assert got["changed_at"].tolist() == [pd.Timestamp(2024, 5, 1, 10), pd.NaT]


def test_the_date_of_a_tiff() -> None:
    """Its EXIF block stands in a directory of its own, at the end."""
    data = bytearray(encoded(picture(8, 8), "TIFF", tiffinfo={34665: 0}))
    at = data.index(struct.pack("<H", 34665)) + 8
    start = len(data) + len(data) % 2
    data[at : at + 4] = struct.pack("<I", start)
    data += b"\0" * (start - len(data))
    data += (
        struct.pack("<HHHII", 1, ORIGINAL, 2, 20, start + 18) + b"\0" * 4 + EARLY.encode() + b"\0"
    )
    assert read_header(bytes(data)).taken_at == datetime(1999, 12, 31, 8)


def test_a_damaged_block_has_no_date() -> None:
    data = encoded(picture(), exif=b"Exif\0\0MM\0*\0\0\0\xff" + b"\xff" * 30)
    assert read_header(data).taken_at is None
