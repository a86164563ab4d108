"""Time and peak memory of `regress` with 1,000,000 rows and ten terms, each in a process of its own.

python benchmarks/regress.py [--rows 1000000]

Linux only, for it reads the peak from /proc.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

PROGRAM = """
import sys, time
import numpy as np, pandas as pd
import imagesasdata as iad
rows, family, method = int(sys.argv[1]), sys.argv[2], sys.argv[3]
random = np.random.default_rng(0)
data = pd.DataFrame(random.normal(size=(rows, 8)), columns=[f"x{place}" for place in range(8)])
data["group"] = random.choice(["a", "b"], rows)
linear = 0.3 * data.x0 - 0.2 * data.x1 + 0.1 * (data.group == "a")
truth = (random.random(rows) < 1 / (1 + np.exp(-linear))).astype(float)
wrong = random.random(rows) < np.where(data.group == "a", 0.2, 0.05)
data["y_pred"] = np.where(wrong, 1 - truth, truth)
data["y"] = np.where(random.random(rows) < 0.005, truth, np.nan)
formula = "y_pred ~ group + " + " + ".join(data.columns[:8])
start = time.perf_counter()
found = iad.regress(formula, data, gold={"y_pred": "y"}, method=method, family=family)
assert len(found.tidy()) == 10
seconds = time.perf_counter() - start
lines = open("/proc/self/status").read().splitlines()
peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 2**20
print(f"{family:8} {method:6} {seconds:6.1f} s  {peak:5.2f} GiB")
"""


def main() -> None:
    """Print a line for each family and method."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    for family in ("ols", "logit", "poisson"):
        for method in ("naive", "gold", "ppi", "dsl"):
            command = [sys.executable, "-c", PROGRAM, str(rows), family, method]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
