"""Pictures a second of each verb on single pictures, for planning: one run, one machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pictures
from measure import Row

import imagesasdata as iad

FILES = 200
# How many pictures of 500 x 375 each is timed on, so that none takes over half a minute.
VERBS: dict[str, tuple[Callable[..., Any], dict[str, Any], int]] = {
    "read_images": (iad.read_images, {}, 2000),
    "features": (iad.features, {}, 400),
    "classify": (iad.classify, {}, 800),
    "embed": (iad.embed, {}, 800),
    "detect_faces": (iad.detect_faces, {}, 60),
    "detect_objects": (iad.detect_objects, {}, 60),
    "read_text": (iad.read_text, {}, 40),
}


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Rates after start-up, the best of a few rounds."""
    files = pictures.small(folder, FILES)
    rows = []
    for name, (verb, options, count) in VERBS.items():
        count = count // 10 if quick else count
        paths = (files * (count // FILES + 1))[:count]
        verb(paths[:4], progress=False, **options)
        seconds = []
        for _ in range(min(rounds, 2)):
            start = time.perf_counter()
            verb(paths, progress=False, **options)
            seconds.append(time.perf_counter() - start)
        rows.append(Row(name, count / min(seconds), "/s", details={"pictures": count}))
    return rows
