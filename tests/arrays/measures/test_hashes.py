"""The hashes, and how near those of copies are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagesasdata.arrays.measures import hashes
from imagesasdata.errors import ArgumentError
from tests.arrays.measures.pictures import gray


def test_a_photo(example_photos: Path) -> None:
    """Written down from ImageHash 4.3.2, so that something is checked where it is not installed."""
    with Image.open(example_photos / "camera.png") as image:
        assert hashes.measure(image.convert("RGB")) == {
            "hash_average": "ffcf8f07071f1f1f",
            "hash_difference": "509a3c7fbc756cec",
            "hash_perceptual": "bff1c1c0434e8cbc",
        }


def test_bits_go_by_rows_from_the_highest() -> None:
    values = np.zeros((8, 8))
    values[0, 7] = values[1, 0] = 255
    image = Image.fromarray(gray(values))
    assert hashes.average_hash(image) == "0180" + "0" * 12


def test_hashes_are_sixteen_digits() -> None:
    values = hashes.measure(Image.new("RGB", (9, 9)))
    assert list(values) == [column.name for column in hashes.COLUMNS]
    assert set(values.values()) == {"0" * 16}


def test_copies_are_near_and_others_far(example_photos: Path) -> None:
    with (
        Image.open(example_photos / "chelsea.jpg") as cat,
        Image.open(example_photos / "rocket.jpg") as rocket,
    ):
        first = hashes.measure(cat)
        copy = hashes.measure(cat.resize((cat.width // 2, cat.height // 2)))
        other = hashes.measure(rocket)
    for name in first:
        assert hashes.hamming(str(first[name]), str(copy[name])) <= 4
        assert hashes.hamming(str(first[name]), str(other[name])) >= 16


def test_hamming() -> None:
    assert hashes.hamming("00000000000000ff", "00000000000000ff") == 0
    assert hashes.hamming("8000000000000001", "0000000000000003") == 2
    assert hashes.hamming("0" * 16, "f" * 16) == 64
    with pytest.raises(ArgumentError, match="same length"):
        hashes.hamming("ff", "f")
