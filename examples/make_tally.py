"""Draw three tally sheets of polling stations and photograph them badly; writes examples/tally/.

The names and numbers are made up. The total on sheet 2 is wrong on purpose.
"""

from __future__ import annotations

import csv
from pathlib import Path

import matplotlib
import numpy as np
from camera import photograph
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent / "tally"
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
CANDIDATES = ("Adeyemi", "Bianchi", "Castillo", "Duarte", "Eriksen", "Spoilt")
VOTES = (
    (127, 86, 45, 210, 9, 4),
    (58, 143, 77, 36, 12, 7),
    (301, 64, 118, 92, 23, 11),
)
TOTALS = (481, 353, 609)  # the second should be 333
# The turn in degrees, how far the corners are out of place, and how dark the shade is.
SHOTS = ((4.0, 0.04, 0.45), (-7.0, 0.06, 0.6), (2.0, 0.05, 0.7))
SIZE = (900, 1000)


def main() -> None:
    """Write the sheets as JPEG, and what is on them as CSV."""
    HERE.mkdir(exist_ok=True)
    rows = []
    for number, (votes, total, shot) in enumerate(zip(VOTES, TOTALS, SHOTS, strict=True), start=1):
        sheet = draw(number, votes, total)
        photo = photograph(sheet, *shot, np.random.default_rng(number))
        Image.fromarray(photo).save(HERE / f"sheet_{number}.jpg", quality=70)
        rows += [
            (f"sheet_{number}.jpg", name, count)
            for name, count in zip((*CANDIDATES, "Total"), (*votes, total), strict=True)
        ]
    with (HERE / "sheets.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([("file", "candidate", "votes"), *rows])


def draw(number: int, votes: tuple[int, ...], total: int) -> Image.Image:
    """A clean sheet."""
    sheet = Image.new("RGB", SIZE, (250, 247, 238))
    pen = ImageDraw.Draw(sheet)
    title, text = (ImageFont.truetype(FONTS / "DejaVuSerif.ttf", size) for size in (44, 34))
    pen.text((80, 60), f"Polling station {number:03}", fill="black", font=title)
    lines = [("Candidate", "Votes"), *zip(CANDIDATES, map(str, votes), strict=True)]
    lines.append(("Total", str(total)))
    top, high, left, middle, right = 160, 92, 80, 560, 820
    for place, (name, count) in enumerate(lines):
        y = top + place * high
        pen.rectangle((left, y, right, y + high), outline=(60, 60, 60), width=2)
        pen.line((middle, y, middle, y + high), fill=(60, 60, 60), width=2)
        pen.text((left + 24, y + 24), name, fill=(20, 20, 20), font=text)
        pen.text((middle + 60, y + 24), count, fill=(20, 30, 90), font=text)
    return sheet


if __name__ == "__main__":
    main()
