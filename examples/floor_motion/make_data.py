"""Film the floor of a made-up parliament after 40 votes, as seen from the gallery; the truth is known.

Writes data/votes.csv and data/clips/ beside this file.
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

HERE = Path(__file__).parent
# A standard deviation of polarization changes the logarithm of how many cross the aisle by so much.
TRUTH = {"polarization": -0.35}
VOTES, WIDTH, HEIGHT, RATE, FRAMES = 40, 256, 192, 10, 20
CROSSING = 14  # members, at mean polarization
SEATED = 50
PARTIES = ((170, 60, 60), (60, 80, 170))
# In these clips the camera turns, which is motion, but not of members.
TURNING = (7, 19, 26, 33)


def make_data(folder: Path = HERE / "data") -> Path:
    """Write the votes and their clips, always the same, and give the folder."""
    random = np.random.default_rng(2)
    (folder / "clips").mkdir(parents=True, exist_ok=True)
    rows = []
    for vote in range(VOTES):
        polarization = random.normal()
        crossing = random.poisson(CROSSING * np.exp(TRUTH["polarization"] * polarization))
        path = f"clips/vote_{vote:02}.mp4"
        film(folder / path, int(crossing), random, turn=1.2 if vote in TURNING else 0.0)
        rows.append((path, vote, polarization, int(crossing)))
    votes = pd.DataFrame(rows, columns=["path", "vote", "polarization", "crossing"])
    votes.drop(columns="crossing").to_csv(folder / "votes.csv", index=False)
    return folder


def film(file: Path, crossing: int, random: np.random.Generator, turn: float) -> None:
    """Two seconds: two parties at their seats, and members who walk over to the other side."""
    party = random.integers(0, 2, SEATED + crossing)
    x = np.where(
        party == 0, random.uniform(10, 110, len(party)), random.uniform(146, 246, len(party))
    )
    y = random.uniform(30, HEIGHT - 15, len(party))
    step = np.zeros(len(party))
    step[:crossing] = np.where(party[:crossing] == 0, 1, -1) * random.uniform(2.5, 4.5, crossing)
    with av.open(str(file), "w") as opened:
        stream = opened.add_stream("mpeg4", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.bit_rate = 800_000
        for frame in range(FRAMES):
            picture = floor(x + step * frame - turn * frame, y, party, -turn * frame)
            pixels = np.asarray(picture) + random.normal(0, 3, (HEIGHT, WIDTH, 3))
            pixels = pixels.clip(0, 255).astype(np.uint8)
            opened.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        opened.mux(stream.encode(None))


def floor(x: np.ndarray, y: np.ndarray, party: np.ndarray, shift: float) -> Image.Image:
    """Rows of seats, an aisle, and members from above."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), (120, 96, 70))
    pen = ImageDraw.Draw(picture)
    for row in range(24, HEIGHT, 18):
        for left in (shift, shift + 140):
            pen.line((left, row, left + 116, row), fill=(86, 66, 46), width=4)
    for one, two, side in zip(x, y, party, strict=True):
        pen.ellipse((one - 5, two - 5, one + 5, two + 5), fill=PARTIES[side])
        pen.ellipse((one - 2, two - 2, one + 2, two + 2), fill=(50, 40, 30))
    return picture


if __name__ == "__main__":
    print(make_data())
