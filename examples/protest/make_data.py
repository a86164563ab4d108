"""Draw 500 street scenes as posts of two months, by day and by night; the truth is known.

Writes data/posts.csv, data/coders/ and data/pictures/ beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from camera import snapshot  # noqa: E402

# Share of posts that show a protest: what the law, and what the night, changed.
TRUTH = {"after_law": 0.20, "night": 0.0}
POSTS, WIDTH, HEIGHT = 500, 256, 192
CLOTHES = (
    (60, 62, 80),
    (120, 40, 40),
    (40, 80, 120),
    (200, 190, 170),
    (70, 100, 60),
    (150, 110, 60),
)
SKIN = ((241, 206, 178), (198, 140, 100), (120, 78, 52), (85, 56, 40))


def make_data(folder: Path = HERE / "data") -> Path:
    """Write the posts, their pictures and what coders say of them, always the same."""
    random = np.random.default_rng(4)
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    (folder / "coders").mkdir(exist_ok=True)
    rows = []
    for number in range(POSTS):
        after_law = int(random.random() < 0.5)
        # After the law people go out at night: a measure that fails at night fails after the law.
        night = int(random.random() < 0.25 + 0.4 * after_law)
        protest = int(random.random() < 0.35 + TRUTH["after_law"] * after_law)
        picture = snapshot(
            street(random, protest=protest, night=night),
            random,
            light=random.uniform(0.3, 0.5) if night else random.uniform(0.8, 1.2),
            blur=random.uniform(1.6, 3.0) if night else 0.6,
            grain=18 if night else 4,
        )
        path = f"pictures/post_{number:03}.jpg"
        picture.save(folder / path, quality=85)
        rows.append((path, after_law, night, protest))
    posts = pd.DataFrame(rows, columns=["path", "after_law", "night", "protest"])
    posts.drop(columns="protest").to_csv(folder / "posts.csv", index=False)
    for coder, errs in (("ann", 0.01), ("ben", 0.04)):
        wrong = random.random(POSTS) < errs
        value = np.where(wrong, 1 - posts["protest"], posts["protest"])
        codes = pd.DataFrame({"image_id": range(POSTS), "path": posts["path"], "coder": coder})
        codes["question"], codes["value"] = "Does the picture show a protest?", value
        codes["coded_at"], codes["seconds"] = "2026-03-02T10:00:00.000Z", 1.5
        codes.to_csv(folder / "coders" / f"{coder}.csv", index=False)
    return folder


def street(random: np.random.Generator, *, protest: int, night: int) -> Image.Image:
    """A street with people; of a protest some hold up placards, else there are shops and umbrellas."""
    sky = (
        (25, 28, 48) if night else tuple(random.integers((150, 170, 190), (200, 215, 240)).tolist())
    )
    scene = Image.new("RGB", (WIDTH, HEIGHT), sky)
    pen = ImageDraw.Draw(scene)
    left = 0
    while left < WIDTH:
        width, top = int(random.integers(30, 70)), int(random.integers(10, 60))
        wall = tuple(random.integers(70, 180, 3).tolist())
        pen.rectangle((left, top, left + width, 120), fill=wall)
        lit = (240, 220, 140) if night else (60, 70, 90)
        for x in range(left + 6, left + width - 8, 14):
            for y in range(top + 8, 96, 18):
                pen.rectangle((x, y, x + 6, y + 9), fill=lit)
        # Shops have signs, too: a white rectangle with letters alone is no protest.
        if random.random() < 0.5:
            writing(pen, left + 4, 98, width - 8, 12, random)
        left += width
    pen.rectangle((0, 110, WIDTH, HEIGHT), fill=(105, 103, 100))
    people = int(random.integers(12, 40) if protest else random.integers(3, 36))
    for foot in np.sort(random.uniform(125, HEIGHT + 20, people)):
        person(pen, random.uniform(0, WIDTH), foot, random, protest=protest)
    return scene


def person(
    pen: ImageDraw.ImageDraw, x: float, foot: float, random: np.random.Generator, *, protest: int
) -> None:
    """Someone who stands there; nearer ones, whose feet are lower, are larger."""
    high = 16 + 0.42 * (foot - 110)
    clothes, skin = CLOTHES[random.integers(len(CLOTHES))], SKIN[random.integers(len(SKIN))]
    pen.rounded_rectangle(
        (x - high * 0.2, foot - high * 0.8, x + high * 0.2, foot), high * 0.12, fill=clothes
    )
    pen.ellipse(
        (x - high * 0.13, foot - high * 1.05, x + high * 0.13, foot - high * 0.78), fill=skin
    )
    if protest and random.random() < 0.35:
        top = foot - high * random.uniform(1.7, 2.1)
        pen.line(
            (x + high * 0.2, foot - high * 0.5, x + high * 0.2, top), fill=(110, 84, 50), width=2
        )
        writing(pen, x - high * 0.25, top, high * 0.9, high * 0.5, random)
    elif not protest and random.random() < 0.2:
        box = (x - high * 0.5, foot - high * 1.4, x + high * 0.5, foot - high * 0.7)
        pen.pieslice(box, 180, 360, fill=CLOTHES[random.integers(len(CLOTHES))])


def writing(
    pen: ImageDraw.ImageDraw,
    x: float,
    y: float,
    width: float,
    height: float,
    random: np.random.Generator,
) -> None:
    """A board with something written on it."""
    board = [(250, 250, 245), (250, 235, 120), (235, 90, 80)][random.integers(3)]
    pen.rectangle((x, y, x + width, y + height), fill=board, outline=(60, 60, 60))
    for line in np.arange(y + height * 0.25, y + height * 0.9, max(3.0, height * 0.3)):
        end = x + width * random.uniform(0.6, 0.9)
        pen.line(
            (x + width * 0.12, line, end, line), fill=(30, 30, 30), width=max(1, round(height / 9))
        )


if __name__ == "__main__":
    print(make_data())
