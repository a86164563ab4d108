"""Decoding: the same upright sRGB pixels, whatever the file looks like inside."""

from __future__ import annotations

import io
import struct
import time
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageCms

from imagesasdata.errors import ImageError, reason
from imagesasdata.files.decode import MAX_PIXELS, decode, limits, read_header
from tests.conftest import encoded, picture

UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.fixture(autouse=True)
def _as_in_a_run() -> Iterator[None]:
    with limits(MAX_PIXELS):
        yield


def pixels(data: bytes, **options: object) -> np.ndarray:
    return np.asarray(decode(data, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_every_turn_gives_the_upright_picture(turn: int, kind: str) -> None:
    upright = picture(40, 24)
    exif = Image.Exif()
    exif[0x0112] = turn
    stored = upright.transpose(UNDO[turn]) if turn in UNDO else upright
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(stored, kind, exif=exif, **options)
    np.testing.assert_array_equal(pixels(data), np.asarray(upright))
    header = read_header(data)
    assert (header.width, header.height) == (40, 24)
    assert header.format == kind


def test_a_turned_jpeg_scaled_while_decoding() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = picture(800, 1200).transpose(Image.Transpose.ROTATE_90)
    data = encoded(stored, quality=95, exif=exif)
    got = decode(data, short_side=200)
    assert got.size == (200, 300)
    expected = np.asarray(picture(800, 1200).resize((200, 300), Image.Resampling.BOX), float)
    assert np.abs(np.asarray(got) - expected).mean() < 2


def test_the_camera_s_clock() -> None:
    exif = Image.Exif()
    exif[0x0132] = "2021:02:03 04:05:06"
    assert read_header(encoded(picture(), exif=exif)).taken_at == datetime(2021, 2, 3, 4, 5, 6)
    exif.get_ifd(0x8769)[0x9003] = "2020:01:02 03:04:05"
    assert read_header(encoded(picture(), exif=exif)).taken_at == datetime(2020, 1, 2, 3, 4, 5)
    exif.get_ifd(0x8769)[0x9003] = "    :  :     "
    assert read_header(encoded(picture(), exif=exif)).taken_at is None


def test_a_damaged_exif_block_counts_as_none() -> None:
    data = encoded(picture(), exif=b"Exif\0\0MM\0*\0\0\0\xff" + b"\xff" * 30)
    assert decode(data).size == (48, 32)
    assert read_header(data).taken_at is None


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_lies_on_white(mode: str) -> None:
    half = Image.new("RGBA", (4, 2), (200, 0, 0, 255))
    half.paste((0, 0, 0, 0), (0, 0, 2, 2))
    half.putpixel((3, 0), (200, 0, 0, 255) if mode == "P" else (0, 0, 0, 128))
    data = encoded(half.quantize(4) if mode == "P" else half.convert(mode), "PNG")
    got = pixels(data)
    assert (got[:, :2] == 255).all()
    assert (got[1, 2:] != 255).any()
    if mode == "RGBA":
        np.testing.assert_array_equal(got[0, 3], [127, 127, 127])


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled(kind: str) -> None:
    values = np.array([[0, 128, 257, 32768, 65535]], np.uint16)
    data = encoded(Image.fromarray(values), kind)
    assert pixels(data)[0, :, 0].tolist() == [0, 0, 1, 128, 255]


def test_cmyk() -> None:
    ink = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    data = encoded(ink, "TIFF")
    np.testing.assert_array_equal(pixels(data)[0, 0], [255, 0, 0])


def test_one_bit_palette_and_lab() -> None:
    assert set(pixels(encoded(picture(mode="1"), "PNG")).ravel()) <= {0, 255}
    rgb = picture().quantize(8)
    np.testing.assert_array_equal(pixels(encoded(rgb, "PNG")), np.asarray(rgb.convert("RGB")))
    lab = Image.new("LAB", (4, 4), (138, 209, 198))  # L* 54.3, a* 81, b* 70 (D50): sRGB's red
    np.testing.assert_allclose(pixels(encoded(lab, "TIFF"))[0, 0], [255, 0, 0], atol=6)


def other_profile(folder: Path) -> bytes:
    """The embedded profile of a picture that is not sRGB."""
    for path in sorted(folder.iterdir()):
        try:
            with Image.open(path) as image:
                profile = image.info.get("icc_profile")
                if profile and image.mode == "RGB":
                    read = ImageCms.ImageCmsProfile(io.BytesIO(profile))
                    if "srgb" not in ImageCms.getProfileDescription(read).lower():
                        return profile
        except (OSError, Image.DecompressionBombError, SyntaxError):
            continue
    pytest.skip("no picture with another profile here")


def test_another_color_profile_becomes_srgb(shared_data: Path) -> None:
    profile = other_profile(shared_data / "odd")
    data = encoded(picture(), "PNG", icc_profile=profile)
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    expected = ImageCms.profileToProfile(
        picture(), source, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    np.testing.assert_array_equal(pixels(data), np.asarray(expected))
    assert (pixels(data) != np.asarray(picture())).any()


def test_srgb_and_damaged_profiles_change_nothing() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"not a profile", srgb[:60]):
        data = encoded(picture(), "PNG", icc_profile=profile)
        np.testing.assert_array_equal(pixels(data), np.asarray(picture()))


def test_the_first_frame() -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "lime")]
    for kind in ("GIF", "PNG", "WEBP", "TIFF"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        np.testing.assert_allclose(pixels(data)[4, 4], [255, 0, 0], atol=4)


def test_large_jpegs_are_scaled_while_decoding() -> None:
    large = picture(4000, 3000)
    data = encoded(large, quality=90)
    small = decode(data, short_side=256)
    assert small.size == (500, 375)
    assert decode(data, short_side=376).size == (1000, 750)
    assert decode(data, long_side=512).size == (1000, 750)
    assert decode(data, short_side=256, exactness="exact").size == (4000, 3000)
    assert decode(data).size == (4000, 3000)
    exact = large.resize((500, 375), Image.Resampling.BOX)
    assert np.abs(np.asarray(small, float) - np.asarray(exact)).mean() < 1.5


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = b""
    for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")):
        body = name + data
        chunks += struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize("read", [decode, read_header])
def test_too_many_pixels_are_refused_from_the_header(read: object) -> None:
    with limits(MAX_PIXELS):
        start = time.process_time()
        with pytest.raises(ImageError, match="max_pixels"):
            read(bomb(50_000, 50_000))  # type: ignore[operator]
        with pytest.raises(
            ImageError, match=r"16000 x 16000 pixels, over the limit of 200,000,000"
        ):
            read(bomb(16_000, 16_000))  # type: ignore[operator]
        assert time.process_time() - start < 1
    with limits(1000), pytest.raises(ImageError, match="over the limit of 1,000"):
        read(encoded(picture()), max_pixels=1000)  # type: ignore[operator]


def test_limits_leave_pillow_as_it_was() -> None:
    before = Image.MAX_IMAGE_PIXELS
    with limits(5):
        assert Image.MAX_IMAGE_PIXELS == 5
    assert before == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "file is empty (0 bytes)"),
        (b" <!DOCTYPE html>", "is a web page (HTML), not a picture"),
        (
            b"<?xml version='1.0'?><svg>",
            "is an SVG drawing, which has no pixels; export it as PNG first",
        ),
        (b"%PDF-1.4", "is a PDF document, not a picture"),
        (
            b"\0\0\0\x18ftypheic",
            "is a HEIC picture; install the package pi-heif to read these",
        ),
        (b"\0\0\0\x18ftypisom", "is a video, not a picture"),
        (b"just text", "is not a picture in a format that can be read"),
    ],
)
def test_files_that_are_no_pictures(data: bytes, message: str) -> None:
    for read in (decode, read_header):
        with pytest.raises(ImageError) as caught:
            read(data)
        assert reason(caught.value) == message


def test_a_truncated_picture_says_so() -> None:
    whole = encoded(picture(400, 300))
    with pytest.raises(OSError, match="truncated") as caught:
        decode(whole[: len(whole) // 2])
    assert reason(caught.value).startswith("picture is truncated (")


def test_every_odd_file(shared_data: Path) -> None:
    odd = pd.read_csv(shared_data / "odd" / "odd.csv")
    refused: dict[str, str] = {}
    with limits(MAX_PIXELS):
        for name in odd["path"]:
            data = (shared_data / "odd" / name).read_bytes()
            try:
                got = decode(data)
            except Exception as error:
                refused[name] = reason(error)
                continue
            assert got.mode == "RGB"
            header = read_header(data)
            assert got.size == (header.width, header.height), name
            with Image.open(io.BytesIO(data)) as plain:
                plain.load()
                usual = {"icc_profile", "transparency"}.isdisjoint(plain.info)
                if plain.mode in {"RGB", "L"} and usual and not plain.getexif().get(0x0112):
                    np.testing.assert_array_equal(np.asarray(got), np.asarray(plain.convert("RGB")))
    assert set(refused) <= set(odd.loc[odd["pillow"] == "fails", "path"])
    assert all(5 < len(text) < 160 for text in refused.values())
