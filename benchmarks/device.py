"""How well a device is used: pictures a second, share of the roofline, and of the time; memory.

``python benchmarks/run.py --only device --rounds 5`` needs neither PyTorch nor onnxruntime.

The same on CPU, GPU and TPU: JAX takes the best there is. The roofline (Williams, Waterman and
Patterson 2009) is the rate of a fully used device: a batch's operations at the speed of a large
matrix product, or its parameters, pixels and results at the speed of a copy, whichever takes
longer.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import fine_tune
import numpy as np
import pictures
from measure import Row

import imagesasdata as iad
from imagesasdata.arrays.pixels import center_square
from imagesasdata.engine.runner import Runner
from imagesasdata.files.decode import decode
from imagesasdata.networks.program import Network
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.card import Preprocess

MODEL = "efficientnet_lite0"
SIDE, COPIED = 4096, 2**26
BATCHES = 8
FILES = 400
RANDOM = "resnet50"


def measure(folder: Path, rounds: int, quick: bool) -> list[Row]:
    """The default classifier and a ResNet-50 with random weights alone; the first one from files."""
    files = 32 if quick else FILES
    own = registry.load(MODEL, task="classify")
    size = own.card.preprocess.size
    rows, alone = _network(MODEL, own.program, size, rounds)
    rows += _network(f"{RANDOM}, random weights", _random(RANDOM), size, rounds)[0]
    paths = pictures.linked(folder, pictures.small(folder, min(files, 200)), files)
    seconds = [_seconds(lambda: iad.classify(paths, progress=False)) for _ in range(max(2, rounds))]
    # The first run compiles.
    whole = files / statistics.median(seconds[1:])
    decoded = _decoding(paths[:32], own.card.preprocess, rounds)
    return [
        *rows,
        Row("classify, from files of 500 x 375", whole, "/s"),
        Row("share of the time in which the device computes", 100 * whole / alone, "%"),
        Row("decoding of files of 500 x 375, by one core", decoded, "/s"),
        Row("cores that decode as fast as the device computes", alone / decoded, ""),
        Row("a step of training, pictures", _training(rounds), "/s"),
        *_memory(),
    ]


def _decoding(paths: list[str], prepare: Preprocess, rounds: int) -> float:
    files = [Path(path).read_bytes() for path in paths]

    def every() -> None:
        for data in files:
            center_square(
                decode(data, short_side=prepare.short_side()), prepare.size, prepare.share
            )

    return len(files) / min(_seconds(every) for _ in range(rounds + 1))


def _training(rounds: int) -> float:
    import jax

    trainer, pixels, _ = fine_tune._trainer(fine_tune.BATCH, jax.local_devices())
    trained, batch = trainer.start(), fine_tune._batch(pixels)

    def step() -> None:
        jax.block_until_ready(trainer.gradients(trained, batch, 1)[0])

    step()
    return len(pixels) / statistics.median(_seconds(step) for _ in range(rounds))


def _memory() -> list[Row]:
    """The most memory in use so far on each device that reports it; a CPU does not."""
    import jax

    stats = {str(device): device.memory_stats() or {} for device in jax.local_devices()}
    return [
        Row(f"peak memory of {name}", one["peak_bytes_in_use"] / 2**20, "MiB")
        for name, one in stats.items()
        if "peak_bytes_in_use" in one
    ]


def _network(name: str, network: Network, size: int, rounds: int) -> tuple[list[Row], float]:
    runner = Runner(network)
    count = runner.batch_size
    batch = pictures.coarse(count, size)

    def lane(number: int) -> None:
        for _ in range(BATCHES):
            runner(batch, number)

    def every() -> None:
        with ThreadPoolExecutor(runner.lanes) as pool:
            list(pool.map(lane, range(runner.lanes)))

    every()
    done = count * BATCHES * runner.lanes
    rate = done / statistics.median(_seconds(every) for _ in range(rounds))
    operations, moved = _cost(runner, batch)
    products, copies = _limits(runner, rounds)
    devices = len(runner._devices)
    limit = devices * count / max(operations / products, moved / copies)
    details = {
        "device": str(runner._devices[0].device_kind),
        "devices": devices,
        "precision": runner.precision,
        "batch": count,
        "operations_per_picture": operations / count,
        "bytes_per_picture": moved / count,
        "operations_per_second_of_a_large_product": products,
        "bytes_per_second_of_a_copy": copies,
        "roofline_pictures_per_second": limit,
    }
    rows = [
        Row(f"{name}: the network alone", rate, "/s", details=details),
        Row(f"{name}: share of the roofline", 100 * rate / limit, "%"),
    ]
    return rows, rate


def _cost(runner: Runner, batch: np.ndarray) -> tuple[float, float]:
    """Operations of a batch, as XLA counts them, and the bytes that have to be moved for it.

    XLA's own count of bytes has every value between two layers, of which most stay in a cache.
    """
    compiled = runner._function.lower(runner._params[0], batch).compile()
    needs = compiled.memory_analysis()
    moved = needs.argument_size_in_bytes + needs.output_size_in_bytes
    return float(compiled.cost_analysis()["flops"]), float(moved)


def _limits(runner: Runner, rounds: int) -> tuple[float, float]:
    """Operations a second of a large matrix product, and bytes a second of a copy, on one device."""
    import jax
    import jax.numpy as jnp

    device = runner._devices[0]
    square = jax.device_put(jnp.ones((SIDE, SIDE), runner.precision), device)
    long = jax.device_put(jnp.ones(COPIED, jnp.float32), device)
    product, copy = jax.jit(lambda x: x @ x), jax.jit(lambda x: x + 1)

    def fastest(run: Callable[[Any], Any], value: Any) -> float:
        run(value).block_until_ready()
        return min(_seconds(lambda: run(value).block_until_ready()) for _ in range(rounds))

    return 2 * SIDE**3 / fastest(product, square), 2 * 4 * COPIED / fastest(copy, long)


def _random(name: str) -> Network:
    family, card = registry._find(name)
    assert family.build is not None
    network = family.build(card)
    network.eval()
    inference = family.inference(network)
    return Network(registry.normalized(inference.apply, card), inference.params, half=True)


def _seconds(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
