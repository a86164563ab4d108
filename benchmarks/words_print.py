"""Characters read wrongly in old print, faint print and white print on transparency.

``IMAGESASDATA_DATA=... python benchmarks/words_print.py``; a minute on two cores. Character errors are
Levenshtein's distance for each character of the truth; the interval is a bootstrap over lines.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from labeled import DATA
from PIL import Image, ImageDraw, ImageFont

import imagesasdata as iad

LINES = [
    "The committee met on Tuesday at nine",
    "and kept the minutes of the last meeting",
    "Votes: 1,204 of 2,611, none invalid",
    "signed by the chair on 12 March 1998",
    "Bread, milk and 3 kg of potatoes",
    "Closed on Mondays and in August",
]
# The gray of letters on white paper, and the contrast that follows (WCAG 2: at least 4.5 for text).
GRAYS = (0, 150, 200, 220, 235, 245)


def distance(a: str, b: str) -> int:
    """Levenshtein's distance."""
    before = list(range(len(b) + 1))
    for i, one in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (one != other)))
        before = row
    return before[-1]


def errors(name: str, truth: list[str], read: list[str]) -> None:
    """Print the share of wrong characters."""
    wrong = np.array([distance(a, b) for a, b in zip(truth, read, strict=True)])
    length = np.array([len(line) for line in truth])
    draws = np.random.default_rng(0).integers(0, len(truth), (4000, len(truth)))
    low, high = np.quantile(wrong[draws].sum(1) / length[draws].sum(1), [0.025, 0.975])
    share = wrong.sum() / length.sum()
    print(f"{name}: {share:.3f}, [{low:.3f}, {high:.3f}], {len(truth)} lines", flush=True)


def fraktur() -> None:
    """Lines of German print of the 19th century."""
    folder = DATA / "text" / "fraktur"
    table = pd.read_csv(folder / "labels.csv")
    paths = [str(folder / path) for path in table["path"]]
    for engine in ("tesseract", "rapidocr"):
        read = iad.read_text(paths, engine=engine, languages="de", shape="wide", progress=False)
        errors(f"Fraktur, {engine}", table["label"].tolist(), read["text"].fillna("").tolist())


def drawn(ink: tuple[int, ...], paper: tuple[int, ...], mode: str) -> Image.Image:
    """A page of the lines."""
    page = Image.new(mode, (800, 700), paper)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(28)
    for number, line in enumerate(LINES):
        pen.text((60, 60 + 100 * number), line, fill=ink, font=font)
    return page


def faint() -> None:
    """Gray letters on white paper, and white letters on nothing."""
    with tempfile.TemporaryDirectory() as folder:
        pages = {f"gray {gray} on white": drawn((gray,) * 3, (255,) * 3, "RGB") for gray in GRAYS}
        pages["white on transparency"] = drawn((255,) * 4, (0, 0, 0, 0), "RGBA")
        for name, page in pages.items():
            page.save(Path(folder) / f"{name}.png")
            got = iad.read_text(Path(folder) / f"{name}.png", keep_empty=True, progress=False)
            read = dict(zip(got["row"], got["text"], strict=True))
            lines = [str(read.get(number) or "") for number in range(len(LINES))]
            errors(name, LINES, lines)
            print(f"{name}: unread_print is {bool(got['unread_print'][0])}")


def main() -> None:
    """Print every figure."""
    faint()
    fraktur()


if __name__ == "__main__":
    main()
