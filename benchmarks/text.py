"""Reading text: `read_text` beside RapidOCR's own loop, and with one and two workers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from measure import Row, alternate, speed_ratios
from PIL import Image, ImageDraw, ImageFont
from rapidocr import RapidOCR

import imagesasdata as iad
from imagesasdata.machine import cores

LINES, SIZE = 24, (900, 1200)
LOOP, ONE = "RapidOCR's own loop", "one worker"
TARGETS = {LOOP: 1.0, ONE: 1.0}


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Pages of made-up receipts, from files to text."""
    paths = pages(folder, 4 if quick else 8)
    engine = RapidOCR(params={"Global.log_level": "critical"})
    programs = {
        "imagesasdata": lambda: read(paths, cores()),
        LOOP: lambda: [engine(path) for path in paths],
        ONE: lambda: read(paths, 1),
    }
    theirs = [" ".join(engine(path).txts) for path in paths]
    same = np.mean(
        [ours.split() == other.split() for ours, other in zip(read(paths, 1), theirs, strict=True)]
    )
    seconds = alternate(programs, min(rounds, 5))
    case = f"text on {len(paths)} pages"
    return [*speed_ratios(case, seconds, TARGETS), Row(f"{case}, the same words", 100 * same, "%")]


def read(paths: list[str], workers: int) -> list[str]:
    table = iad.read_text(paths, shape="wide", workers=workers, progress=False)
    return list(table["text"])


def pages(folder: Path, count: int) -> list[str]:
    """Pages with a word and a price in each row, always the same."""
    (folder / "pages").mkdir()
    font = ImageFont.load_default(28)
    paths = []
    for number in range(count):
        random = np.random.default_rng(number)
        page = Image.new("RGB", SIZE, "white")
        pen = ImageDraw.Draw(page)
        for line in range(LINES):
            word = "".join(random.choice(list("abcdefghiklmnoprstu"), 9))
            y = 40 + line * 46
            pen.text((60, y), word, fill="black", font=font)
            pen.text((620, y), f"{random.uniform(1, 99):.2f}", fill="black", font=font)
        path = folder / "pages" / f"{number}.png"
        page.save(path)
        paths.append(str(path))
    return paths
