"""The reader of TensorFlow.js weights: every packing, and files that are damaged or lie."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.tfjs import read_tfjs

PACKED = {"dtype": "uint8", "scale": 0.5, "min": -1.0, "original_dtype": "float32"}


def spec(
    name: str, shape: list[int], dtype: str = "float32", packing: Any = None
) -> dict[str, Any]:
    described: dict[str, Any] = {"name": name, "shape": shape, "dtype": dtype}
    return {**described, "quantization": packing} if packing else described


WEIGHTS = [
    spec("plain", [2, 2]),
    spec("half", [3], packing={"dtype": "float16"}),
    spec("eight", [4], packing=PACKED),
    spec("sixteen", [2], packing={**PACKED, "dtype": "uint16", "scale": 0.25}),
    spec("whole", [2], "int32", {**PACKED, "scale": 1.0}),
    spec("count", [], "int32"),
    spec("yes", [3], "bool"),
]
DATA = b"".join(
    np.array(values, dtype).tobytes()
    for values, dtype in (
        ([1.5, -2.0, 0.0, 3.25], "<f4"),
        ([0.5, -0.25, 65504.0], "<f2"),
        ([0, 1, 2, 255], "u1"),
        ([0, 65535], "<u2"),
        ([0, 7], "u1"),
        (-5, "<i4"),
        ([1, 0, 1], "u1"),
    )
)


def written(folder: Path, manifest: Any, data: bytes = DATA) -> Path:
    path = folder / "model.json"
    path.write_text(json.dumps(manifest))
    (folder / "shard1.bin").write_bytes(data[:10])
    (folder / "shard2.bin").write_bytes(data[10:])
    return path


def manifest() -> list[dict[str, Any]]:
    return copy.deepcopy([{"paths": ["shard1.bin", "shard2.bin"], "weights": WEIGHTS}])


def test_every_packing(tmp_path: Path) -> None:
    weights = read_tfjs(written(tmp_path, manifest())).weights
    expected = {
        "plain": np.array([[1.5, -2.0], [0.0, 3.25]], np.float32),
        "half": np.array([0.5, -0.25, 65504.0], np.float32),
        "eight": np.array([-1.0, -0.5, 0.0, 126.5], np.float32),
        "sixteen": np.array([-1.0, 16382.75], np.float32),
        "whole": np.array([-1, 6], np.int32),
        "count": np.array(-5, np.int32),
        "yes": np.array([True, False, True]),
    }
    assert weights.keys() == expected.keys()
    for name, values in expected.items():
        assert weights[name].dtype == values.dtype
        np.testing.assert_array_equal(weights[name], values)


def test_a_whole_model_and_shards_elsewhere(tmp_path: Path) -> None:
    whole = {
        "modelTopology": {"node": []},
        "signature": {"outputs": {}},
        "weightsManifest": manifest(),
    }
    path = written(tmp_path, whole)
    elsewhere = [tmp_path / "a", tmp_path / "b"]
    for place, name in zip(elsewhere, ("shard1.bin", "shard2.bin"), strict=True):
        (tmp_path / name).rename(place)
    model = read_tfjs(path, elsewhere)
    assert model.topology == {"node": []}
    assert model.signature == {"outputs": {}}
    assert len(model.weights) == len(WEIGHTS)
    with pytest.raises(WeightsError, match="names 2 shards, but 1 were given."):
        read_tfjs(path, elsewhere[:1])
    with pytest.raises(WeightsError, match="the shard 'shard1.bin' is missing.\nHint: put all"):
        read_tfjs(path)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="there is no such file"):
        read_tfjs(tmp_path / "model.json")
    path = tmp_path / "model.json"
    for junk in (b"", b"\xff\xfe\x00", b"[" * 100_000, b"{"):
        path.write_bytes(junk)
        with pytest.raises(WeightsError, match="is not JSON .*\nHint: give the .json file"):
            read_tfjs(path)
    for other in (3, None, {}, [{}], [{"paths": "x", "weights": []}], {"weightsManifest": 1}):
        path.write_text(json.dumps(other))
        with pytest.raises(WeightsError, match="has no weights manifest"):
            read_tfjs(path)
    path.write_text(json.dumps({"weightsManifest": [], "modelTopology": [1]}))
    with pytest.raises(WeightsError, match="topology or signature that is not understood"):
        read_tfjs(path)
    with path.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    with pytest.raises(WeightsError, match="too many for a manifest"):
        read_tfjs(path)


def change(place: int, **values: Any) -> Callable[[list[Any]], None]:
    return lambda groups: groups[0]["weights"][place].update(values)


LIES = [
    (change(0, shape=[2, 2_000_000_000]), "'plain' needs more bytes than the shards have"),
    (change(0, shape=[2**40, 2**40, 2**40]), "'plain' needs more bytes"),
    (change(0, shape=[1]), "the shards have 39 bytes, the weights need 27"),
    (change(0, shape=[-1, 4]), "impossible shape"),
    (change(0, shape=[True]), "impossible shape"),
    (change(0, shape=[1] * 9), "impossible shape"),
    (change(0, shape="22"), "impossible shape"),
    (change(0, dtype="string"), "'plain' is of type 'string'; known: float32, int32, bool."),
    (change(0, dtype=["float32"]), "is of type"),
    (change(0, name=None), "has no name"),
    (change(1, name="plain"), "describes the weight 'plain' twice"),
    (change(2, quantization={**PACKED, "dtype": "int4"}), "packed in a way .*: 'int4'"),
    (change(2, quantization=[1]), "packed in a way"),
    (change(2, quantization={**PACKED, "scale": "1"}), "impossible scale: '1'"),
    (change(2, quantization={**PACKED, "scale": 1e39}), "impossible scale"),
    (change(2, quantization={**PACKED, "min": float("nan")}), "impossible scale: nan"),
    (change(6, quantization=PACKED), "packed in a way"),
    (lambda groups: groups[0].update(paths=["../shard1.bin"]), "a shard outside its folder"),
    (lambda groups: groups[0].update(paths=["/etc/passwd"]), "a shard outside its folder"),
    (lambda groups: groups[0].update(paths=["a\\b"]), "a shard outside its folder"),
    (lambda groups: groups[0].update(paths=[""]), "a shard outside its folder"),
    (lambda groups: groups[0]["weights"].append(3), "has no name"),
]


@pytest.mark.parametrize(("lie", "message"), LIES)
def test_manifests_that_lie(lie: Callable[[list[Any]], None], message: str, tmp_path: Path) -> None:
    groups = manifest()
    lie(groups)
    with pytest.raises(WeightsError, match=f"model.json: .*{message}"):
        read_tfjs(written(tmp_path, groups))


@pytest.mark.parametrize("length", [0, 1, 20, len(DATA) - 1, len(DATA) + 1])
def test_shards_that_are_cut_off_or_too_long(length: int, tmp_path: Path) -> None:
    path = written(tmp_path, manifest(), (DATA + b"\0")[:length])
    with pytest.raises(WeightsError, match="needs more bytes|the weights need"):
        read_tfjs(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_damaged_manifests_raise_and_nothing_else(tmp_path: Path, data: st.DataObject) -> None:
    groups: Any = manifest()
    for _ in range(data.draw(st.integers(1, 3))):
        one = groups[0]["weights"][data.draw(st.integers(0, len(WEIGHTS) - 1))]
        key = data.draw(st.sampled_from(["name", "shape", "dtype", "quantization", "other"]))
        one[key] = data.draw(JSON)
    path = written(tmp_path, groups, DATA[: data.draw(st.integers(0, len(DATA)))])
    try:
        weights = read_tfjs(path).weights
    except WeightsError:
        return
    assert len(weights) == len(WEIGHTS)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=4))
def test_bytes_changed_anywhere_in_the_manifest(tmp_path: Path, place: int, junk: bytes) -> None:
    path = written(tmp_path, {"weightsManifest": manifest(), "modelTopology": {"node": []}})
    text = bytearray(path.read_bytes())
    place %= len(text)
    text[place : place + len(junk)] = junk
    path.write_bytes(text)
    with contextlib.suppress(WeightsError):
        read_tfjs(path)
