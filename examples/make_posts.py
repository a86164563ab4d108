"""A small coded collection for the tutorial: parts of the example photos, as posts of made-up outlets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

PHOTOS = Path(__file__).parent / "photos"
# What a coder would say: does the picture show a person or an animal, or things alone?
ALIVE = {"astronaut.jpg": True, "chelsea.jpg": True, "camera.png": True}
THINGS = ["coffee.jpg", "rocket.jpg", "coins.jpg", "clock.jpg", "brick.jpg", "grass.jpg"]
SIDE = 160


def make_posts(folder: Path, count: int, seed: int = 1) -> pd.DataFrame:
    """Write ``count`` pictures and give the table of posts, all coded."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    kinds = [*((name, True) for name in ALIVE), *((name, False) for name in THINGS)]
    shares = np.array([1 / len(ALIVE)] * len(ALIVE) + [1 / len(THINGS)] * len(THINGS)) / 2
    rows = []
    for number in range(count):
        name, alive = kinds[rng.choice(len(kinds), p=shares)]
        path = folder / f"post-{number:03}.jpg"
        _part(PHOTOS / name, rng).save(path, quality=85)
        outlet = rng.choice(["Herald", "Tribune", "Courier"], p=[0.5, 0.3, 0.2])
        followers = rng.lognormal(8 + (outlet == "Herald"), 0.5)
        expected = 0.5 + 0.6 * alive + 0.3 * np.log(followers)
        rows.append(
            {
                "path": str(path),
                "outlet": outlet,
                "followers": int(followers),
                "shares": int(rng.poisson(np.exp(expected - 1.5))),
                "shows_life": "yes" if alive else "no",
            }
        )
    return pd.DataFrame(rows)


def _part(photo: Path, rng: np.random.Generator) -> Image.Image:
    """A random part of a photo, at times mirrored, lighter or darker."""
    with Image.open(photo) as opened:
        image = opened.convert("RGB")
    width, height = image.size
    side = min(width, height) * rng.uniform(0.55, 0.95)
    left, top = rng.uniform(0, width - side), rng.uniform(0, height - side)
    part = image.resize((SIDE, SIDE), box=(left, top, left + side, top + side))
    if rng.random() < 0.5:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    gain = rng.uniform(0.7, 1.3)
    return part.point([min(255, int(value * gain)) for value in range(256)] * 3)
