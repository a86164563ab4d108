"""Compare imagesasdata with its peers on this machine, side by side.

python benchmarks/run.py [--only NAME,NAME] [--rounds N] [--quick]
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import importlib
import importlib.metadata
import json
import multiprocessing
import os
import platform
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from measure import Row, as_table

ALL = (
    "forward",
    "device",
    "end_to_end",
    "memory",
    "start_up",
    "features",
    "transform",
    "video",
    "zoo",
    "text",
    "face_search",
    "objects",
    "memory_verbs",
    "fine_tune",
    "collections_search",
    "collections_clusters",
    "collections_duplicates",
    "map_page",
    "planning",
    "ray_data",
)
PACKAGES = (
    "imagesasdata",
    "av",
    "jax",
    "jaxlib",
    "numpy",
    "onnxruntime",
    "opencv-python-headless",
    "pillow",
    "rapidocr",
    "scikit-image",
    "torch",
)


def main() -> None:
    """Run the benchmarks that were asked for, print a table and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(ALL), help=f"some of {','.join(ALL)}")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--quick", action="store_true", help="fewer pictures")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results.json")
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    unknown = sorted(set(names) - set(ALL))
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}")

    for name in names:
        rows = in_own_process(name, arguments.rounds, arguments.quick)
        print(as_table(rows), flush=True)
        # Saved at once, beside the results of other runs.
        known = json.loads(arguments.out.read_text("utf-8")) if arguments.out.exists() else {}
        known[name] = {
            **describe(name, arguments),
            "rows": [{**asdict(row), "met": row.met} for row in rows],
        }
        arguments.out.write_text(json.dumps(known, indent=1) + "\n", "utf-8")


def describe(name: str, arguments: argparse.Namespace) -> dict[str, object]:
    """How, when and on what it was measured: without this the figures say nothing."""
    quick = " --quick" if arguments.quick else ""
    return {
        "command": f"python benchmarks/run.py --only {name} --rounds {arguments.rounds}{quick}",
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "packages": _versions(),
    }


def in_own_process(name: str, rounds: int, quick: bool) -> list[Row]:
    """One benchmark in a fresh process, so that the threads and memory of one do not weigh on another."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_measure, name, rounds, quick).result()


def _measure(name: str, rounds: int, quick: bool) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        return importlib.import_module(name).measure(Path(folder), rounds, quick)


def _versions() -> dict[str, str]:
    versions = {}
    for name in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return versions


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), "")


if __name__ == "__main__":
    main()
