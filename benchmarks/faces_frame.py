"""How often faces are found in portraits, face crops and turned pictures, and in pictures of animals.

``IMAGESASDATA_DATA=... python benchmarks/faces_frame.py``; two minutes on two cores.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from labeled import DATA, told
from PIL import Image

import imagesasdata as iad

SETS = {
    "London portraits": "faces/london/*.jpg",
    "Canadian portraits": "faces/canada/*.jpg",
    "faces that fill the frame": "faces/emotion/*.jpg",
    "UTKFace crops": "faces/attributes/*.jpg",
    "ants and bees": "transfer/**/*.jpg",
    "ImageNet photos": "classify/*.JPEG",
}
TURNED = ("London portraits", "faces that fill the frame")


def turned(name: str, paths: list[Path], turn: int) -> None:
    """Find faces in copies turned to the left."""
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder) / f"{path.stem}.png" for path in paths]
        for path, copy in zip(paths, copies, strict=True):
            Image.open(path).convert("RGB").rotate(turn, expand=True).save(copy)
        faces = iad.detect_faces(copies, progress=False)
    best = faces[faces["face_id"] == 0]
    told(f"{name}, turned by {turn}, found", len(best), len(paths))
    told(
        f"{name}, turned by {turn}, the turn told", sum(best["face_turn"] == 360 - turn), len(paths)
    )


def main() -> None:
    """Print every figure."""
    chosen = random.Random(5)
    for name, pattern in SETS.items():
        paths = sorted(DATA.glob(pattern))
        faces = iad.detect_faces(paths, progress=False)
        told(f"{name}, pictures with a face", faces["path"].nunique(), len(paths))
        if name in TURNED:
            some = chosen.sample(paths, 60)
            for turn in (90, 180, 270):
                turned(name, some, turn)


if __name__ == "__main__":
    main()
