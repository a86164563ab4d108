"""`transform`: large photographs made small, against a loop with Pillow."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pictures
from measure import Row, alternate, speed_ratios
from PIL import Image, ImageOps

import imagesasdata as iad

WIDTH, QUALITY = 640, 95
LOOP = "a loop with Pillow"


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Speed of resizing files of 12 megapixels, once both write about the same pixels."""
    count = 8 if quick else 24
    paths = pictures.large(folder, count)
    ours, theirs = folder / "ours", folder / "theirs"

    def transform() -> list[str]:
        shutil.rmtree(ours, ignore_errors=True)
        steps = [iad.steps.resize(WIDTH)]
        return list(iad.transform(paths, steps, to=ours, progress=False)["out_path"])

    programs = {"imagesasdata": transform, LOOP: lambda: _loop(paths, theirs)}
    pairs = zip(*(run() for run in programs.values()), strict=True)
    away = max(abs(_pixels(a) - _pixels(b)).mean() for a, b in pairs)
    assert away < 4.0, away  # of 255: the grain of the pictures is averaged in another order
    seconds = alternate(programs, rounds)
    return speed_ratios(f"resizing {count} files of 12 megapixels", seconds, {LOOP: 3.0})


def _loop(paths: list[str], folder: Path) -> list[str]:
    folder.mkdir(exist_ok=True)
    written = []
    for path in paths:
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGB")
        height = round(image.height * WIDTH / image.width)
        image = image.resize((WIDTH, height), Image.Resampling.LANCZOS)
        target = folder / Path(path).name
        image.save(target, quality=QUALITY)
        written.append(str(target))
    return written


def _pixels(path: str) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"), np.float32)
