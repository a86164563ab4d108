"""Decoding: the same upright sRGB pixels, whatever the file looks like inside."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageCms

import imagesasdata as iad
from imagesasdata.errors import ImageError, reason
from imagesasdata.files.decode import decode, read_frames, read_header
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


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
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
    start = time.process_time()
    with pytest.raises(ImageError, match="50000 x 50000 pixels, over the limit"):
        read(bomb(50_000, 50_000))  # type: ignore[operator]
    with pytest.raises(ImageError, match=r"16000 x 16000 pixels, over the limit of 200,000,000"):
        read(bomb(16_000, 16_000))  # type: ignore[operator]
    assert time.process_time() - start < 1
    with pytest.raises(ImageError, match="over the limit of 1,000"):
        read(encoded(picture()), max_pixels=1000)  # type: ignore[operator]


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
def test_every_odd_file(shared_data: Path) -> None:
    odd = pd.read_csv(shared_data / "odd" / "odd.csv")
    refused: dict[str, str] = {}
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


PAGES = (
    ("RGB", Image.new("RGB", (50, 40), (10, 20, 30)), (10, 20, 30)),
    ("L", Image.new("L", (20, 90), 200), (200, 200, 200)),
    ("1", Image.new("1", (30, 30), 1), (255, 255, 255)),
    ("P", Image.new("RGB", (8, 9), (51, 102, 204)).convert("P"), (51, 102, 204)),
    ("I;16", Image.fromarray(np.full((5, 7), 32768, np.uint16)), (128, 128, 128)),
    ("CMYK", Image.new("CMYK", (6, 6), (0, 255, 255, 0)), (255, 0, 0)),
    ("RGB", Image.new("RGB", (8, 8), (70, 100, 170)), (70, 100, 170)),
)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_each_page_of_a_tiff_has_its_own_mode_and_size(compression: str) -> None:
    stored = [page for _, page, _ in PAGES]
    data = encoded(
        stored[0], "TIFF", save_all=True, append_images=stored[1:], compression=compression
    )
    headers = read_frames(data)
    assert [(h.mode, h.width, h.height) for h in headers if not isinstance(h, str)] == [
        (mode, *page.size) for mode, page, _ in PAGES
    ]
    for number, (_, page, color) in enumerate(PAGES):
        got = decode(data, frame=number)
        assert got.size == page.size
        assert got.getcolors() == [(page.width * page.height, color)], number
    with pytest.raises(ImageError, match="has no frame 7: there are 7, from 0"):
        decode(data, frame=7)


def test_every_page_respects_the_limit_of_pixels(tmp_path: Path) -> None:
    pages = [picture(20, 10), picture(200, 100)]
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert decode(data, max_pixels=200).size == (20, 10)
    with pytest.raises(ImageError, match="200 x 100 pixels, over the limit of 200 "):
        decode(data, frame=1, max_pixels=200)
    (tmp_path / "a.tif").write_bytes(data)
    got = iad.read_images(tmp_path, frames="all", max_pixels=200)
    too_large = "picture has 200 x 100 pixels, over the limit of 200 (max_pixels)"
    assert got["width"].tolist()[0] == 20
    assert got["image_error"].fillna("").tolist() == ["", too_large]
    pages_of = iad.read_images(tmp_path, frames="all")
    got = iad.features(pages_of, groups="light", max_pixels=200)
    assert got["image_error"].fillna("").tolist() == ["", too_large]


def test_a_page_that_cannot_be_read_is_a_row_of_its_own(tmp_path: Path) -> None:
    pages = [picture(seed=n) for n in range(3)]
    data = bytearray(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    second = struct.unpack("<I", data[4:8])[0]
    count = struct.unpack("<H", data[second : second + 2])[0]
    at = second + 2 + 12 * count
    page = struct.unpack("<I", data[at : at + 4])[0]
    # The second page says that it has 7 channels.
    tags = range(page + 2, page + 2 + 12 * struct.unpack("<H", data[page : page + 2])[0], 12)
    channels = next(tag for tag in tags if data[tag : tag + 2] == struct.pack("<H", 277))
    data[channels + 8 : channels + 10] = struct.pack("<H", 7)
    (tmp_path / "a.tif").write_bytes(data)
    got = iad.read_images(tmp_path, frames="all")
    assert got["frame"].tolist() == [0, 1, 2]
    assert got["image_error"].notna().tolist() == [False, True, False]
    assert got["width"].fillna(0).tolist() == [48, 0, 48]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_every_frame_of_an_animation(kind: str) -> None:
    colors = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    frames = [Image.new("RGB", (16, 8), color) for color in colors]
    lossless = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **lossless)
    assert [(h.width, h.height) for h in read_frames(data) if not isinstance(h, str)] == [
        (16, 8)
    ] * 3
    for number, color in enumerate(colors):
        assert decode(data, frame=number).getpixel((8, 4)) == color
    with pytest.raises(ImageError, match="has no frame 3: there are 3, from 0"):
        decode(data, frame=3)


def pages_of_nothing(count: int) -> bytes:
    """A TIFF of many pages of 8 x 8 pixels that share their pixels."""
    size = 2 + 9 * 12 + 4
    data = bytearray(b"II*\0" + struct.pack("<I", 72) + b"\x80" * 64)
    for page in range(count):
        tags = [(256, 8), (257, 8), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 8)]
        entries = b"".join(
            struct.pack("<HHII", tag, 4, 1, value) for tag, value in [*tags, (279, 64)]
        )
        after = 72 + (page + 1) * size if page < count - 1 else 0
        data += struct.pack("<H", 9) + entries + struct.pack("<I", after)
    return bytes(data)


def test_too_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagesasdata.files.headers.MAX_FRAMES", 20)
    assert len(read_frames(pages_of_nothing(20))) == 20
    with pytest.raises(ImageError, match="has over 20 pages, the limit"):
        read_frames(pages_of_nothing(21))
    data = encoded(
        picture(), "GIF", save_all=True, append_images=[picture(seed=n + 1) for n in range(21)]
    )
    with pytest.raises(ImageError, match="has 22 frames, over the limit of 20"):
        read_frames(data)


def test_a_camera_s_raw_file_is_not_its_preview() -> None:
    dng = encoded(picture(), "TIFF", tiffinfo={50706: b"\1\4\0\0", 254: 1})
    with pytest.raises(ImageError, match="is a camera's raw file, of which only a small preview"):
        decode(dng)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "AVIF", "JPEG2000"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_half_a_file_is_no_picture(kind: str, share: float) -> None:
    whole = encoded(picture(300, 200), kind)
    with pytest.raises((OSError, ValueError, SyntaxError)) as caught:
        decode(whole[: int(len(whole) * share)])
    assert "bytes not processed" not in reason(caught.value)


def with_shorter_parts(data: bytes, share: float) -> bytes:
    """A TIFF of 8-bit RGB in one strip or more, which says that its last strip has fewer bytes."""
    changed = bytearray(data)
    (directory,) = struct.unpack("<I", data[4:8])
    (count,) = struct.unpack("<H", data[directory : directory + 2])
    for entry in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, kind, length, value = struct.unpack("<HHII", data[entry : entry + 12])
        form = "<H" if kind == 3 else "<I"
        size = struct.calcsize(form)
        if tag == 279:
            at = entry + 8 if length * size <= 4 else value + size * (length - 1)
            (before,) = struct.unpack(form, data[at : at + size])
            changed[at : at + size] = struct.pack(form, int(before * share))
    return bytes(changed)


@pytest.mark.parametrize("compression", ["jpeg", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_tiff_whose_parts_are_cut_off(compression: str, mode: str) -> None:
    data = encoded(picture(400, 300).convert(mode), "TIFF", compression=compression)
    assert decode(data).size == (400, 300)
    last = 6 if mode == "RGB" else 2
    for share in (0.4, 0.9):
        with pytest.raises(OSError, match="truncated|decoder error") as caught:
            decode(with_shorter_parts(data, share))
        assert reason(caught.value) == (
            f"picture is truncated: pixels are missing in part {last} of {last}"
            if compression == "jpeg"
            else "picture is damaged: its pixels cannot be decoded"
        )


DECODES = """
import io, resource, sys
import numpy as np
from PIL import Image
from imagesasdata.files.decode import decode
side, mode = int(sys.argv[1]), sys.argv[2]
black = Image.new(mode, (side, side))
black = Image.fromarray(np.zeros((side, side), np.float32)) if mode == "F" else black
file = io.BytesIO()
black.save(file, "TIFF" if mode in {"F", "CMYK"} else "PNG", compression="tiff_lzw", compress_level=1)
del black
decode(file.getvalue())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's unit of memory")
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "I;16", "F", "CMYK"])
def test_memory_grows_with_pixels_alone(mode: str) -> None:
    peaks = []
    for side in (16, 4000):
        done = subprocess.run(
            [sys.executable, "-c", DECODES, str(side), mode], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-500:]
        peaks.append(int(done.stdout) * 1024)
    assert (peaks[1] - peaks[0]) / 4000**2 < 13
