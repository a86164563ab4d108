"""Files and names made to do harm: damaged bytes by the thousand, bombs, loops, formulas."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.files.listing import list_files
from imagesasdata.tables.files import save
from tests.conftest import REPO, encoded, picture

# Real files of each format and variant, and what happens with damaged ones in a process of their own.
FUZZ = """
import io, json, resource, sys, time
import numpy as np
from PIL import Image, features
from imagesasdata.files.decode import decode, read_header
from imagesasdata.errors import reason
from tests.conftest import encoded, picture

resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
photo = picture(96, 64, seed=3)
turned = Image.Exif()
turned[274] = 6
seeds = {
    "jpeg": encoded(photo, exif=turned), "progressive": encoded(photo, progressive=True),
    "cmyk": encoded(photo.convert("CMYK")), "png": encoded(photo, "PNG"),
    "palette": encoded(photo.quantize(16), "PNG"), "gif": encoded(photo, "GIF"),
    "tiff": encoded(photo, "TIFF"), "lzw": encoded(photo, "TIFF", compression="tiff_lzw"),
    "deflate": encoded(photo, "TIFF", compression="tiff_adobe_deflate"),
    "webp": encoded(photo, "WEBP"), "bmp": encoded(photo, "BMP"), "ico": encoded(photo, "ICO"),
    "tga": encoded(photo, "TGA"), "ppm": encoded(photo, "PPM"),
}
if features.check("jpg_2000"):
    seeds["jpeg2000"] = encoded(photo, "JPEG2000")
if features.check("avif"):
    seeds["avif"] = encoded(photo, "AVIF")
seeds = list(seeds.items())
chance = np.random.default_rng(int(sys.argv[2]))
slowest, read, refused = 0.0, 0, 0
for number in range(int(sys.argv[1])):
    name, whole = seeds[number % len(seeds)]
    damaged = bytearray(whole)
    for place in chance.integers(0, len(whole), 1 + int(chance.integers(0, 12))):
        damaged[place] = chance.integers(0, 256)
    if chance.random() < 0.2:
        damaged = damaged[: int(chance.integers(1, len(whole)))]
    start = time.monotonic()
    try:
        read_header(bytes(damaged), max_pixels=10_000_000)
        decode(bytes(damaged), max_pixels=10_000_000)
        read += 1
    except Exception as error:
        assert 3 < len(reason(error)) < 200, error
        refused += 1
    slowest = max(slowest, time.monotonic() - start)
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"slowest": slowest, "read": read, "refused": refused, "mebibytes": peak / 1024}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")
@pytest.mark.parametrize(
    "cases",
    [
        pytest.param(3000, marks=pytest.mark.slow),
        pytest.param(int(os.environ.get("IMAGESASDATA_FUZZ", "50000")), marks=pytest.mark.soak),
    ],
)
def test_damaged_bytes_crash_no_decoder(cases: int) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FUZZ, str(cases), "11"],
        cwd=REPO,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    print(told)
    assert told["read"] + told["refused"] == cases
    assert min(told["read"], told["refused"]) > cases // 20, "both kinds are tried"
    assert told["slowest"] < 10
    assert told["mebibytes"] < 1024


def bomb_png(side: int) -> bytes:
    """A small PNG that claims to be a large black square, and has only its first rows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    rows = (
        b"".join(packer.compress(b"\0" * (side // 8 + 1)) for _ in range(min(side, 4096)))
        + packer.flush()
    )
    ends = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + ends


def bomb_webp(side: int) -> bytes:
    """The header of a large lossless WebP, with nothing after it."""
    bits = (side - 1) | (side - 1) << 14
    data = b"\x2f" + struct.pack("<I", bits) + b"\0" * 20
    chunk = b"VP8L" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def bomb_tiff(side: int) -> bytes:
    """A TIFF whose header says that one strip of a few bytes holds many pixels."""
    tags = [(256, 4, side), (257, 4, side), (258, 3, 8), (259, 3, 8), (262, 3, 1)]
    tags += [(273, 4, 8 + 2 + 12 * 8 + 4), (278, 4, side), (279, 4, 20)]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + b"\0" * 24


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.png", bomb_png(60_000)), ("a.webp", bomb_webp(16_383)), ("a.tiff", bomb_tiff(60_000))],
)
def test_bombs_are_refused_from_their_header(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert len(data) < 200_000
    got = iad.features(tmp_path, groups="light")
    assert "max_pixels" in got["image_error"][0]


@pytest.mark.slow
def test_an_archive_bomb_is_not_unpacked(tmp_path: Path) -> None:
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        with file.open("big.jpg", "w") as member:
            for _ in range(600):
                member.write(b"\0" * (1 << 20))
        file.writestr("../../outside.jpg", encoded(picture()))
        file.writestr("/absolute.jpg", encoded(picture()))
    assert archive.stat().st_size < 1 << 20
    before = sorted(tmp_path.parent.iterdir())
    got = iad.read_images(archive)
    why = dict(zip(got["path"].str.extract(r"([a-z]+)\.jpg")[0], got["image_error"], strict=True))
    assert why["big"].startswith("file has 629,145,600 bytes; pictures over")
    assert got.loc[got["path"].str.contains("outside"), "image_error"].isna().all()
    assert sorted(tmp_path.parent.iterdir()) == before, "nothing is written beside the archive"


def test_archives_cannot_name_where_pictures_are_written(tmp_path: Path) -> None:
    archive = tmp_path / "in" / "a.zip"
    archive.parent.mkdir()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../../../outside.jpg", encoded(picture()))
    out = tmp_path / "deep" / "out"
    got = iad.transform(archive, [iad.steps.resize(16)], to=out)
    assert got["image_error"].isna().all(), got["image_error"].tolist()
    (written,) = [path for path in tmp_path.rglob("*") if path.is_file() and path != archive]
    assert out in written.resolve().parents


SVG = b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (SVG, "is an SVG drawing"),
        (b"<html><script>alert(1)</script></html>", "is a web page"),
        (
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n",
            "is a PostScript program",
        ),
        (b"#!/bin/sh\nrm -rf /\n", "is not a picture"),
        (b"MZ" + b"\0" * 300, "is not a picture"),
    ],
)
def test_what_is_no_picture_is_not_run(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "a.jpg").write_bytes(data)
    why = iad.features(tmp_path, groups="light")["image_error"][0]
    assert why is not None
    assert "root:" not in why
    assert message in why


def test_a_picture_that_is_also_something_else_is_a_picture(tmp_path: Path) -> None:
    photo = encoded(picture(), quality=90)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.html", "<script>alert(1)</script>")
    (tmp_path / "a.jpg").write_bytes(photo)
    (tmp_path / "b.jpg").write_bytes(photo + archive.getvalue())
    (tmp_path / "c.jpg").write_bytes(photo + SVG)
    got = iad.features(tmp_path, groups="light")
    assert got["image_error"].isna().all()
    assert got["luminance_mean"].nunique() == 1


def test_links_that_go_round(folder: Path) -> None:
    (folder / "self.jpg").symlink_to(folder / "self.jpg")
    (folder / "again").symlink_to(folder, target_is_directory=True)
    assert len(list_files(folder)) == 9, "a folder is not entered from within itself"
    got = iad.features(folder, groups="light")
    assert got["image_error"].notna().sum() == 1
    assert "symbolic links" in got["image_error"].dropna().iloc[0]


def test_names_with_control_characters(tmp_path: Path) -> None:
    names = ["\x1b[31mred.jpg", "line\nbreak.jpg", "back\x08space.jpg", "right\u202eleft.jpg"]
    for name in names:
        (tmp_path / name).write_bytes(encoded(picture()))
    got = iad.features(tmp_path, groups="light", cache=tmp_path / "cache")
    assert sorted(os.path.basename(path) for path in got["path"]) == sorted(names)
    assert got["image_error"].isna().all()


def test_spreadsheets_compute_nothing(tmp_path: Path) -> None:
    names = ["=cmd().jpg", "+1.jpg", "-1.jpg", "@SUM(A1).jpg", "fine.jpg", "\tx.jpg"]
    table = pd.DataFrame({"path": names, "x": [-1.5, 2, 3, 4, 5, 6]})
    save(table, str(tmp_path / "a.csv"))
    save(table, str(tmp_path / "a.parquet"))
    back = pd.read_csv(tmp_path / "a.csv")
    assert back["path"].tolist() == [name if name == "fine.jpg" else f"./{name}" for name in names]
    assert back["x"].tolist() == table["x"].tolist(), "numbers stay numbers"
    assert pd.read_parquet(tmp_path / "a.parquet")["path"].tolist() == names
    nothing = pd.DataFrame({"label": [None, "=x"]})
    save(nothing, str(tmp_path / "b.csv"))
    assert (tmp_path / "b.csv").read_text().splitlines()[1:] == ['""', "'=x"]


def test_pixels_of_a_bomb_within_the_limit_are_bounded(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(bomb_png(4096))
    got = iad.features(tmp_path, groups=["light", "size"])
    assert got["image_error"].isna().all()
    assert np.isclose(got["luminance_mean"][0], 0)
    assert np.isclose(got["megapixel"][0], 4096**2 / 1e6)
