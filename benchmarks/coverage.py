"""Simulate studies of each design of the grid, and print how often each verb's intervals hold the truth.

python benchmarks/coverage.py [--studies 200] [--out coverage.json]

The designs are those of tests/verbs/trust/grid.py, the verbs the public ones.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path

REPO = Path(__file__).parents[1]
sys.path.insert(0, str(REPO))

from tests.verbs.trust.coverage import summarize  # noqa: E402
from tests.verbs.trust.grid import GRID  # noqa: E402


def main() -> None:
    """Run them, print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    rows = []
    for design, intervals in GRID.items():
        found = summarize([intervals(seed) for seed in range(arguments.studies)])
        for name, one in found.items():
            row = {
                "design": design,
                "interval": name,
                "coverage": round(one.coverage, 3),
                "told": round(one.told, 3),
                "refused": round(one.refused, 3),
            }
            rows.append(row)
            print("  ".join(f"{value!s:>10}" for value in row.values()), flush=True)
    if arguments.out is not None:
        about = {
            "command": f"python benchmarks/coverage.py --studies {arguments.studies}",
            "date": dt.datetime.now(dt.UTC).date().isoformat(),
            "rows": rows,
        }
        arguments.out.write_text(json.dumps(about, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
