"""How often faces are found in portraits, face crops and turned pictures, and where there are none.

``IMAGESASDATA_DATA=... python benchmarks/faces_frame.py``; five minutes on two cores.

The weights of ``face_score`` were fitted to one half of the pictures; what is called "the other half"
was not used for that. Halves are by person in the London set, else by picture.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from labeled import DATA, told
from PIL import Image, ImageOps

import imagesasdata as iad
from imagesasdata.options import FACE_SCORE

PEOPLE = {
    "London portraits": "faces/london/*.jpg",
    "Canadian portraits": "faces/canada/*.jpg",
    "faces that fill the frame": "faces/emotion/*.jpg",
    "UTKFace crops": "faces/attributes/*.jpg",
}
PORTRAITS = ("London portraits", "Canadian portraits")
TURNED = ("London portraits", "faces that fill the frame")
# By eye: ImageNet photos with people, drawn ones included.
WITH_PEOPLE = {
    *(
        "Appenzeller",
        "academic_gown",
        "balance_beam",
        "bassoon",
        "bow",
        "canoe",
        "Christmas_stocking",
    ),
    *("feather_boa", "football_helmet", "fur_coat", "gondola", "head_cabbage", "sax", "shovel"),
    *("thresher", "tripod", "unicycle"),
}
BINS = (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 1.0)
# The face itself, and with a narrow margin.
TIGHT = {"cropped to the face": 0.0, "with a tenth around it": 0.1}


def is_other(path: str | Path) -> bool:
    """Whether a picture is of the half to which nothing was fitted."""
    name = Path(path).name.split("_0")[0]
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 == 1


def without_people() -> dict[str, list[Path]]:
    """Pictures of animals and things."""
    photos = sorted(DATA.glob("classify/*.JPEG"))
    boxes = pd.read_csv(DATA / "objects" / "boxes.csv")
    persons = {Path(path).name for path in boxes.loc[boxes["object"] == "person", "path"]}
    return {
        "ants and bees": sorted(DATA.glob("transfer/**/*.jpg")),
        "ImageNet photos without people": [
            path for path in photos if path.stem.split("_", 1)[1] not in WITH_PEOPLE
        ],
        "COCO photos without people": [
            path for path in sorted(DATA.glob("objects/*.jpg")) if path.name not in persons
        ],
    }


def best(paths: list[Path], **options: Any) -> pd.DataFrame:
    """The most probable face of each picture; its score is 0 where there is none."""
    faces = iad.detect_faces(paths, threshold=BINS[0], progress=False, **options)
    first = faces[faces["face_id"] == 0].set_index("path").reindex(map(str, paths))
    return first.assign(face_score=first["face_score"].fillna(0.0))


def found(name: str, faces: pd.DataFrame) -> None:
    """Print in how many pictures there is a face, in all and in the other half."""
    seen = faces["face_score"] >= FACE_SCORE
    other = seen[[is_other(path) for path in faces.index]]
    told(name, int(seen.sum()), len(seen))
    told(f"{name}, the other half", int(other.sum()), len(other))


def copies(paths: list[Path], folder: Path, change: Callable[[Path], Image.Image]) -> list[Path]:
    """Changed copies under the same names."""
    made = [folder / f"{path.stem}.png" for path in paths]
    for path, copy in zip(paths, made, strict=True):
        change(path).save(copy)
    return made


def upright(path: Path) -> Image.Image:
    """The picture as it is seen."""
    return ImageOps.exif_transpose(Image.open(path)).convert("RGB")


def crops(name: str, paths: list[Path], faces: pd.DataFrame) -> None:
    """Portraits cropped to the face, also at 48 pixels."""

    def crop(path: Path, margin: float) -> Image.Image:
        face = faces.loc[str(path)]
        side, high = margin * face["face_width"], margin * face["face_height"]
        left, top = face["face_x"] - side, face["face_y"] - high
        right = face["face_x"] + face["face_width"] + side
        return upright(path).crop(
            tuple(map(int, (left, top, right, face["face_y"] + face["face_height"] + high)))
        )

    for what, margin in TIGHT.items():
        for pixels in (None, 48):
            with tempfile.TemporaryDirectory() as folder:
                made = copies(
                    paths,
                    Path(folder),
                    lambda path, m=margin, p=pixels: (
                        crop(path, m) if p is None else crop(path, m).resize((p, p))
                    ),
                )
                size = "" if pixels is None else f", {pixels} pixels"
                found(f"{name}, {what}{size}", best(made))


def turned(name: str, paths: list[Path], faces: pd.DataFrame, turn: int) -> None:
    """Copies turned to the left: whether a face is found, its turn told, and the person known."""
    with tempfile.TemporaryDirectory() as folder:
        made = copies(paths, Path(folder), lambda path: upright(path).rotate(turn, expand=True))
        lying = best(made)
        seen = lying["face_score"] >= FACE_SCORE
        told(f"{name}, turned by {turn}, found", int(seen.sum()), len(paths))
        right = lying["face_turn"] == (360 - turn)
        told(f"{name}, turned by {turn}, the turn told", int((seen & right).sum()), len(paths))
        pairs = pd.DataFrame({"path_a": map(str, paths), "path_b": map(str, made)})
        same = iad.verify_faces(pairs, progress=False)["match"]
        known = same.notna()
        missed = int((~same[known].astype(bool)).sum())
        told(f"{name}, turned by {turn}, told to be another person", missed, int(known.sum()))


def long_pictures(paths: list[Path]) -> None:
    """Seven small portraits in a row, 7 to 1, and in a column."""
    rows = [paths[at : at + 7] for at in range(0, len(paths) - 6, 7)]
    count = {"lying": 0, "standing": 0}
    with tempfile.TemporaryDirectory() as folder:
        for number, row in enumerate(rows):
            for way in count:
                size = (4200, 600) if way == "lying" else (600, 4200)
                long = Image.new("RGB", size, (120, 120, 120))
                for place, path in enumerate(row):
                    at = (600 * place + 220, 220)
                    long.paste(upright(path).resize((150, 150)), at if way == "lying" else at[::-1])
                long.save(Path(folder) / f"{way}{number}.png")
        for way in count:
            faces = iad.detect_faces(sorted(Path(folder).glob(f"{way}*.png")), progress=False)
            told(
                f"faces in long pictures, {way}", int(faces["face_id"].notna().sum()), 7 * len(rows)
            )


def reliability(faces: dict[bool, list[pd.DataFrame]]) -> None:
    """The share of faces among candidates of each score, in the other half."""
    parts = [
        part[[is_other(path) for path in part.index]].assign(is_face=is_face)
        for is_face, some in faces.items()
        for part in some
    ]
    every = pd.concat(parts)
    every = every[every["face_score"] >= BINS[0]]
    groups = pd.cut(every["face_score"], BINS, right=False, include_lowest=True)
    for group, rows in every.groupby(groups, observed=True):
        told(
            f"face_score in {group}, mean {rows['face_score'].mean():.2f}, is a face",
            int(rows["is_face"].sum()),
            len(rows),
        )
    brier = float(np.mean((every["face_score"] - every["is_face"]) ** 2))
    print(f"Brier score {brier:.3f} of {len(every)}", flush=True)


def main() -> None:
    """Print every figure."""
    chosen = random.Random(5)
    scores: dict[bool, list[pd.DataFrame]] = {True: [], False: []}
    for name, pattern in PEOPLE.items():
        paths = sorted(DATA.glob(pattern))
        faces = best(paths)
        scores[True].append(faces)
        found(name, faces)
        if name in PORTRAITS:
            crops(name, paths, faces)
        if name in TURNED:
            some = chosen.sample(paths, 60)
            for turn in (90, 180, 270):
                turned(name, some, faces, turn)
    for name, paths in without_people().items():
        faces = best(paths)
        scores[False].append(faces)
        found(f"{name}, a false face", faces)
    reliability(scores)
    long_pictures(sorted(DATA.glob(PEOPLE["London portraits"])))


if __name__ == "__main__":
    main()
