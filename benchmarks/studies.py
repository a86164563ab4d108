"""Simulate 1,000 studies of each kind and print how the methods of `regress` do.

python benchmarks/studies.py [--studies 1000] [--out docs/support/studies.json]

The studies are those of tests/arrays/stats/studies.py: 5,000 rows, 500 of them coded, a classifier whose
errors depend on the explanations.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path

REPO = Path(__file__).parents[1]
sys.path.insert(0, str(REPO))

from tests.arrays.stats.studies import predicted_covariate, predicted_outcome, summarize  # noqa: E402

# Kind, simulation, family, and the coefficient that the errors bias most.
STUDIES = (
    ("predicted outcome, ols", predicted_outcome, "ols", 2),
    ("predicted outcome, logit", predicted_outcome, "logit", 2),
    ("predicted explanation, ols", predicted_covariate, "ols", 1),
    ("predicted explanation, logit", predicted_covariate, "logit", 1),
)


def main() -> None:
    """Run them, print a table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=1000)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    rows = []
    for kind, make, family, term in STUDIES:
        found = summarize([make(seed, family) for seed in range(arguments.studies)])
        for method, one in found.items():
            row = {
                "study": kind,
                "method": method,
                "bias": round(float(one.bias[term]), 4),
                "coverage": round(float(one.coverage[term]), 3),
                "width": round(float(one.width[term]), 4),
                "least_coverage": round(float(one.coverage.min()), 3),
                "most_coverage": round(float(one.coverage.max()), 3),
                "width_to_gold": round(float((one.width / found["gold"].width).max()), 3),
            }
            rows.append(row)
            print("  ".join(f"{value!s:>10}" for value in row.values()), flush=True)
    if arguments.out is not None:
        about = {
            "command": f"python benchmarks/studies.py --studies {arguments.studies}",
            "date": dt.datetime.now(dt.UTC).date().isoformat(),
            "rows": rows,
        }
        arguments.out.write_text(json.dumps(about, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
