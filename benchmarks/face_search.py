"""Detecting and embedding faces beside face_recognition's loop, and searching 100,000 faces.

The peer is installed by ``pip install --no-deps dlib-bin face-recognition face-recognition-models``;
it is left out if it is missing.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pictures
from measure import Row, alternate, speed_ratios
from PIL import Image

import imagesasdata as iad

SIZE, FACE = (1280, 960), 260
PEER = "face_recognition's loop"
GALLERY, TARGETS = 100_000, 100


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """From files to vectors, and from vectors to ranked lists."""
    return [*speed(folder, rounds, 8 if quick else 16), search(rounds)]


def speed(folder: Path, rounds: int, count: int) -> list[Row]:
    peer = face_recognition()
    if peer is None:
        return []
    paths = photos(folder, count)
    programs = {
        "imagesasdata": lambda: ours(paths),
        PEER: lambda: [loop(peer, path) for path in paths],
        "itself without tiles": lambda: ours(paths, tiles="never"),
    }
    assert len(ours(paths)) == count == sum(len(loop(peer, path)) for path in paths)
    seconds = alternate(programs, min(rounds, 5))
    case = f"faces in {count} photos of {SIZE[0]} x {SIZE[1]}, detect and embed"
    return speed_ratios(case, seconds, {PEER: 5.0})


def ours(paths: list[str], tiles: Any = "auto") -> pd.DataFrame:
    """With the default tiles; without them it misses one face in eight here, and the peer none."""
    faces = iad.detect_faces(paths, tiles=tiles, progress=False)
    return iad.embed_faces(faces, progress=False)


def loop(peer: Any, path: str) -> list[np.ndarray]:
    """As in its readme."""
    image = peer.load_image_file(path)
    return peer.face_encodings(image, peer.face_locations(image))


def face_recognition() -> Any:
    """The peer, or nothing."""
    models = importlib.util.find_spec("face_recognition_models")
    if models is None or not models.submodule_search_locations:
        return None
    folder = Path(models.submodule_search_locations[0])
    # It asks a removed part of setuptools for its own folder.
    found = SimpleNamespace(resource_filename=lambda _, name: str(folder / name))
    sys.modules.setdefault("pkg_resources", found)  # type: ignore[arg-type]
    import face_recognition

    return face_recognition


def photos(folder: Path, count: int) -> list[str]:
    """A face in another place of each photo."""
    face = Image.open(pictures.PHOTOS / "astronaut.jpg").convert("RGB").crop((140, 20, 320, 200))
    (folder / "faces").mkdir()
    paths = []
    for number in range(count):
        random = np.random.default_rng(number)
        page = Image.open(pictures.PHOTOS / "coffee.jpg").convert("RGB").resize(SIZE)
        place = tuple(int(random.integers(0, side - FACE)) for side in SIZE)
        page.paste(face.resize((FACE, FACE)), place)
        paths.append(str(folder / "faces" / f"{number}.jpg"))
        page.save(paths[-1], quality=90)
    return paths


def search(rounds: int) -> Row:
    """Seconds for the ten nearest of many faces to each of a hundred."""
    gallery, targets = embedded(GALLERY, "gallery", 0), embedded(TARGETS, "target", 1)
    seconds = []
    for _ in range(1 + min(rounds, 5)):
        start = time.perf_counter()
        found = iad.find_faces(targets, gallery, progress=False)
        seconds.append(time.perf_counter() - start)
        assert len(found) == 10 * TARGETS
    name = f"find_faces: {TARGETS} targets in a gallery of {GALLERY:,} faces"
    return Row(name, statistics.median(seconds[1:]), "s", at_most=1.0)


def embedded(count: int, stem: str, seed: int) -> pd.DataFrame:
    vectors = np.random.default_rng(seed).normal(size=(count, 128)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return pd.DataFrame(
        {
            "image_id": range(count),
            "path": [f"{stem}{number}.jpg" for number in range(count)],
            "face_id": 0,
            **dict.fromkeys(("face_x", "face_y"), 0.0),
            **dict.fromkeys(("face_width", "face_height"), 50.0),
            "face_embedding": list(vectors),
        }
    )
