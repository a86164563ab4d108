"""CenterNet and NanoDet: from pixels to outputs, beside TensorFlow.js in Node with the same weights.

TensorFlow.js's packages (tfjs-core, tfjs-converter and both backends, cpu and wasm) are looked for in the
folder that ``IMAGESASDATA_TFJS`` names; without them or Node this gives nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from measure import REST_SECONDS, Row

from imagesasdata.engine.runner import Runner
from imagesasdata.networks.weights.store import locate
from imagesasdata.networks.zoo import registry

AIM = 3.0
# Pictures and rounds for each backend: the plain one takes some ten seconds a picture.
BACKENDS = {"wasm": (8, 4), "cpu": (1, 1)}
OWN = 16


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Milliseconds a picture of each, in turns, and how fast ours is in the peer's terms."""
    modules = os.environ.get("IMAGESASDATA_TFJS", "")
    if not modules or not shutil.which("node"):
        return []
    rows = []
    for name in ("centernet", "nanodet"):
        for backend, (_, most) in BACKENDS.items():
            if not (Path(modules) / "@tensorflow" / f"tfjs-backend-{backend}").is_dir():
                continue
            times = [compare(name, backend, modules) for _ in range(min(rounds, most))]
            ratios = [theirs / ours for ours, theirs in times]
            details = {
                "milliseconds": round(statistics.median(ours for ours, _ in times), 1),
                "peer_milliseconds": round(statistics.median(theirs for _, theirs in times), 1),
                "ratios": [round(ratio, 2) for ratio in ratios],
            }
            what = f"{name}, speed against TensorFlow.js ({backend}) in Node"
            rows.append(Row(what, statistics.median(ratios), "x", at_least=AIM, details=details))
    return rows


def compare(name: str, backend: str, modules: str) -> tuple[float, float]:
    """Milliseconds a picture, ours and theirs, one after the other."""
    return ours(name), theirs(name, backend, modules)


def ours(name: str) -> float:
    """On all cores, as the verb runs it; with the suppression of boxes that the peer leaves out."""
    model = registry.load(name, task="detect_objects")
    size = model.card.preprocess.size
    runner = Runner(model.program, device="cpu", batch_size=1)
    batch = np.random.default_rng(0).integers(0, 256, (1, size, size, 3), dtype=np.uint8)
    runner(batch, 0)
    time.sleep(REST_SECONDS)
    start = time.perf_counter()
    with ThreadPoolExecutor(runner.lanes) as pool:
        list(pool.map(lambda number: runner(batch, number % runner.lanes), range(OWN)))
    return 1000 * (time.perf_counter() - start) / OWN


def theirs(name: str, backend: str, modules: str) -> float:
    """As Node runs it by itself."""
    manifest, shard = map(locate, registry.card(name).weights)
    script = Path(__file__).with_name("objects_tfjs.js")
    done = subprocess.run(
        ["node", script, manifest, shard, backend, str(BACKENDS[backend][0])],
        env={**os.environ, "NODE_PATH": modules},
        check=True,
        capture_output=True,
        text=True,
    )
    return float(json.loads(done.stdout.strip().splitlines()[-1])["milliseconds"])
