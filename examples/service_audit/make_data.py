"""Make photos of kitchens and the answers of a commercial service about them.

Both are made up. No service was asked: the answers are written here in the form in which AWS Rekognition
gives its own (DetectLabels), with error rates that are known and differ by group.

Writes data/households.csv, data/coded.csv, data/answers/ and data/pictures/ beside this file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from camera import part, snapshot  # noqa: E402

HOUSEHOLDS, SIZE = 280, (256, 192)
# Share of households that have a cup on the table, and how often the service errs.
CUP = {"low": 0.4, "high": 0.6}
MISSED = {"low": 0.35, "high": 0.05}
INVENTED = 0.03
TRUTH = {"low_income": CUP["low"] - CUP["high"]}
OTHER = ("coins", "clock", "grass", "brick", "chelsea")
NAMES = {"coins": "Coin", "clock": "Clock", "grass": "Grass", "brick": "Brick", "chelsea": "Cat"}


def make_data(folder: Path = HERE / "data") -> Path:
    """Write the tables, photos and answers, always the same, and give the folder."""
    random = np.random.default_rng(7)
    for name in ("pictures", "answers"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(HOUSEHOLDS):
        income = ("low", "high")[number % 2]
        region = ("north", "south")[random.integers(2)]
        cup = int(random.random() < CUP[income])
        subject = "coffee" if cup else str(random.choice(OTHER))
        low = income == "low"
        # Poorer households have less light, and cheaper phones.
        photo = snapshot(
            part(f"{subject}.jpg", SIZE, random),
            random,
            light=random.uniform(0.25, 0.5) if low else random.uniform(0.8, 1.2),
            blur=2.0 if low else 0.7,
            grain=12 if low else 4,
        )
        name = f"house_{number:03}.jpg"
        photo.save(folder / "pictures" / name, quality=85)
        says_cup = random.random() < (1 - MISSED[income] if cup else INVENTED)
        labels = [("Table", random.uniform(60, 99)), ("Indoors", random.uniform(60, 99))]
        if says_cup:
            labels += [("Cup", random.uniform(75, 99)), ("Coffee Cup", random.uniform(70, 98))]
        elif not cup:
            labels.append((NAMES[subject], random.uniform(60, 95)))
        answer: dict[str, object] = {
            "Labels": [{"Name": label, "Confidence": sure} for label, sure in labels]
        }
        if number in (31, 150):  # A service has its bad moments, too.
            answer = {"error": {"message": "ThrottlingException"}}
        (folder / "answers" / f"{name}.json").write_text(json.dumps(answer), "utf-8")
        rows.append((f"pictures/{name}", income, region, cup))
    households = pd.DataFrame(rows, columns=["path", "income", "region", "cup"])
    households.drop(columns="cup").to_csv(folder / "households.csv", index=False)
    households[["path", "cup"]].to_csv(folder / "coded.csv", index=False)
    return folder


if __name__ == "__main__":
    print(make_data())
