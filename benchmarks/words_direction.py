"""Whether lone digits are read as printed, on drawn tables that are upright or turned.

``python benchmarks/words_direction.py``; some four minutes on two cores.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import NamedTuple

import matplotlib
import numpy as np
import pandas as pd
from labeled import told
from PIL import Image, ImageDraw, ImageFont

import imagesasdata as iad

PAGES, TURNS = 12, (0, 90, 180, 270)
FONTS = ("DejaVuSans", "DejaVuSerif", "DejaVuSansMono", "STIXGeneral")
NAMES = ("Wong", "Null", "Nunes", "Moss", "Senn", "Sun", "Wu", "Hood", "Unwin", "Noon", "Ma", "Bao")
# 6 and 9 are each other upside down, and more frequent here than other digits.
DIGITS = "0123456896969"
WIDTH, HEIGHT = 640, 520
ACROSS = (40, 320, 480)


class Cell(NamedTuple):
    """What is printed, and where its middle is."""

    text: str
    x: float
    y: float


def drawn(number: int, font: ImageFont.FreeTypeFont) -> tuple[Image.Image, list[Cell]]:
    """A table of six rows: a short name and two digits."""
    chosen = random.Random(number)
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    pen, cells = ImageDraw.Draw(page), []
    for row, name in enumerate(chosen.sample(NAMES, 6)):
        for left, text in zip(ACROSS, (name, *chosen.choices(DIGITS, k=2)), strict=True):
            at = (left, 40 + 76 * row)
            pen.text(at, text, fill=0, font=font)
            x1, y1, x2, y2 = pen.textbbox(at, text, font=font)
            cells.append(Cell(text, (x1 + x2) / 2, (y1 + y2) / 2))
    return page, cells


def turned(cell: Cell, turn: int) -> Cell:
    """A cell of the page turned to the left."""
    x, y = {
        0: (cell.x, cell.y),
        90: (cell.y, WIDTH - cell.x),
        180: (WIDTH - cell.x, HEIGHT - cell.y),
        270: (HEIGHT - cell.y, cell.x),
    }[turn]
    return Cell(cell.text, x, y)


def read_at(pieces: pd.DataFrame, cell: Cell) -> str:
    """What was read nearest to a cell, or nothing."""
    if pieces.empty:
        return ""
    x, y = (pieces[[f"{axis}{k}" for k in range(1, 5)]].mean(axis=1) for axis in "xy")
    far = np.hypot(x - cell.x, y - cell.y)
    return str(pieces["text"][far.idxmin()]) if far.min() < 25 else ""


def main() -> None:
    """Print how many digits and names are read as printed, and how many 6 and 9 are swapped."""
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    pages = [
        (name, *drawn(number, ImageFont.truetype(str(fonts / f"{name}.ttf"), 26)))
        for name in FONTS
        for number in range(PAGES)
    ]
    for turn in TURNS:
        with tempfile.TemporaryDirectory() as folder:
            paths = [str(Path(folder) / f"{number:02d}.png") for number in range(len(pages))]
            for path, (_, page, _) in zip(paths, pages, strict=True):
                page.rotate(turn, expand=True).save(path)
            got = iad.read_text(paths, progress=False)
        cells = pd.DataFrame(
            [
                (font, cell.text, read_at(got[got["path"] == path], turned(cell, turn)))
                for path, (font, _, those) in zip(paths, pages, strict=True)
                for cell in those
            ],
            columns=["font", "true", "read"],
        )
        right = cells["true"] == cells["read"]
        digit = cells["true"].str.len() == 1
        told(f"turned by {turn}, digits", int(right[digit].sum()), int(digit.sum()))
        told(f"turned by {turn}, names", int(right[~digit].sum()), int((~digit).sum()))
        for font in FONTS:
            of = digit & (cells["font"] == font)
            told(f"turned by {turn}, digits in {font}", int(right[of].sum()), int(of.sum()))
        two = cells["true"].isin(["6", "9"])
        swapped = two & ~right & cells["read"].isin(["6", "9"])
        told(f"turned by {turn}, 6 and 9 swapped", int(swapped.sum()), int(two.sum()))
        wrong = cells[~right]
        print(wrong.groupby(["true", "read"]).size().to_dict(), flush=True)


if __name__ == "__main__":
    main()
