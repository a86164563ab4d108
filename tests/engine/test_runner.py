"""The runner: batches that fit into memory, halves where they do not, and half precision."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import imagesasdata as iad
from imagesasdata import machine
from imagesasdata.engine import runner
from imagesasdata.engine.runner import Runner, halved, runner_for
from imagesasdata.networks.program import Network, Several, apart, side_by_side
from imagesasdata.networks.zoo import registry

GIB = 2**30


class Crowded:
    """A function with room for a number of samples; it records the sizes of its calls."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.sizes: list[int] = []

    def __call__(self, params: Any, batch: Any) -> dict[str, Any]:
        self.sizes.append(len(batch))
        if len(batch) > self.room:
            raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 99 bytes.")
        return {"sum": batch.astype("float32").sum(axis=1) + params}


def lane(function: Crowded, batch_size: int) -> Runner:
    return Runner(Network(function, np.float32(1)), device="cpu", batch_size=batch_size)


@pytest.mark.parametrize(
    ("size", "room", "ran"), [(8, 2, [8, 4, 2]), (7, 3, [7, 4, 2]), (6, 5, [6, 3])]
)
def test_a_batch_too_large_is_run_in_halves(size: int, room: int, ran: list[int]) -> None:
    function = Crowded(room)
    batch = np.arange(3 * size, dtype=np.uint8).reshape(size, 3)
    run = lane(function, size)
    with pytest.warns(iad.SmallerBatchWarning, match="pictures at once do not fit") as told:
        got = run(batch, 0)
    np.testing.assert_array_equal(got["sum"], batch.sum(axis=1) + 1)
    assert function.sizes == ran
    assert len(told) == len(ran) - 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = run(batch, 0)
    np.testing.assert_array_equal(again["sum"], got["sum"])
    assert run.batch_size == size


def test_it_says_when_it_compiles() -> None:
    notes: list[str] = []
    run = lane(Crowded(9), 2)
    run.note = notes.append
    batch = np.zeros((2, 3), np.uint8)
    for _ in range(3):
        run(batch, 0)
    assert notes == [runner.COMPILING, ""]
    failing = lane(Crowded(0), 1)
    failing.note = notes.append
    with pytest.raises(iad.DeviceError):
        failing(batch[:1], 0)
    assert notes[2:] == [runner.COMPILING, ""]


def test_several_networks_each_get_their_own_pixels() -> None:
    networks = tuple(Network(Crowded(9), np.float32(one)) for one in (1, 2))
    pixels = [np.arange(6, dtype=np.uint8).reshape(2, 3), np.arange(4, dtype=np.uint8)]
    several = Several(networks, tuple(one.shape for one in pixels))
    run = runner_for(several, device="cpu", batch_size=2)
    sample = side_by_side(pixels)
    first, second = apart(run(np.stack([sample, 2 * sample]), 0), 2)
    np.testing.assert_array_equal(first["sum"], [[4, 6, 8], [7, 11, 15]])
    np.testing.assert_array_equal(second["sum"], [8, 14])
    assert (run.batch_size, run.precision) == (2, "float32")


def test_where_not_even_one_fits() -> None:
    with (
        pytest.warns(iad.SmallerBatchWarning),
        pytest.raises(
            iad.DeviceError, match="does not hold even one picture .*\nHint: close other"
        ),
    ):
        lane(Crowded(0), 4)(np.zeros((4, 3), np.uint8), 0)


def test_another_fault_is_not_taken_for_want_of_memory() -> None:
    def broken(params: Any, batch: Any) -> dict[str, Any]:
        raise RuntimeError("the driver is gone")

    run = Runner(Network(broken, np.float32(0)), device="cpu")
    with pytest.raises(RuntimeError, match="the driver is gone"):
        run(np.zeros((2, 3), np.uint8), 0)


@pytest.mark.parametrize(
    ("gibibytes", "batch"), [(None, 64), (0.01, 1), (2, 16), (6, 32), (8, 64), (16, 128), (80, 256)]
)
def test_a_batch_by_the_memory_of_the_device(gibibytes: float | None, batch: int) -> None:
    def device(size: float | None) -> Any:
        stats = None if size is None else {"bytes_limit": int(size * GIB), "bytes_in_use": 5}
        return SimpleNamespace(memory_stats=lambda: stats)

    assert machine.accelerator_batch([device(gibibytes)]) == batch
    if gibibytes is not None:
        assert machine.accelerator_batch([device(80), device(gibibytes)]) == batch
        assert machine.free_memory(device(gibibytes)) == int(gibibytes * GIB) - 5
    assert machine.free_memory(device(None)) is None


def test_what_the_compiler_says_it_needs_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    # The answer for each picture takes 1 MiB.
    def hungry(params: Any, batch: Any) -> dict[str, Any]:
        return {"table": batch[:, :1, None].astype("float32") * params}

    room = 0
    monkeypatch.setattr(runner, "free_memory", lambda _: room)
    params = np.full((512, 512), 0.5, np.float32)
    batch = np.arange(8, dtype=np.uint8).reshape(8, 1)
    room = 100 * GIB
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        enough = Runner(Network(hungry, params), device="cpu", batch_size=8)(batch, 0)
    # For three pictures on every lane.
    room = 3 * 2**20 * machine.cores()
    with pytest.warns(iad.SmallerBatchWarning) as told:
        little = Runner(Network(hungry, params), device="cpu", batch_size=8)(batch, 0)
    np.testing.assert_array_equal(little["table"], enough["table"])
    assert "continuing with 2" in str(told[-1].message)


HUNGRY = """
import resource, sys, warnings
import jax.numpy as jnp, numpy as np
from imagesasdata.engine.runner import Runner
from imagesasdata.networks.program import Network
limit = int(sys.argv[1]) * 2**20

def hungry(params, batch):
    # 4 MiB for each picture, which are sorted and so must be kept at once.
    table = jnp.sin(batch[:, :1, None].astype("float32") * params)
    return {"middle": jnp.sort(table, axis=1)[:, 512].mean(axis=1)}

params = np.random.default_rng(0).normal(size=(1024, 1024)).astype(np.float32)
run = Runner(Network(hungry, params), device="cpu", batch_size=64)
run(np.ones((1, 1), np.uint8), 0)
used = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmSize"))
resource.setrlimit(resource.RLIMIT_AS, (used * 1024 + limit,) * 2)
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    got = run(np.ones((64, 1), np.uint8), 0)["middle"]
print(len(told), got.shape, float(np.ptp(got)))
print(told[-1].message)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process as Linux does")
def test_real_want_of_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HUNGRY, "200"], env=os.environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    halvings, shape = done.stdout.split()[:2]
    assert int(halvings) >= 1
    assert shape == "(64,)"
    assert "do not fit into the memory" in done.stdout


@pytest.mark.slow
def test_half_precision_changes_little(example_photos: Path) -> None:
    import jax

    model = registry.load("efficientnet_lite0", task="classify")
    assert model.program.half
    family, card = registry._find("efficientnet_lite0")
    inference = family.inference(family.read(card, registry._files(card)))
    apply = jax.jit(registry.normalized(inference.apply, card))
    photos = [
        example_photos / f"{name}.jpg" for name in ("astronaut", "chelsea", "coffee", "rocket")
    ]
    pixels = np.stack([_square(path, card.preprocess.size) for path in photos])
    full = apply(inference.params, pixels)
    half = apply(halved(jax.device_put(inference.params)), pixels)
    assert {str(leaf.dtype) for leaf in half.values()} == {"bfloat16"}
    chances, rounded = (
        np.asarray(jax.nn.softmax(one["logits"].astype("float32"))) for one in (full, half)
    )
    assert 0 < np.abs(chances - rounded).max() < 0.15
    vectors, short = (np.asarray(one["embedding"], np.float32) for one in (full, half))
    cosines = (
        (vectors * short).sum(1) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(short, axis=1)
    )
    assert cosines.min() > 0.98


def _square(path: Path, size: int) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as photo:
        return np.asarray(photo.convert("RGB").resize((size, size)))


# The first of each family: the others differ in size alone.
BUILT = [
    family.cards[0].name
    for family in registry.FAMILIES
    if family.build is not None and registry.half_will_do(family.cards[0])
]


@pytest.mark.parametrize("name", BUILT)
def test_every_network_can_be_traced_in_half_precision(name: str) -> None:
    import jax
    import jax.numpy as jnp
    from flax import nnx

    family, card = registry._find(name)
    form, shapes = nnx.split(registry.architecture(name))
    network = nnx.merge(form, jax.tree.map(lambda leaf: np.ones(leaf.shape, leaf.dtype), shapes))
    inference = family.inference(network)
    side = card.preprocess.size
    outputs = jax.eval_shape(
        registry.normalized(inference.apply, card),
        jax.eval_shape(halved, inference.params),
        jax.ShapeDtypeStruct((2, side, side, 3), jnp.uint8),
    )
    assert {leaf.dtype for leaf in outputs.values()} == {jnp.dtype(jnp.bfloat16)}


@pytest.mark.parametrize("name", ["centernet", "blazeface_full", "dlib_resnet", "blip_base"])
def test_where_places_or_faces_count_single_precision(name: str) -> None:
    assert not registry.half_will_do(registry.card(name))
