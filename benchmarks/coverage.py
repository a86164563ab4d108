"""Simulate studies of each design of the grid, and print how often each verb's intervals hold the truth.

python benchmarks/coverage.py [--studies 200] [--only simple folds] [--out coverage.json]

With ``--only``, the rows of other designs in the file stay.

The designs are those of tests/verbs/trust/grid.py, the verbs the public ones.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

REPO = Path(__file__).parents[1]
sys.path.insert(0, str(REPO))

from tests.verbs.trust.coverage import Summary, summarize  # noqa: E402
from tests.verbs.trust.grid import GRID  # noqa: E402


def main() -> None:
    """Run them, print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--only", nargs="+", choices=list(GRID), default=list(GRID))
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    rows = []
    for design in arguments.only:
        found = summarize([GRID[design](seed) for seed in range(arguments.studies)])
        for name, one in found.items():
            row = {"design": design, "interval": name, **_rounded(one)}
            rows.append(row)
            print("  ".join(f"{value!s:>10}" for value in row.values()), flush=True)
    if arguments.out is not None:
        _write(rows, arguments.studies, arguments.out)


def _rounded(found: Summary) -> dict[str, float | None]:
    shares = {"coverage": found.coverage, "told": found.told, "refused": found.refused}
    return {name: None if share != share else round(share, 3) for name, share in shares.items()}


def _write(rows: list[dict[str, Any]], studies: int, out: Path) -> None:
    kept = json.loads(out.read_text("utf-8"))["rows"] if out.exists() else []
    new = {row["design"] for row in rows}
    rows = rows + [row for row in kept if row["design"] not in new]
    about = {
        "command": f"python benchmarks/coverage.py --studies {studies}",
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "rows": sorted(rows, key=lambda row: list(GRID).index(row["design"])),
    }
    out.write_text(json.dumps(about, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
