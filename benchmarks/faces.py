"""How often the verbs on faces are right, on the labeled pictures: writes faces.json beside this file.

``IMAGESASDATA_DATA=... python benchmarks/faces.py``; some three minutes on two cores.
"""

from __future__ import annotations

import io
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from labeled import DATA as PICTURES
from labeled import interval, largest
from PIL import Image, ImageOps

import imagesasdata as iad
from imagesasdata.arrays.faces.boxes import overlap
from imagesasdata.options import FACE_EMBEDDER, FALSE_MATCH_RATE
from imagesasdata.verbs.faces._identity import calibration

DATA = PICTURES / "faces"
OUT = Path(__file__).with_name("faces.json")
BOX = ["face_x", "face_y", "face_width", "face_height"]
_, LIMIT = calibration(FACE_EMBEDDER, FALSE_MATCH_RATE)


def detection() -> list[dict[str, Any]]:
    """Recall and false boxes on the group photos, with and without tiles."""
    truth = pd.read_csv(DATA / "groups.csv")
    truth = truth[truth[["width", "height"]].min(axis=1) >= 32]
    paths = [str(DATA / path) for path in truth["path"].unique()]
    rows = []
    for tiles in ("never", "auto", "always"):
        faces = iad.detect_faces(paths, tiles=tiles)
        found = false = 0
        for path, group in truth.groupby("path"):
            boxes = faces.loc[faces["path"] == str(DATA / path), BOX].to_numpy(float)
            shared = overlap(group[["x", "y", "width", "height"]].to_numpy(float), boxes) >= 0.4
            found, false = (
                found + int(shared.any(axis=1).sum()),
                false + int((~shared.any(axis=0)).sum()),
            )
        rows.append({"tiles": tiles, "faces": len(truth), "found": found, "false": false})
    return rows


def smaller(pixels: int) -> Callable[[Image.Image, pd.Series], Image.Image]:
    """The picture scaled to a face of some pixels."""

    def change(image: Image.Image, face: pd.Series) -> Image.Image:
        scale = min(1.0, pixels / face["face_width"])
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        return image.resize(size, Image.Resampling.LANCZOS)

    return change


def jpeg(image: Image.Image, face: pd.Series) -> Image.Image:
    """Saved as JPEG at quality 10."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=10)
    return Image.open(file).convert("RGB")


def half_covered(image: Image.Image, face: pd.Series) -> Image.Image:
    """The lower half of the face under a gray box, as under a mask."""
    x, y, width, height = face[BOX]
    covered = image.copy()
    covered.paste(
        (90, 90, 90), tuple(map(int, (x, y + 0.55 * height, x + width, y + 1.05 * height)))
    )
    return covered


HARDER: dict[str, Callable[[Image.Image, pd.Series], Image.Image]] = {
    "as they are": lambda image, face: image,
    "mirrored": lambda image, face: ImageOps.mirror(image),
    "face of 48 pixels": smaller(48),
    "face of 32 pixels": smaller(32),
    "face of 24 pixels": smaller(24),
    "JPEG of quality 10": jpeg,
    "dark (15% of the light)": lambda image, face: image.point(lambda value: int(value * 0.15)),
    "turned by 25 degrees": lambda image, face: image.rotate(
        25, Image.Resampling.BICUBIC, expand=True
    ),
    "lower half covered": half_covered,
}


def embedded(paths: list[str]) -> pd.DataFrame:
    """The largest face on each picture, embedded, in the order of the paths."""
    faces = iad.embed_faces(iad.detect_faces(paths, keep_empty=True))
    return largest(faces).set_index("path").loc[paths]


def identity(folder: Path) -> list[dict[str, Any]]:
    """Pairs, the second picture degraded in each way."""
    pairs = pd.read_csv(DATA / "pairs.csv")
    names = sorted({*pairs["path_a"], *pairs["path_b"]})
    plain = embedded([str(DATA / name) for name in names])
    vectors = dict(zip(names, plain["face_embedding"], strict=True))
    rows = []
    for what, change in HARDER.items():
        paths = []
        for number, name in enumerate(names):
            image = ImageOps.exif_transpose(Image.open(DATA / name)).convert("RGB")
            paths.append(str(folder / f"{number}.png"))
            change(image, plain.iloc[number]).save(paths[-1])
        worse = dict(zip(names, embedded(paths)["face_embedding"], strict=True))
        pair = [
            (vectors[a], worse[b]) for a, b in pairs[["path_a", "path_b"]].itertuples(index=False)
        ]
        there = np.array([isinstance(b, np.ndarray) for _, b in pair])
        far = np.array([np.linalg.norm(a - b) for a, b in pair if isinstance(b, np.ndarray)])
        same = pairs["same"].to_numpy()[there] == 1
        right = int(((far <= LIMIT) == same).sum())
        rows.append(
            {
                "pictures": what,
                "found": round(
                    float(np.mean([isinstance(v, np.ndarray) for v in worse.values()])), 3
                ),
                "pairs": len(far),
                "auc": round(float((far[same][:, None] < far[~same][None]).mean()), 4),
                "accuracy": round(right / len(far), 3),
                "interval": interval(right, len(far)),
                "false_match": round(float((far[~same] <= LIMIT).mean()), 3),
                "false_non_match": round(float((far[same] > LIMIT).mean()), 3),
            }
        )
        print(rows[-1], flush=True)
    return rows


def attributes(folder: Path) -> list[dict[str, Any]]:
    """Age, gender and race on crops with a margin, by group."""
    truth = pd.read_csv(DATA / "attributes.csv")
    paths = []
    for number, name in enumerate(truth["path"]):
        with Image.open(DATA / name) as image:
            padded = ImageOps.expand(image.convert("RGB"), image.width // 2)
        paths.append(str(folder / f"a{number}.png"))
        padded.save(paths[-1])
    faces = largest(iad.detect_faces(paths, keep_empty=True))
    start = time.perf_counter()
    seen = iad.analyze_faces(faces, attributes=("age", "gender", "race"))
    print(f"{1000 * (time.perf_counter() - start) / len(seen):.0f} ms a face", flush=True)
    seen = seen.set_index("path").loc[paths].reset_index()
    seen["age_error"] = (seen["age"] - truth["age"]).abs()
    seen["gender_right"] = seen["gender"] == truth["gender"]
    seen["race_right"] = seen["race"] == truth["race"]
    seen["covered"] = truth["age"].between(seen["age_low"], seen["age_high"])
    ages = pd.cut(truth["age"], [0, 19, 39, 59, 120], labels=["12-19", "20-39", "40-59", "60-80"])
    groups = {
        "all": pd.Series("all", truth.index),
        "gender": truth["gender"],
        "race": truth["race"],
        "age": ages,
    }
    rows = []
    for by, keys in groups.items():
        for name, part in seen.groupby(keys.to_numpy(), sort=False, observed=True):
            spread = 1.96 * part["age_error"].std() / np.sqrt(len(part))
            error = part["age_error"].mean()
            rows.append(
                {
                    "by": by,
                    "group": str(name),
                    "faces": len(part),
                    "age_error": round(error, 1),
                    "age_interval": [round(error - spread, 1), round(error + spread, 1)],
                    "age_covered": round(float(part["covered"].mean()), 2),
                    **{
                        key: value
                        for what in ("gender", "race")
                        for key, value in (
                            (what, round(float(part[f"{what}_right"].mean()), 3)),
                            (
                                f"{what}_interval",
                                interval(int(part[f"{what}_right"].sum()), len(part)),
                            ),
                        )
                    },
                }
            )
    return rows


def hiding(folder: Path) -> list[dict[str, Any]]:
    """How often a hidden face is still matched, or still found."""
    names = sorted({*pd.read_csv(DATA / "pairs.csv")["path_a"]})
    paths = [str(DATA / name) for name in names]
    rows = []
    for method in ("pixelate", "gaussian", "fill"):
        copies = iad.blur_faces(paths, to=folder / method, method=method)
        pairs = pd.DataFrame({"path_a": paths, "path_b": copies["out_path"]})
        known = iad.verify_faces(pairs)["match"].fillna(False).astype(bool)
        found = iad.detect_faces(copies, path="out_path")["image_id"].nunique()
        rows.append(
            {"method": method, "pictures": len(paths), "matched": int(known.sum()), "found": found}
        )
    return rows


def main() -> None:
    """Measure all and write it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        results = {
            "detection": detection(),
            "hiding": hiding(folder),
            "attributes": attributes(folder),
            "identity": identity(folder),
        }
    OUT.write_text(json.dumps(results, indent=1) + "\n")
    for part, rows in results.items():
        print(f"\n{part}\n{pd.DataFrame(rows).to_string(index=False)}")


if __name__ == "__main__":
    main()
