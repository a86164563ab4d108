"""From files to the most probable class, as a user would do it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import peers
import pictures
from measure import Row, alternate, speed_ratios

import imagesasdata as iad
from imagesasdata.machine import cores
from imagesasdata.networks.zoo.class_names import imagenet

BATCH, MICRO_BATCH = 32, 4
LOOP_ONNX, LOOP_TORCH = "a loop with onnxruntime", "a loop with PyTorch"
BEST_ONNX = "onnxruntime in threads, scaled decode"
LARGE_TARGETS = {LOOP_ONNX: 6.0, LOOP_TORCH: 7.0, BEST_ONNX: 0.8}
SMALL_TARGETS = {LOOP_ONNX: 0.9, LOOP_TORCH: 3.0, BEST_ONNX: 0.7}


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Speed of `classify` against loops that a user, or a specialist, would write."""
    module = peers.torch_module()
    eager = peers.torch_network(module, cores())
    file = peers.export(module, folder / "network.onnx")
    default = peers.onnx_network(file)
    single = [peers.onnx_network(file, 1) for _ in range(cores())]
    few, many = (24, 64) if quick else (24, 192)
    cases = {
        f"{few} files of 12 megapixels": (pictures.large(folder, few), LARGE_TARGETS),
        f"{many} files of 500 x 375": (pictures.small(folder, many), SMALL_TARGETS),
    }
    rows = []
    for case, (paths, targets) in cases.items():
        programs = {
            "imagesasdata": lambda paths=paths: _classify(paths),
            LOOP_ONNX: lambda paths=paths: peers.loop(default, paths, BATCH),
            LOOP_TORCH: lambda paths=paths: peers.loop(eager, paths, BATCH),
            BEST_ONNX: lambda paths=paths: peers.each_its_own(single, paths, MICRO_BATCH),
        }
        answers = {name: run() for name, run in programs.items()}
        # The others resize in another order, which may tip a close decision.
        assert (answers["imagesasdata"] == answers[BEST_ONNX]).all(), answers
        seconds = alternate(programs, rounds)
        rows += speed_ratios(case, seconds, targets)
        rows += _agreement(case, answers)
    return rows


def _classify(paths: list[str]) -> np.ndarray:
    number = {label_id: place for place, label_id in enumerate(imagenet().ids)}
    table = iad.classify(paths, progress=False)
    return np.array([number[label_id] for label_id in table["label_id"]])


def _agreement(case: str, answers: dict[str, np.ndarray]) -> list[Row]:
    same = float((answers["imagesasdata"] == answers[LOOP_TORCH]).mean())
    return [Row(f"{case}, same class as {LOOP_TORCH}", 100 * same, "%")]
