"""Make posts of 30 accounts with pictures and likes; all of it is made up, so the truth is known.

Writes data/posts.csv and data/pictures/ beside this file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from camera import part, snapshot  # noqa: E402

# Effects on the logarithm of expected likes, other things equal.
TRUTH = {"luminance_mean": 2.0, "colorfulness": 0.010, "shows_cat": 0.4, "weekend": 0.25}
ACCOUNTS, POSTS, SIZE = 30, 10, (256, 192)
SUBJECTS = ("chelsea", "coffee", "rocket", "astronaut", "coins", "grass")


def make_data(folder: Path = HERE / "data") -> Path:
    """Write the posts and their pictures, always the same, and give the folder."""
    random = np.random.default_rng(1)
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    rows = []
    for account in range(ACCOUNTS):
        # Accounts that are followed more also take brighter pictures: that is not what likes a picture.
        skill = random.normal()
        followers = round(np.exp(random.normal(7 + 0.4 * skill, 0.3)))
        for number in range(POSTS):
            subject = random.choice(SUBJECTS, p=[0.3, 0.14, 0.14, 0.14, 0.14, 0.14])
            scene = part(f"{subject}.jpg", SIZE, random)
            light = np.exp(random.normal(0.2 * skill, 0.25)).clip(0.4, 1.6)
            color = random.uniform(0.3, 1.7)
            picture = snapshot(scene, random, light=light, color=color)
            path = folder / "pictures" / f"post_{account:02}_{number:02}.jpg"
            picture.save(path, quality=92)
            weekend = int(random.random() < 2 / 7)
            is_cat = int(subject == "chelsea")
            about = (luminance(picture), colorfulness(picture), is_cat, weekend)
            expected = 0.6 * np.log(followers) + 0.4 * skill - 1.0
            expected += sum(x * b for x, b in zip(about, TRUTH.values(), strict=True))
            likes = random.poisson(np.exp(expected) * random.gamma(8, 1 / 8))
            rows.append(
                (f"pictures/{path.name}", f"account_{account:02}", followers, weekend, likes)
            )
    posts = pd.DataFrame(rows, columns=["path", "account", "followers", "weekend", "likes"])
    posts.to_csv(folder / "posts.csv", index=False)
    return folder


def luminance(picture: Image.Image) -> float:
    """Mean relative luminance, from the formula of IEC 61966-2-1."""
    value = np.asarray(picture) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return float((linear @ [0.2126, 0.7152, 0.0722]).mean())


def colorfulness(picture: Image.Image) -> float:
    """The measure of Hasler and Suesstrunk (2003)."""
    red, green, blue = np.moveaxis(np.asarray(picture, float), 2, 0)
    across, along = red - green, (red + green) / 2 - blue
    spread = np.hypot(across.std(), along.std())
    return float(spread + 0.3 * np.hypot(across.mean(), along.mean()))


if __name__ == "__main__":
    print(make_data())
