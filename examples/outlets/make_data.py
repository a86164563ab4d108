"""Make the front pages of three outlets on 100 events; all of it is made up, so the truth is known.

Writes data/pages.csv, data/coded.csv and data/pictures/ beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from camera import part, snapshot  # noqa: E402

# Share of pictures with a person, less that of the Herald.
TRUTH = {"Courier": 0.25, "Tribune": -0.15}
EVENTS, SIZE = 100, (256, 192)
PERSON = ("astronaut.jpg", "camera.png")
OTHER = ("chelsea.jpg", "coffee.jpg", "rocket.jpg", "coins.jpg", "clock.jpg")
# The Tribune prints its pictures darker, and on coarser paper.
LIGHT = {"Herald": 1.0, "Courier": 1.0, "Tribune": 0.45}
GRAIN = {"Herald": 8, "Courier": 8, "Tribune": 16}


def make_data(folder: Path = HERE / "data") -> Path:
    """Write the table and its pictures, always the same, and give the folder."""
    random = np.random.default_rng(3)
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    rows = []
    for event in range(EVENTS):
        # Some events are about people, and all three outlets cover each.
        about_things = random.random()
        for outlet in LIGHT:
            shows_person = int(about_things < 0.4 + TRUTH.get(outlet, 0.0))
            subject = random.choice(PERSON if shows_person else OTHER)
            scene = part(subject, SIZE, random)
            light = LIGHT[outlet] * random.lognormal(0, 0.15)
            path = f"pictures/{outlet.lower()}_{event:02}.jpg"
            page = snapshot(scene, random, light=light, blur=1.2, grain=GRAIN[outlet])
            page.save(folder / path, quality=85)
            rows.append((path, outlet, event, shows_person))
    pages = pd.DataFrame(rows, columns=["path", "outlet", "event", "shows_person"])
    pages.drop(columns="shows_person").to_csv(folder / "pages.csv", index=False)
    # What a careful coder sees, for whichever pictures are shown to one.
    pages[["path", "shows_person"]].to_csv(folder / "coded.csv", index=False)
    return folder


if __name__ == "__main__":
    print(make_data())
