"""Make an archive of 240 pictures from two decades; all of it is made up, so the truth is known.

Writes data/archive.csv, data/kinds.csv and data/pictures/ beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from camera import part, snapshot  # noqa: E402

PICTURES, SIZE = 240, (256, 192)
FILES = {"cat": "chelsea"}
# Each kind's share in the two decades.
SHARES = {
    "astronaut": (0.15, 0.35),
    "cat": (0.30, 0.20),
    "coffee": (0.20, 0.20),
    "coins": (0.20, 0.05),
    "rocket": (0.15, 0.20),
}
TRUTH = {kind: later - before for kind, (before, later) in SHARES.items()}


def make_data(folder: Path = HERE / "data") -> Path:
    """Write the archive and its pictures, always the same, and give the folder."""
    random = np.random.default_rng(5)
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(PICTURES):
        decade = 1960 if number < PICTURES // 2 else 1970
        shares = [pair[decade == 1970] for pair in SHARES.values()]
        kind = random.choice(list(SHARES), p=shares)
        # Pictures of the sixties have faded.
        color = random.uniform(0.2, 0.6) if decade == 1960 else random.uniform(0.6, 1.2)
        scene = part(f"{FILES.get(kind, kind)}.jpg", SIZE, random)
        path = f"pictures/{number:03}.jpg"
        light = random.uniform(0.7, 1.3)
        snapshot(scene, random, light=light, color=color, grain=7).save(folder / path, quality=85)
        rows.append((path, decade, kind))
    archive = pd.DataFrame(rows, columns=["path", "decade", "kind"])
    archive.drop(columns="kind").to_csv(folder / "archive.csv", index=False)
    archive[["path", "kind"]].to_csv(folder / "kinds.csv", index=False)
    return folder


if __name__ == "__main__":
    print(make_data())
