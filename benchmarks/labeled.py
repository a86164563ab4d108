"""The labeled pictures, and shares of them with their intervals."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from imagesasdata.arrays.stats.intervals import wilson

DATA = Path(os.environ.get("IMAGESASDATA_DATA", "../shared/data"))


def interval(right: int, of: int) -> list[float]:
    """Wilson's 95% interval of a share."""
    if not of:
        return [0.0, 1.0]
    low, high = wilson(right / of, of)
    return [round(float(low), 3), round(float(high), 3)]


def told(name: str, right: int, of: int) -> None:
    """Print a share with its interval."""
    share = f"{right / of:.3f}" if of else "no share"
    print(f"{name}: {right} of {of}, {share}, {interval(right, of)}", flush=True)


def largest(faces: pd.DataFrame) -> pd.DataFrame:
    """The row of the largest face of each picture, or the one that says why there is none."""
    ordered = faces.assign(area=faces["face_width"] * faces["face_height"])
    return ordered.sort_values("area", na_position="first").groupby("path").tail(1)
