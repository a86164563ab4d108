"""The network alone: EfficientNet-Lite0 on 32 pictures that are in memory already."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import peers
import pictures
from measure import Row, alternate, speed_ratios

from imagesasdata.engine.runner import Runner
from imagesasdata.machine import cores
from imagesasdata.networks.zoo.registry import load

COUNT, MICRO_BATCH = 32, 4
TOLERANCE = 1e-3
TARGETS = {"onnxruntime": 0.85, "PyTorch": 4.0}


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Speed of the forward pass against PyTorch and onnxruntime, once all give the same numbers."""
    pixels = pictures.coarse(COUNT)
    prepared = peers.normalize(pixels)

    model = load(peers.MODEL, task="classify")
    runner = Runner(model.program, device="cpu")
    module = peers.torch_module()
    eager = peers.torch_network(module, cores())
    file = peers.export(module, folder / "network.onnx")
    default = peers.onnx_network(file)
    single = [peers.onnx_network(file, 1) for _ in range(cores())]

    def ours(lane: int, start: int) -> np.ndarray:
        return runner(pixels[start : start + runner.batch_size], lane)["logits"]

    def one_thread(network: peers.Network, start: int) -> np.ndarray:
        return network(prepared[start : start + MICRO_BATCH])

    programs = {
        "imagesasdata": lambda: peers.in_threads(
            range(runner.lanes), ours, range(0, COUNT, runner.batch_size)
        ),
        "onnxruntime": lambda: default(prepared),
        "onnxruntime, a session for each core": lambda: peers.in_threads(
            single, one_thread, range(0, COUNT, MICRO_BATCH)
        ),
        "PyTorch": lambda: eager(prepared),
    }
    expected = programs["PyTorch"]()
    largest = {name: float(abs(run() - expected).max()) for name, run in programs.items()}
    assert max(largest.values()) < TOLERANCE, largest
    seconds = alternate(programs, rounds)
    return speed_ratios(f"network, {COUNT} pictures", seconds, TARGETS)
