"""Pictures drawn for the tutorials: rated colors, and posters with the logos of three parties."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

PARTIES = {"Sun": "#c8102e", "Leaf": "#1b7f3b", "Wave": "#1f4e9e"}
_PHOTOS = ("coffee", "rocket", "chelsea", "astronaut")


def rated(folder: Path, count: int) -> pd.DataFrame:
    """Patches of color, and simulated ratings of their pleasantness, from 1 to 7."""
    random = np.random.default_rng(7)
    rows = []
    for number in range(count):
        warm, light = random.uniform(0, 1, 2)
        color = np.array([0.25 + 0.6 * warm, 0.45, 0.85 - 0.6 * warm]) * (0.35 + 0.65 * light)
        pixels = 255 * np.clip(color + random.normal(0, 0.06, (24, 24, 3)), 0, 1)
        path = folder / f"{number:03}.jpg"
        Image.fromarray(pixels.astype(np.uint8)).resize((160, 160)).save(path, quality=90)
        # Raters do not agree, so no model can be right to the last point.
        rating = np.clip(1 + 3 * warm + 3 * light + random.normal(0, 0.5), 1, 7)
        rows.append({"path": str(path), "valence": round(float(rating), 1)})
    return pd.DataFrame(rows)


def marks(folder: Path) -> dict[str, list[str]]:
    """Three examples of each party's logo, tightly cropped, on other backgrounds."""
    found = {}
    for party in PARTIES:
        found[party] = []
        for number, ground in enumerate(("white", "#e8e4da", "#30343b")):
            mark = Image.new("RGB", (160, 160), ground)
            _draw(ImageDraw.Draw(mark), party, (80, 80), 62)
            path = folder / f"{party}-{number}.png"
            mark.save(path)
            found[party].append(str(path))
    return found


def posters(folder: Path, count: int) -> pd.DataFrame:
    """Posters, rotated a little and saved as JPEG, with the position and the party of the logo."""
    random = np.random.default_rng(3)
    rows = []
    for number in range(count):
        party = list(PARTIES)[number % len(PARTIES)]
        photo = Image.open(f"examples/photos/{_PHOTOS[number % len(_PHOTOS)]}.jpg").convert("RGB")
        poster = photo.resize((400, 400))
        size = int(random.integers(34, 56))
        x, y = (int(place) for place in random.integers(80, 320, 2))
        pen = ImageDraw.Draw(poster)
        pen.ellipse([x - 1.25 * size, y - 1.25 * size, x + 1.25 * size, y + 1.25 * size], "#f2efe6")
        _draw(pen, party, (x, y), size)
        poster = poster.rotate(float(random.uniform(-8, 8)), center=(x, y))
        path = folder / f"poster-{number:02}.jpg"
        poster.save(path, quality=70)
        side = 2.5 * size
        box = {"x": x - side / 2, "y": y - side / 2, "width": side, "height": side}
        rows.append({"path": str(path), "party": party, **box})
    return pd.DataFrame(rows)


def _draw(pen: ImageDraw.ImageDraw, party: str, middle: tuple[int, int], size: int) -> None:
    x, y = middle
    color = PARTIES[party]
    if party == "Sun":
        for turn in np.arange(0, 2 * np.pi, np.pi / 4):
            end = (x + size * np.cos(turn), y + size * np.sin(turn))
            pen.line([(x, y), end], fill=color, width=max(3, size // 6))
        pen.ellipse([x - size / 2, y - size / 2, x + size / 2, y + size / 2], fill=color)
    elif party == "Leaf":
        pen.ellipse([x - size / 2, y - size, x + size / 2, y + size], fill=color)
        pen.line([(x, y - size), (x, y + size)], fill="white", width=max(2, size // 10))
    else:
        for row in (-0.6, 0.0, 0.6):
            points = [
                (x + size * step, y + size * (row + 0.2 * np.sin(np.pi * 2 * step)))
                for step in np.linspace(-1, 1, 30)
            ]
            pen.line(points, fill=color, width=max(4, size // 4))
