"""The most memory that a process takes to classify a few and many pictures (on Linux)."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

import pictures
from measure import Row

FILES, RUNS = 200, 3
LIMIT_MIB, GROWTH = 800.0, 1.1


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Peak memory for 1,000 and for 10,000 pictures, each in a process of its own.

    The allocator's reserve varies by some 50 MiB from run to run, so each is the median of several.
    """
    few, many = (200, 1000) if quick else (1000, 10_000)
    files = pictures.small(folder, FILES)
    env = {**os.environ, "IMAGESASDATA_HOME": str(folder / "home")}
    folders = {count: _folder(pictures.linked(folder, files, count)) for count in (20, few, many)}
    # The first run also compiles; its peak is not that of a long run.
    first = _peak(folders[20], env)
    runs = [(_peak(folders[few], env), _peak(folders[many], env)) for _ in range(min(rounds, RUNS))]
    of_few, of_many = (statistics.median(peaks) for peaks in zip(*runs, strict=True))
    details = {"peaks": [[round(peak) for peak in pair] for pair in runs]}
    return [
        Row("peak memory of a first run, which compiles", first, "MiB"),
        Row(f"peak memory for {few:,} pictures", of_few, "MiB", at_most=LIMIT_MIB),
        Row(f"peak memory for {many:,} pictures", of_many, "MiB", at_most=LIMIT_MIB),
        Row(
            "growth from few to many pictures",
            of_many / of_few,
            "x",
            at_most=GROWTH,
            details=details,
        ),
    ]


def _folder(paths: list[str]) -> str:
    return str(Path(paths[0]).parent)


def _peak(folder: str, env: dict[str, str]) -> float:
    command = [sys.executable, __file__, folder]
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
