"""How often the verbs are right on labeled pictures: runs each script that the docs take figures from.

python benchmarks/evaluate.py [--only NAME,NAME]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from labeled import DATA

# Each prints its figures with their intervals, and reads pictures from the folder DATA.
ALL = (
    *("faces", "faces_frame", "faces_identity", "faces_looks"),
    *("words", "words_direction", "words_print"),
)


def main() -> None:
    """Run the chosen scripts, each in a process of its own; the exit status says whether all ran."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(ALL), help=", ".join(ALL))
    names = parser.parse_args().only.split(",")
    if unknown := [name for name in names if name not in ALL]:
        parser.error(f"there is no {unknown[0]!r}; choose from {', '.join(ALL)}")
    if not DATA.is_dir():
        print(f"skipped: there are no labeled pictures in {DATA}; set IMAGESASDATA_DATA")
        return
    failed = []
    for name in names:
        print(f"\n== {name}", flush=True)
        start = time.perf_counter()
        script = Path(__file__).with_name(f"{name}.py")
        if subprocess.run([sys.executable, script], check=False).returncode:
            failed.append(name)
        print(f"({time.perf_counter() - start:.0f} s)", flush=True)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
