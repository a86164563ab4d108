"""Prepared networks on disk: the same results, built once, and damaged files refused."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import imagesasdata as iad
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.family import Inference, shapes
from imagesasdata.networks.zoo.prepared import prepared, sources

BATCH = np.arange(6, dtype=np.float32).reshape(2, 3)
WEIGHTS = np.asarray([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], np.float32)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for prepared networks."""
    monkeypatch.setenv("IMAGESASDATA_HOME", str(tmp_path))
    return tmp_path / "prepared"


def network() -> Inference:
    """The parameters of a small network: a matrix, a missing one, and a number."""
    params = {
        "last": (WEIGHTS, None),
        "first": 4.0 * np.ones(3, np.float32),
        "half": np.asarray(0.5, np.float32),
    }

    def apply(params: dict, x: jax.Array) -> dict[str, jax.Array]:
        return {"logits": jnp.tanh(x * params["first"] * params["half"]) @ params["last"][0]}

    return Inference(params, apply)


def never() -> Inference:
    """Replaces a network that must not be built again."""
    raise AssertionError("built again")


def run(
    build: Callable[[], Inference], batch: np.ndarray = BATCH, weights: str = "a"
) -> np.ndarray:
    """The network's output for a batch."""
    params, apply = prepared("small", weights, build)
    return np.asarray(jax.jit(apply)(params, batch)["logits"])


EXPECTED = np.tanh(2 * BATCH) @ WEIGHTS


def test_a_later_process_neither_builds_nor_traces(home: Path) -> None:
    np.testing.assert_allclose(run(network), EXPECTED, rtol=1e-6)
    np.testing.assert_array_equal(run(never), run(network))


def test_a_new_shape_is_traced_and_kept_beside_the_first(home: Path) -> None:
    run(network)
    np.testing.assert_allclose(run(network, BATCH[:1]), EXPECTED[:1], rtol=1e-6)
    assert len(list(home.glob("small/*/float32-*"))) == 2
    np.testing.assert_allclose(run(never, BATCH[:1]), EXPECTED[:1], rtol=1e-6)


def doubled() -> Inference:
    params, apply = network()
    return Inference({**params, "last": (2 * WEIGHTS, None)}, apply)


def test_files_of_another_network_are_not_taken(home: Path) -> None:
    run(network)
    (folder,) = home.glob("small/*")
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    np.testing.assert_allclose(run(doubled, weights="b"), 2 * EXPECTED, rtol=1e-6)
    (other,) = home.glob("small/*")
    assert other != folder
    for name, data in files.items():
        (other / name).write_bytes(data)
    np.testing.assert_allclose(run(doubled, weights="b"), 2 * EXPECTED, rtol=1e-6)


@pytest.mark.parametrize("pattern", ["parameters", "float32-2x3"])
@pytest.mark.parametrize("keep", [0, 10, -1])
def test_what_is_damaged_is_made_again(home: Path, pattern: str, keep: int) -> None:
    run(network)
    (path,) = home.glob(f"small/*/{pattern}")
    path.write_bytes(path.read_bytes()[:keep] if keep else b"")
    np.testing.assert_allclose(run(network), EXPECTED, rtol=1e-6)
    np.testing.assert_allclose(run(never), EXPECTED, rtol=1e-6)


def test_other_weights_replace_what_was_kept(home: Path) -> None:
    run(network)
    other = network()
    other.params["last"] = (-WEIGHTS, None)
    np.testing.assert_allclose(run(lambda: other, weights="b"), -EXPECTED, rtol=1e-6)
    assert len(list(home.glob("small/*"))) == 1


def test_a_changed_library_keeps_its_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(network)
    monkeypatch.setattr("imagesasdata.networks.zoo.prepared.version", lambda package: "999.0")
    with pytest.raises(AssertionError, match="built again"):
        run(never)


def test_a_large_network_is_not_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagesasdata.networks.zoo.prepared.LARGEST", WEIGHTS.nbytes)
    np.testing.assert_allclose(run(network), EXPECTED, rtol=1e-6)
    assert not list(home.rglob("*"))


def test_a_place_that_cannot_be_written_keeps_nothing(home: Path) -> None:
    home.write_text("a file where the folder should be")
    np.testing.assert_allclose(run(network), EXPECTED, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [card.name for family in registry.FAMILIES if family.build for card in family.cards[:1]],
)
def test_every_architecture_can_be_kept(name: str) -> None:
    """Its program can be written, which not every operation of JAX's can."""
    family, card = registry._find(name)
    assert family.build is not None
    module = shapes(family.build, card)
    nnx.update(module, jax.tree.map(lambda one: np.zeros(one.shape, one.dtype), nnx.state(module)))
    inference = family.inference(module)
    size = card.preprocess.size
    program = jax.export.export(jax.jit(inference.apply), platforms=["cpu"])(
        inference.params, jax.ShapeDtypeStruct((2, size, size, 3), np.float32)
    )
    assert len(program.mlir_module_serialized) > 1000


@pytest.mark.slow
def test_the_default_model_is_kept(home: Path) -> None:
    registry._load.cache_clear()
    model = registry.load("efficientnet_lite0", task="classify")
    pixels = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), np.uint8)
    found = np.asarray(jax.jit(model.apply)(model.params, pixels)["logits"])
    direct = registry.as_model("efficientnet_lite0", registry.network("efficientnet_lite0"))
    expected = np.asarray(jax.jit(direct.apply)(direct.params, pixels)["logits"])
    np.testing.assert_allclose(found, expected, atol=1e-4)
    registry._load.cache_clear()


def test_what_is_kept_depends_on_all_code_that_makes_a_network() -> None:
    """All that the registry imports, but for what reads files and reports."""
    package = Path(iad.__file__).parent
    hashed, seen, waiting = set(sources()), set(), [Path(registry.__file__)]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("imagesasdata"):
                within = (node.module or "").split(".")[1:]
                for name in (None, *(alias.name for alias in node.names)):
                    place = package.joinpath(*within, *([] if name is None else [name]))
                    found = (place.with_suffix(".py"), place / "__init__.py")
                    waiting += [
                        one for one in found if one.is_file() and one != package / "__init__.py"
                    ]
    other = {path.relative_to(package).parts[0] for path in seen - hashed}
    assert len(seen & hashed) > 80
    assert other <= {
        "columns.py",
        "errors.py",
        "extras.py",
        "machine.py",
        "progress.py",
        "files",
    }
