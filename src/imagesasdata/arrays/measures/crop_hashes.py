"""Perceptual hashes of a picture and of parts of it, to recognize cropped copies.

A copy that lacks its left edge has nearly the same hash as the part of the original without that edge.
So the hash of a whole picture is compared with the hashes of other pictures' parts: the central 95%
and 90%; all but 5% at one side or at two adjacent sides; and all but 10% at the top or the bottom,
where captions are placed.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt64
from PIL import Image, ImageOps

from imagesasdata.arrays.measures.hashes import perceptual_hash

# Shares that are left out at the left, top, right and bottom.
PARTS = (
    (0.0, 0.0, 0.0, 0.0),
    (0.025, 0.025, 0.025, 0.025),
    (0.05, 0.05, 0.05, 0.05),
    (0.05, 0.0, 0.0, 0.0),
    (0.0, 0.05, 0.0, 0.0),
    (0.0, 0.0, 0.05, 0.0),
    (0.0, 0.0, 0.0, 0.05),
    (0.05, 0.05, 0.0, 0.0),
    (0.0, 0.05, 0.05, 0.0),
    (0.0, 0.0, 0.05, 0.05),
    (0.05, 0.0, 0.0, 0.05),
    (0.0, 0.1, 0.0, 0.0),
    (0.0, 0.0, 0.0, 0.1),
)

# Hashes use only 32 x 32 pixels, so parts may be cropped from a small picture.
_SIDE = 256
# With a standard deviation below this, a picture is a plain surface, and its hash is noise.
_PLAIN = 2.0


def part_hashes(image: Image.Image) -> list[str] | None:
    """The hash of a whole picture, then of each part; ``None`` for a plain surface."""
    gray = image.convert("L")
    if max(gray.size) > _SIDE:
        scale = _SIDE / max(gray.size)
        small = (max(1, round(gray.width * scale)), max(1, round(gray.height * scale)))
        gray = gray.resize(small, Image.Resampling.BOX)
    if np.asarray(gray.resize((32, 32), Image.Resampling.BOX)).std() < _PLAIN:
        return None
    return [perceptual_hash(_without(gray, part)) for part in PARTS]


def mirrored(image: Image.Image) -> Image.Image:
    """The picture with left and right exchanged."""
    return ImageOps.mirror(image)


def as_codes(hashes: list[str]) -> UInt64[np.ndarray, " hashes"]:
    """Hexadecimal 64-bit hashes as whole numbers."""
    return np.array([int(one, 16) for one in hashes], np.uint64)


def codes_of_parts(pictures: list[str]) -> UInt64[np.ndarray, "pictures parts"]:
    """The hashes of each picture's parts, written one after another, as whole numbers."""
    if not pictures:
        return np.zeros((0, len(PARTS)), np.uint64)
    packed = np.frombuffer(bytes.fromhex("".join(pictures)), ">u8").astype(np.uint64)
    return packed.reshape(len(pictures), -1)


def _without(gray: Image.Image, part: tuple[float, float, float, float]) -> Image.Image:
    left, top, right, bottom = part
    width, height = gray.size
    box = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    return gray.resize((32, 32), Image.Resampling.LANCZOS, box=box)
