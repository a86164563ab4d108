"""Time to import the library, and time to a first result."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pictures
from measure import Row

IMPORT_SECONDS, FIRST_RESULT_SECONDS = 0.5, 3.0

_IMPORT = """
import sys, time
start = time.perf_counter()
import imagesasdata
print(time.perf_counter() - start)
assert not {"jax", "pandas", "polars"} & set(sys.modules), "imported at once"
"""
_FIRST_RESULT = """
import sys
import imagesasdata
print(imagesasdata.classify(sys.argv[1], progress=False)["label"][0], flush=True)
"""


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Seconds to import, and from the start of a process to the class of one picture."""
    (picture,) = pictures.small(folder, 1)
    env = {**os.environ, "IMAGESASDATA_HOME": str(folder / "home")}
    imports = [float(_run(_IMPORT, env=env)[0]) for _ in range(rounds)]
    first = _run(_FIRST_RESULT, picture, env=env)[1]
    later = [_run(_FIRST_RESULT, picture, env=env)[1] for _ in range(rounds)]
    return [
        Row("import imagesasdata", statistics.median(imports), "s", at_most=IMPORT_SECONDS),
        Row("first result of a new process, first time on a machine", first, "s"),
        Row(
            "first result of a new process, later",
            statistics.median(later),
            "s",
            at_most=FIRST_RESULT_SECONDS,
        ),
    ]


def _run(code: str, *arguments: str, env: dict[str, str]) -> tuple[str, float]:
    """What a new process prints, and the seconds from its start until that is there."""
    start = time.perf_counter()
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = process.stdout.readline()
        seconds = time.perf_counter() - start
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return printed, seconds
