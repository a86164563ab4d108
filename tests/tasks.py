"""The fourteen tasks of the site's page: their scripts, and a folder of small pictures to run them in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from tests import clips
from tests.conftest import REPO, encoded, picture

PAGE = REPO / "docs" / "tutorials" / "fourteen-tasks.md"


# What each leaves behind, for those that leave something.
FILES = {
    "An inventory": ["sheet.png"],
    "Coding": ["code.html"],
    "Agreement": ["settled.csv"],
    "Fine-tuning": ["predicted.csv"],
    "A corrected regression": ["table.docx", "figure.png"],
    "Clusters and a map": ["clusters.png", "map.html"],
    "From the cache": ["results"],
}
# What each says, among other things.
SAYS = {
    "An inventory": "broken.jpg",
    "Copies": "copy.jpg",
    "Colors by outlet": "colorfulness",
    "Women": "n_gender_female",
    "Text in pictures": "two words",
    "Agreement": "estimate",
    "Fine-tuning": "accuracy_low",
    "A corrected regression": "protest_prob",
    "Clusters and a map": "cluster",
    "Similar pictures": "photos/north/0.jpg",
    "Frames of a video": "label",
    "The methods section": "Pictures were classified",
    "From the cache": "label",
}


class Task(NamedTuple):
    """A heading of the page, and the scripts below it."""

    name: str
    python: str
    r: str


def tasks() -> list[Task]:
    """The page's tasks, in order."""
    sections = re.split(r"^## \d+\. ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    found = []
    for section in sections:
        blocks = {
            language: re.findall(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
            for language in ("python", "r")
        }
        (python,), (r,) = blocks.values()
        found.append(Task(section.partition("\n")[0], python, r))
    return found


def lay_out(folder: Path) -> None:
    """Write what the scripts read, as the page says."""
    paths = []
    for outlet in ("north", "south"):
        (folder / "photos" / outlet).mkdir(parents=True)
        for number in range(12):
            paths.append(f"photos/{outlet}/{number}.jpg")
            seed = number + 100 * (outlet == "south")
            (folder / paths[-1]).write_bytes(encoded(picture(seed=seed)))
    (folder / "photos" / "south" / "copy.jpg").write_bytes((folder / paths[0]).read_bytes())
    (folder / "photos" / "south" / "broken.jpg").write_bytes(b"no picture")
    clips.write(folder / "debate.mp4", [clips.numbered(n) for n in range(25)])
    coded = [float(number % 2) if number % 4 < 3 else None for number in range(len(paths))]
    likes = np.random.default_rng(0).normal(10, 2, len(paths)).round(1)
    pd.DataFrame({"path": paths, "likes": likes, "protest": coded}).to_csv(
        folder / "posts.csv", index=False
    )
    for coder, step in (("ann", 2), ("ben", 3)):
        answers = ["yes" if number % step else "no" for number in range(8)]
        pd.DataFrame(
            {
                "image_id": range(8),
                "path": paths[:8],
                "question": "Is it a protest?",
                "value": answers,
                "coder": coder,
                "coded_at": "2026-05-01T10:00:00.000Z",
                "seconds": 1.5,
            }
        ).to_csv(folder / f"{coder}.csv", index=False)
