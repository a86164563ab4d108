"""The most memory that a process takes for few and many pictures: faces, objects, text (on Linux).

Pictures are small, so that many are processed in minutes: only per-picture memory could grow.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pictures
from measure import Row
from PIL import Image

FILES, SIZE = 20, (240, 180)
GROWTH = 1.1
# Few and many pictures. A line of text takes much longer than the others.
COUNTS = {"faces": (1000, 10_000), "objects": (500, 5000), "text": (100, 1000)}


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Peak memory of detecting and embedding faces, of finding things and of reading text."""
    files = small(folder)
    rows = []
    for verb, counts in COUNTS.items():
        few, many = (max(count // 10, 20) for count in counts) if quick else counts
        of_few, of_many = (
            _peak(verb, Path(pictures.linked(folder / verb, files, count)[0]).parent)
            for count in (few, many)
        )
        rows += [
            Row(f"{verb}: peak memory for {few:,} pictures", of_few, "MiB"),
            Row(f"{verb}: peak memory for {many:,} pictures", of_many, "MiB"),
            Row(f"{verb}: growth from few to many", of_many / of_few, "x", at_most=GROWTH),
        ]
    return rows


def small(folder: Path) -> list[str]:
    """Small photos, each with a face of the same person in its place and a word."""
    paths = []
    face = Image.open(pictures.PHOTOS / "astronaut.jpg").crop((140, 20, 320, 200))
    for number, path in enumerate(pictures.small(folder, FILES)):
        with Image.open(path) as photo:
            tiny = photo.resize(SIZE)
        tiny.paste(face.resize((120, 120)), (4 * (number % 20), 30))
        tiny.save(path, quality=90)
        paths.append(path)
    for verb in COUNTS:
        (folder / verb).mkdir()
    return paths


def _peak(verb: str, folder: Path) -> float:
    command = [sys.executable, __file__, verb, str(folder)]
    done = subprocess.run(command, env=os.environ, check=True, capture_output=True, text=True)
    return float(done.stdout)


def _child(verb: str, folder: str) -> None:
    import imagesasdata as iad

    paths = sorted(str(path) for path in Path(folder).iterdir())
    if verb == "faces":
        table = iad.embed_faces(iad.detect_faces(paths, progress=False), progress=False)
        assert len(table) >= len(paths)
    elif verb == "objects":
        table = iad.detect_objects(paths, keep_empty=True, progress=False)
    else:
        table = iad.read_text(paths, shape="wide", progress=False)
    assert table["image_error"].isna().all()
    status = Path("/proc/self/status").read_text("utf-8").splitlines()
    peak = next(line for line in status if line.startswith("VmHWM"))
    print(int(peak.split()[1]) / 1024)


if __name__ == "__main__":
    _child(*sys.argv[1:])
