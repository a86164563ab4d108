"""A step of training all of EfficientNet-Lite0: gradients of a batch of pictures in memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pictures
from measure import Row, alternate, speed_ratios

BATCH, FEW = 32, 8
EVAL, TRAIN = "PyTorch, statistics fixed", "PyTorch, statistics of the batch"
TARGETS = {EVAL: 2.0, TRAIN: 2.0}
LIMIT_MIB = 6 * 1024.0
TOLERANCE = 1e-3


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """Speed of a step against PyTorch eager, once the gradients agree; memory of ours alone.

    A step of PyTorch takes long, so there are few rounds.
    """
    import peers
    import torch

    from imagesasdata.machine import cores

    count = FEW if quick else BATCH
    ours, pixels, codes = _trainer(count, _cpu())
    trained = ours.start()
    module = peers.torch_module()
    module._fc = torch.nn.Linear(1280, 1)
    module._fc.weight.data.zero_()
    module._fc.bias.data.zero_()
    torch.set_num_threads(cores())
    inputs = torch.from_numpy(peers.normalize(pixels))
    wanted = torch.from_numpy(codes).float()

    def step(*, fixed: bool) -> np.ndarray:
        module.train(not fixed)
        module.zero_grad()
        outputs = module(inputs)[:, 0]
        torch.nn.functional.binary_cross_entropy_with_logits(
            outputs, wanted, reduction="sum"
        ).backward()
        return module._fc.weight.grad.numpy()[0]

    def own() -> np.ndarray:
        gradients, _ = ours.gradients(trained, _batch(pixels), 1)
        return np.asarray(gradients["head.output.kernel"])[:, 0]

    expected, found = step(fixed=True), own()
    # The head's gradient sums all embeddings, so it is right only if the forward pass is.
    assert np.linalg.norm(found - expected) < TOLERANCE * np.linalg.norm(expected)
    programs = {
        "imagesasdata": own,
        EVAL: lambda: step(fixed=True),
        TRAIN: lambda: step(fixed=False),
    }
    seconds = alternate(programs, min(rounds, 3))
    rows = speed_ratios(f"a step of training, {count} pictures", seconds, TARGETS)
    return [*rows, Row(f"peak memory, batch of {count}", _peak(count), "MiB", at_most=LIMIT_MIB)]


def _cpu() -> Sequence[Any]:
    import jax

    return jax.local_devices(backend="cpu")


def _trainer(count: int, devices: Sequence[Any]):  # type: ignore[no-untyped-def]
    import jax
    from flax import nnx

    from imagesasdata.engine.compiled import use_compilation_cache
    from imagesasdata.machine import cores
    from imagesasdata.networks.nn.normalize import normalize
    from imagesasdata.networks.zoo import registry
    from imagesasdata.training.fit import PART
    from imagesasdata.training.head import Head
    from imagesasdata.training.network import Tuned, split_module
    from imagesasdata.training.outcome import find_outcome
    from imagesasdata.training.trainer import Objective, Trainer

    use_compilation_cache()
    pixels = pictures.coarse(count)
    codes = (np.arange(count) % 2).astype(np.int32)
    prepare = registry.card("efficientnet_lite0").preprocess
    module = Tuned(
        registry.network("efficientnet_lite0"),
        Head(1280, 1, rngs=nnx.Rngs(0)),
        lambda x: normalize(x, prepare.mean, prepare.sd),
    )
    network = split_module(
        module, lambda name: True, jax.ShapeDtypeStruct((1, *pixels.shape[1:]), np.uint8)
    )
    objective = Objective(
        outcome=find_outcome("y", [0, 1, 0, 1]), codes=codes, weights=np.ones(count, np.float32)
    )
    return Trainer(network, objective, devices, cores(), PART, 1), pixels, codes


def _batch(pixels: np.ndarray):  # type: ignore[no-untyped-def]
    from imagesasdata.training.batches import Batch

    return Batch(pixels, np.arange(len(pixels)))


def _peak(count: int) -> float:
    command = [sys.executable, __file__, str(count)]
    done = subprocess.run(command, env=os.environ, check=True, capture_output=True, text=True)
    return float(done.stdout)


def _child(count: int) -> None:
    from imagesasdata.training.optimizer import build_optimizer

    trainer, pixels, _ = _trainer(count, _cpu())
    optimizer = build_optimizer("adamw", 1e-4, l2=1e-4)
    update = trainer.update(optimizer)
    trained = trainer.start()
    state = optimizer.transform.init(trained)
    for epoch in range(2):
        gradients, sums = trainer.gradients(trained, _batch(pixels), epoch)
        trained, state = update(trained, state, gradients, sums.weight)
        assert np.isfinite(float(sums.loss))
    status = Path("/proc/self/status").read_text("utf-8").splitlines()
    peak = next(line for line in status if line.startswith("VmHWM"))
    print(int(peak.split()[1]) / 1024)


if __name__ == "__main__":
    _child(int(sys.argv[1]))
