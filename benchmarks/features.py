"""`features` against the same measures written as a plain loop over scikit-image and OpenCV."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pictures
from measure import Row, alternate, speed_ratios
from PIL import Image

import imagesasdata as iad
from imagesasdata.arrays.measures import GROUPS, Size
from imagesasdata.arrays.measures.group import Value
from imagesasdata.arrays.pixels import fit
from imagesasdata.verbs.measure.features import LONG_SIDE

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "arrays" / "measures"))
from reference import measure_plainly

LOOP = "a loop over scikit-image and OpenCV"
COLUMNS = [c.name for group in GROUPS.values() if not group.on_request for c in group.columns]


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Speed of all groups but those on request, once both give the same numbers."""
    count = 32 if quick else 1000
    paths = pictures.small(folder, count)
    programs = {
        "imagesasdata": lambda: iad.features(paths, progress=False),
        LOOP: lambda: [_plainly(path) for path in paths],
    }
    table, plain = programs["imagesasdata"](), [_plainly(path) for path in paths[:100]]
    for number, values in enumerate(plain):
        for name in COLUMNS:
            ours, theirs = table[name][number], values[name]
            same = ours == theirs if isinstance(theirs, str) else _close(ours, theirs)
            assert same, (name, ours, theirs)
    seconds = alternate(programs, min(rounds, 9 if quick else 3), warm_up=0)
    return speed_ratios(f"features of {count:,} files of 500 x 375", seconds, {LOOP: 3.0})


def _plainly(path: str) -> dict[str, Value]:
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    size = Size(image.width, image.height, Path(path).stat().st_size)
    return measure_plainly(fit(image, LONG_SIDE), size)


def _close(ours: float, theirs: float | None) -> bool:
    if theirs is None:
        return bool(np.isnan(ours))
    return bool(np.isclose(ours, theirs, rtol=1e-3, atol=5e-3))
