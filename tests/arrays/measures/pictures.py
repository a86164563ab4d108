"""Pictures to measure, and how to make any."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from imagesasdata.arrays.measures import Size

HEADER = Size(width=2048, height=1536, bytes=900_000)
PHOTOS = (
    "astronaut.jpg",
    "camera.png",
    "chelsea.jpg",
    "coffee.jpg",
    "hubble_deep_field.jpg",
    "rocket.jpg",
)


def photo(folder: Path, name: str, long_side: int = 512) -> np.ndarray:
    with Image.open(folder / name) as image:
        image = image.convert("RGB")
    image.thumbnail((long_side, long_side), Image.Resampling.BOX)
    return np.asarray(image)


def noise(height: int, width: int, seed: int = 0, levels: int = 256) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, levels, (height, width, 3), dtype=np.uint8)


def plain(color: tuple[int, int, int], height: int = 17, width: int = 23) -> np.ndarray:
    return np.full((height, width, 3), color, np.uint8)


def gray(values: object) -> np.ndarray:
    """A gray picture of the given values, whose gray value in OpenCV is the same."""
    return np.repeat(np.asarray(values, np.uint8)[..., None], 3, axis=2)


def pictures(longest: int = 24) -> st.SearchStrategy[np.ndarray]:
    """Pictures of every kind: thin, single pixels, of one color, gray, of few or all colors."""
    side = st.integers(1, longest)

    def of(levels: np.ndarray, channels: int) -> st.SearchStrategy[np.ndarray]:
        shape = st.tuples(side, side, st.just(channels))
        chosen = hnp.arrays(np.intp, shape, elements=st.integers(0, len(levels) - 1))
        return chosen.map(lambda at: np.repeat(levels[at], 3 // channels, axis=2))

    some = hnp.arrays(np.uint8, st.integers(1, 4))
    every = st.just(np.arange(256, dtype=np.uint8))
    return st.one_of(some, every).flatmap(
        lambda levels: st.sampled_from([1, 3]).flatmap(lambda channels: of(levels, channels))
    )
