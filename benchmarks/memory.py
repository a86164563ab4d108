"""The most memory that a process takes to classify a few and many pictures (on Linux)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pictures
from measure import Row

FILES = 200
LIMIT_MIB, GROWTH = 800.0, 1.1


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Peak memory for 1,000 and for 10,000 pictures, each in a process of its own."""
    few, many = (200, 1000) if quick else (1000, 10_000)
    files = pictures.small(folder, FILES)
    env = {**os.environ, "IMAGESASDATA_HOME": str(folder / "home")}
    # The first run also compiles; its peak is not that of a long run.
    peaks = {
        name: _peak(pictures.linked(folder, files, count), env)
        for name, count in (("first run", 20), ("few", few), ("many", many))
    }
    return [
        Row("peak memory of a first run, which compiles", peaks["first run"], "MiB"),
        Row(f"peak memory for {few:,} pictures", peaks["few"], "MiB", at_most=LIMIT_MIB),
        Row(f"peak memory for {many:,} pictures", peaks["many"], "MiB", at_most=LIMIT_MIB),
        Row("growth from few to many pictures", peaks["many"] / peaks["few"], "x", at_most=GROWTH),
    ]


def _peak(paths: list[str], env: dict[str, str]) -> float:
    command = [sys.executable, __file__, str(Path(paths[0]).parent)]
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    return float(done.stdout)


def _child(folder: str) -> None:
    import imagesasdata as iad

    paths = sorted(str(path) for path in Path(folder).iterdir())
    table = iad.classify(paths, progress=False)
    assert table["image_error"].isna().all()
    # Not getrusage: its peak counts what the parent held before this program was started.
    status = Path("/proc/self/status").read_text("utf-8").splitlines()
    peak = next(line for line in status if line.startswith("VmHWM"))
    print(int(peak.split()[1]) / 1024)


if __name__ == "__main__":
    _child(sys.argv[1])
