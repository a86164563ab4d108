"""Numbers of more than 8 bits: the right gray, or a reason that black and white are unknown."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imagesasdata.errors import ImageError
from imagesasdata.files import pillow
from imagesasdata.files.decode import decode
from tests.conftest import encoded


def tiff(values: np.ndarray, *, white_is_zero: bool = False, bits: int | None = None) -> bytes:
    """An uncompressed TIFF of one channel, laid out by hand as TIFF 6.0 says."""
    height, width = values.shape
    kind = {"u": 1, "i": 2, "f": 3}[values.dtype.kind]
    order = "MM\0*" if values.dtype.byteorder == ">" else "II*\0"
    byte = ">" if order[0] == "M" else "<"
    pixels = values.tobytes()
    # Short values stand first in their field, whatever the byte order.
    tags = [(256, width), (257, height), (258, bits or values.dtype.itemsize * 8), (259, 1)]
    tags += [(262, 0 if white_is_zero else 1), (273, 8), (277, 1), (278, height)]
    tags += [(279, len(pixels)), (339, kind)]
    entries = b"".join(struct.pack(f"{byte}HHII", tag, 4, 1, value) for tag, value in tags)
    return (
        order.encode()
        + struct.pack(f"{byte}I", 8 + len(pixels))
        + pixels
        + struct.pack(f"{byte}H", len(tags))
        + entries
        + b"\0\0\0\0"
    )


def gray(data: bytes) -> list[int]:
    pixels = np.asarray(decode(data, exactness="exact"))
    assert (pixels == pixels[..., :1]).all()
    return pixels[0, :, 0].tolist()


WHOLE = np.array([[0, 128, 257, 32768, 65535]])
READ: list[tuple[str, bytes, list[int]]] = [
    ("16 bits", tiff(WHOLE.astype("<u2")), [0, 0, 1, 128, 255]),
    ("16 bits, big end first", tiff(WHOLE.astype(">u2")), [0, 0, 1, 128, 255]),
    (
        "16 bits, white is zero",
        tiff(WHOLE.astype("<u2"), white_is_zero=True),
        [255, 255, 254, 127, 0],
    ),
    (
        "8 bits, white is zero",
        tiff(np.array([[0, 55, 255]], "u1"), white_is_zero=True),
        [255, 200, 0],
    ),
    ("decimal", tiff(np.array([[0, 0.25, 0.5, 1]], "<f4")), [0, 64, 128, 255]),
    ("decimal, big end first", tiff(np.array([[0, 0.25, 0.5, 1]], ">f4")), [0, 64, 128, 255]),
    (
        "decimal, white is zero",
        tiff(np.array([[0, 0.2, 1]], "<f4"), white_is_zero=True),
        [255, 204, 0],
    ),
    ("PNG", encoded(Image.fromarray(WHOLE.astype(np.uint16)), "PNG"), [0, 0, 1, 128, 255]),
    ("PGM", b"P5 3 1 65535\n" + struct.pack(">HHH", 0, 32768, 65535), [0, 128, 255]),
    ("PGM of 10 bits", b"P5 3 1 1023\n" + struct.pack(">HHH", 0, 512, 1023), [0, 128, 255]),
]


@pytest.mark.parametrize(("name", "data", "expected"), READ, ids=[name for name, _, _ in READ])
def test_known_ranges_are_scaled(name: str, data: bytes, expected: list[int]) -> None:
    assert gray(data) == expected


NAN = np.array([[0, np.nan, 0.5, np.inf]], "<f4")
REFUSED: list[tuple[bytes, str]] = [
    (
        tiff(np.array([[0, 5000, 10000]], "<f4")),
        "has decimal numbers from 0 to 10000, of which black and white are unknown; "
        "scale them to 0-1 first",
    ),
    (
        tiff(np.array([[0, 255]], "<f4")),
        "has decimal numbers from 0 to 255, of which black and white are unknown; "
        "scale them to 0-1 first",
    ),
    (
        tiff(np.array([[-0.5, 1]], "<f4")),
        "has decimal numbers from -0.5 to 1, of which black and white are unknown; "
        "scale them to 0-1 first",
    ),
    (
        tiff(NAN),
        "has no number (NaN or infinity) in 2 of 4 pixels; fill these in first",
    ),
    (
        tiff(np.array([[-5, 2000]], "<i2")),
        "has signed numbers of 16 bits, of which black and white are unknown; "
        "save the picture with 8 or 16 bits",
    ),
    (
        tiff(np.array([[5, 2000]], ">i2")),
        "has signed numbers of 16 bits, of which black and white are unknown; "
        "save the picture with 8 or 16 bits",
    ),
    (
        tiff(np.array([[-5, 70000]], "<i4")),
        "has signed numbers of 32 bits, of which black and white are unknown; "
        "save the picture with 8 or 16 bits",
    ),
    (
        tiff(np.array([[5, 4_000_000_000]], "<u4")),
        "has whole numbers of 32 bits, of which black and white are unknown; "
        "save the picture with 8 or 16 bits",
    ),
]


@pytest.mark.parametrize(("data", "message"), REFUSED)
def test_unknown_ranges_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(ImageError) as caught:
        decode(data)
    assert caught.value.message == message


@pytest.mark.parametrize(("dtype", "bits"), [("<f8", 64), ("<u8", 64), ("<f2", 16)])
def test_numbers_that_no_reader_takes(dtype: str, bits: int) -> None:
    with pytest.raises(ImageError) as caught:
        decode(tiff(np.zeros((2, 3), dtype)))
    assert caught.value.message == (
        f"is a TIFF picture with 1 channel of {bits} bits, which cannot be read; "
        "save it as gray or RGB with 8 or 16 bits"
    )


def test_many_rows_are_scaled_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).integers(0, 65536, (57, 31), dtype=np.uint16)
    whole = np.asarray(decode(tiff(values)))
    monkeypatch.setattr(pillow, "_AT_ONCE", 100)
    np.testing.assert_array_equal(np.asarray(decode(tiff(values))), whole)
    np.testing.assert_allclose(whole[..., 0], values / 257, atol=0.51)


def test_a_transparent_value_of_16_bits() -> None:
    file = io.BytesIO()
    options: dict[str, Any] = {"transparency": 300}
    Image.fromarray(np.array([[300, 257, 65535]], np.uint16)).save(file, "PNG", **options)
    assert gray(file.getvalue()) == [255, 1, 255]
