"""Hashes, bit for bit as the package ImageHash has them."""

from __future__ import annotations

from pathlib import Path

import imagehash
import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image

from imagesasdata.measures.hashes import COLUMNS, hashes

from .pictures import PHOTOS, noise, pictures

THEIRS = (imagehash.average_hash, imagehash.dhash, imagehash.phash, imagehash.whash)
pytestmark = pytest.mark.filterwarnings("ignore:Level value of:UserWarning")


def expected(image: Image.Image) -> dict[str, str]:
    return {c.name: str(theirs(image)) for c, theirs in zip(COLUMNS, THEIRS, strict=True)}


@pytest.mark.parametrize("name", PHOTOS)
def test_photos(example_photos: Path, name: str) -> None:
    with Image.open(example_photos / name) as opened:
        image = opened.convert("RGB")
    assert hashes(image) == expected(image)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (7, 9), (8, 8), (63, 65), (300, 200)])
@pytest.mark.parametrize("kind", ["noise", "plain", "black", "checks", "ramp"])
def test_odd_pictures(shape: tuple[int, int], kind: str) -> None:
    rgb = {
        "noise": noise(*shape),
        "plain": np.full((*shape, 3), 77, np.uint8),
        "black": np.zeros((*shape, 3), np.uint8),
        "checks": (np.indices(shape).sum(0) % 2 * 255)[..., None].repeat(3, 2).astype(np.uint8),
        "ramp": np.indices(shape).sum(0)[..., None].repeat(3, 2).astype(np.uint8),
    }[kind]
    image = Image.fromarray(rgb)
    assert hashes(image) == expected(image)


@given(pictures(40))
@settings(max_examples=60, deadline=None)
def test_any_picture(rgb: np.ndarray) -> None:
    image = Image.fromarray(np.ascontiguousarray(rgb))
    assert hashes(image) == expected(image)


def test_a_copy_is_near_and_another_picture_is_far(example_photos: Path) -> None:
    with Image.open(example_photos / "coffee.jpg") as photo:
        first, copy = hashes(photo), hashes(photo.resize((200, 133)))
    with Image.open(example_photos / "rocket.jpg") as photo:
        other = hashes(photo)
    for name in first:
        near, far = (int(first[name], 16) ^ int(one[name], 16) for one in (copy, other))
        assert near.bit_count() <= 4
        assert far.bit_count() > 12
