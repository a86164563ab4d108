"""Photographs of any number and size, made from the example photos; always the same ones."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PIL import Image

PHOTOS = Path(__file__).parent.parent / "examples" / "photos"
NAMES = ("astronaut", "chelsea", "coffee", "hubble_deep_field", "rocket", "coins")
QUALITY = 90
# The grain of a sensor, so that files are as large as a camera's: 60-100 KB and 3-5 MB.
SMALL, SMALL_GRAIN = (500, 375), 10.0
LARGE, LARGE_GRAIN = (4000, 3000), 9.0


def small(folder: Path, count: int) -> list[str]:
    """Pictures of the size found on the web, 500 x 375."""
    return _make(folder / "small", count, SMALL, SMALL_GRAIN)


def large(folder: Path, count: int) -> list[str]:
    """Pictures as a camera makes them, 12 megapixels."""
    return _make(folder / "large", count, LARGE, LARGE_GRAIN)


def coarse(count: int, side: int = 224) -> np.ndarray:
    """Pixels of random squares of 16 x 16, (count, side, side, 3), for networks alone."""
    random = np.random.default_rng(0)
    squares = random.integers(0, 256, (count, side // 16, side // 16, 3), np.uint8)
    return squares.repeat(16, axis=1).repeat(16, axis=2)


def linked(folder: Path, paths: list[str], count: int) -> list[str]:
    """Many paths to the same few files, which take no disk space."""
    target = folder / f"linked-{count}"
    target.mkdir()
    links = [str(target / f"{number:06}.jpg") for number in range(count)]
    for number, link in enumerate(links):
        os.link(paths[number % len(paths)], link)
    return links


def _make(folder: Path, count: int, size: tuple[int, int], grain: float) -> list[str]:
    folder.mkdir()
    sources = [Image.open(PHOTOS / f"{name}.jpg").convert("RGB") for name in NAMES]
    paths = []
    for number in range(count):
        random = np.random.default_rng(number)
        part = _part(sources[number % len(sources)], size, random)
        path = folder / f"{number:04}.jpg"
        _with_grain(part, grain, random).save(path, quality=QUALITY)
        paths.append(str(path))
    return paths


def _part(photo: Image.Image, size: tuple[int, int], random: np.random.Generator) -> Image.Image:
    """A random part of a photo, in the shape of the new picture."""
    width, height = photo.size
    scale = min(width / size[0], height / size[1]) * random.uniform(0.7, 1.0)
    across, down = size[0] * scale, size[1] * scale
    left, top = random.uniform(0, width - across), random.uniform(0, height - down)
    box = (left, top, left + across, top + down)
    return photo.resize(size, Image.Resampling.BICUBIC, box=box)


def _with_grain(picture: Image.Image, grain: float, random: np.random.Generator) -> Image.Image:
    tile = random.normal(0.0, grain, (512, 512, 3)).astype(np.float32)
    pixels = np.asarray(picture)
    rows, columns = (-(-side // 512) for side in pixels.shape[:2])
    noise = np.tile(tile, (rows, columns, 1))[: pixels.shape[0], : pixels.shape[1]]
    return Image.fromarray((pixels + noise).clip(0, 255).astype(np.uint8))
