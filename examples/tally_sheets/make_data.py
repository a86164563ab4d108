"""Draw and photograph the tally sheets of 30 polling stations; all is made up, so the truth is known.

Writes data/stations.csv, data/counts.csv (what is on the sheets) and data/sheets/ beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from camera import photograph  # noqa: E402

FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
CANDIDATES = ("Adeyemi", "Bianchi", "Castillo", "Duarte")
STATIONS = 30
# Share of sheets whose sum is wrong, where clerks were trained and where not.
WRONG = {"trained": 0.05, "untrained": 0.40}
TRUTH = {"untrained": WRONG["untrained"] - WRONG["trained"]}
# Two stations that handed in the same count, and one with more votes than voters.
COPIED, STUFFED = (11, 29), 17


def make_data(folder: Path = HERE / "data") -> Path:
    """Write the stations, their sheets and what is on them, always the same."""
    random = np.random.default_rng(8)
    (folder / "sheets").mkdir(parents=True, exist_ok=True)
    stations, counts = [], []
    for station in range(1, STATIONS + 1):
        untrained = int(station % 2 == 0)
        registered = int(random.integers(350, 900))
        votes = random.multinomial(
            round(registered * random.uniform(0.4, 0.8)), [0.4, 0.3, 0.2, 0.1]
        )
        if station == STUFFED:
            votes = votes + registered // 4
        if station == COPIED[1]:
            votes = next(row[2:6] for row in counts if row[0] == COPIED[0])
        total = int(sum(votes))
        if random.random() < WRONG["untrained" if untrained else "trained"]:
            total += int(random.choice([-20, -10, -9, 9, 10, 20, 100]))
        path = f"sheets/station_{station:02}.jpg"
        lines = [("Registered", registered), *zip(CANDIDATES, votes, strict=True), ("Total", total)]
        photo = photograph(
            draw(station, lines),
            turn=random.uniform(-6, 6),
            skew=random.uniform(0.0, 0.05),
            shade=random.uniform(0.5, 0.9),
            random=random,
            table=(760, 640),
        )
        Image.fromarray(photo).save(folder / path, quality=80)
        stations.append((path, station, untrained))
        counts.append((station, registered, *(int(one) for one in votes), total))
    names = ["station", "registered", *(name.lower() for name in CANDIDATES), "total"]
    pd.DataFrame(counts, columns=names).to_csv(folder / "counts.csv", index=False)
    table = pd.DataFrame(stations, columns=["path", "station", "untrained"])
    table.to_csv(folder / "stations.csv", index=False)
    return folder


def draw(station: int, lines: list[tuple[str, int]]) -> Image.Image:
    """A clean sheet."""
    sheet = Image.new("RGB", (560, 600), (250, 247, 238))
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(FONT, 30)
    pen.text((40, 24), f"Polling station {station}", fill="black", font=font)
    for place, (name, count) in enumerate(lines):
        top = 90 + place * 80
        pen.rectangle((40, top, 520, top + 80), outline=(60, 60, 60), width=2)
        pen.line((330, top, 330, top + 80), fill=(60, 60, 60), width=2)
        pen.text((60, top + 22), name, fill=(20, 20, 20), font=font)
        pen.text((370, top + 22), str(count), fill=(20, 30, 90), font=font)
    return sheet


if __name__ == "__main__":
    print(make_data())
