"""One flipped bit in each kind of kept file: told or made again, never believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax._src import compilation_cache

from imagesasdata.columns import Column
from imagesasdata.engine.cache import Cache, key
from imagesasdata.engine.compiled import keep_programs
from imagesasdata.errors import ImagesAsDataError
from imagesasdata.networks.zoo.family import Inference
from imagesasdata.networks.zoo.prepared import prepared
from imagesasdata.training.arrays import read_arrays, write_arrays

WEIGHTS = np.arange(6, dtype=np.float32).reshape(3, 2)
BATCH = np.ones((1, 3), np.float32)
TIMES = [10, pytest.param(300, marks=pytest.mark.soak)]


def rows(place: Path) -> object:
    """What the cache gives for a picture; it is computed where it is not kept."""
    columns = (Column("x", "float64", "A number."), Column("name", "string", "A text."))
    kept = Cache(place, "verb", {}, columns)
    known = kept.find(content=key("a"))
    if known is None:
        kept.add(key("a"), None, [{"x": 0.1 * n, "name": f"row {n}"} for n in range(30)])
        kept.flush()
        return rows(place)
    return kept.take(range(known.start, known.start + known.count)).to_pylist()


def model(place: Path) -> object:
    """What a saved model or a checkpoint holds."""
    file = place / "model.safetensors"
    if not file.exists():
        write_arrays(file, "a format 1", {"w": WEIGHTS, "b": WEIGHTS[0]}, {"levels": ["a", "b"]})
    arrays, about = read_arrays(file, "a format 1")
    return {name: values.tolist() for name, values in arrays.items()}, about


def network(place: Path) -> object:
    """What a prepared network computes."""
    built = Inference({"w": WEIGHTS}, lambda params, x: {"y": jnp.tanh(x @ params["w"])})
    params, apply = prepared("small", "weights", lambda: built)
    return np.asarray(jax.jit(apply)(params, BATCH)["y"]).tolist()


def program(place: Path) -> object:
    """What a compiled program computes that is kept for the next process."""
    jax.clear_caches()
    keep_programs(place)
    return np.asarray(jax.jit(lambda x: jnp.tanh(x @ WEIGHTS))(BATCH)).tolist()


@pytest.fixture
def unlimited() -> Iterator[None]:
    """Programs are kept in the place that a test chooses, and then where they were before."""
    place = jax.config.jax_compilation_cache_dir  # type: ignore[attr-defined]
    yield
    compilation_cache.reset_cache()
    assert jax.config.jax_compilation_cache_dir == place  # type: ignore[attr-defined]


@pytest.mark.usefixtures("unlimited")
@pytest.mark.filterwarnings("ignore:The cache part")
@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("use", [rows, model, network, program])
def test_no_flipped_bit_is_believed(
    use: Callable[[Path], object], times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGESASDATA_HOME", str(tmp_path / "home"))
    expected = use(tmp_path)
    kept = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path: data for path, data in kept.items() if path.suffix != ".json"}
    chance = np.random.default_rng(times)
    told = 0
    for number in range(times):
        path, whole = list(kept.items())[number % len(kept)]
        damaged = bytearray(whole)
        damaged[chance.integers(len(whole))] ^= 1 << chance.integers(8)
        for aside in path.parent.glob("*.damaged"):
            aside.unlink()
        path.write_bytes(damaged)
        try:
            assert use(tmp_path) == expected
        except ImagesAsDataError:
            told += 1
        made = path.read_bytes() if path.exists() else b""
        assert made != damaged or use is model, "it is not left where it was"
        for one, data in kept.items():
            one.write_bytes(data)
    assert told == (times if use is model else 0), "a model cannot be made again"
    print(f"{use.__name__}: {times} flipped bits, {told} told, 0 believed")
