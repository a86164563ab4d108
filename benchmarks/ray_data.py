"""`classify` on a Ray Dataset, with an actor for each core, against the same in process."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path
from typing import Any

import pictures
from measure import Row

import imagesasdata as iad
from imagesasdata.machine import cores

FILES, MANY, FEW, ROWS = 200, 5000, 600, 100
AT_LEAST = 0.8


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Pictures a second of both after start-up, seconds of start-up, and when a cluster pays."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray

    count = FEW if quick else MANY
    paths = pictures.linked(folder, pictures.small(folder, FILES), count)
    start = time.perf_counter()
    ray.init(num_cpus=cores(), include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    launched = time.perf_counter() - start
    iad.classify(paths[:20], progress=False)  # compiles
    ratios, first, own, theirs = [], [], [], []
    for _ in range(min(rounds, 5)):
        start = time.perf_counter()
        iad.classify(paths, progress=False)
        own.append(count / (time.perf_counter() - start))
        waited, rate = _on_ray(paths)
        first.append(waited)
        theirs.append(rate)
        ratios.append(theirs[-1] / own[-1])
    ray.shutdown()
    begin = launched + statistics.median(first)
    rate, ratio = statistics.median(own), statistics.median(ratios)
    details = {"own": own, "ray": theirs, "ratios": ratios, "first_block": first}
    # One machine: rate r in process and q r on Ray never meet for q < 1. Of two machines Ray has
    # 2 q r, and n / r = start-up + n / (2 q r) gives n.
    pays = rate * begin / (1 - 1 / (2 * ratio)) if ratio > 0.5 else float("inf")
    return [
        Row(f"{count:,} files of 500 x 375, rate against that in process", ratio, "x", AT_LEAST,
            details=details),
        Row("rate in process", rate, "/s"),
        Row("start of Ray", launched, "s"),
        Row("from the call to the first block", statistics.median(first), "s"),
        Row("pictures from which two such machines pay", pays, ""),
    ]  # fmt: skip


def _on_ray(paths: list[str]) -> tuple[float, float]:
    """Seconds to the first block, and pictures a second once every actor has given one."""
    start = time.perf_counter()
    with iad.ray_workers(actors=cores(), rows=ROWS):
        dataset = iad.classify(iad.ray_dataset(paths))
    waited, began, rows = 0.0, start, 0
    for number, block in enumerate(_blocks(dataset), start=1):
        if number == 1:
            waited = time.perf_counter() - start
        # What the other actors have half done by the first block would count as nothing.
        if number == 2 * cores():
            began = time.perf_counter()
        elif number > 2 * cores():
            rows += len(block)
    return waited, rows / (time.perf_counter() - began)


def _blocks(dataset: Any) -> Any:
    return dataset.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0)
