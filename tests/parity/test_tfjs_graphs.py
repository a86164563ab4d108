"""Every TensorFlow.js graph of the registry, jitted, beside TensorFlow.js's own results."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import jax
import numpy as np
import pytest

from imagesasdata.networks.nn.compile import cpu_compiler_options
from imagesasdata.networks.weights.store import locate
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.families import tfjs_graph

pytestmark = pytest.mark.parity

GRAPHS = [
    card.name
    for family in registry.FAMILIES
    if family.read is tfjs_graph.read
    for card in family.cards
]


@pytest.fixture(scope="module")
def modules() -> str:
    folder = os.environ.get("IMAGESASDATA_TFJS", "")
    if not (Path(folder) / "@tensorflow").is_dir() or not shutil.which("node"):
        pytest.skip("needs Node, and IMAGESASDATA_TFJS naming a node_modules with TensorFlow.js")
    return folder


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_gives_what_tensorflow_js_gives(
    name: str, modules: str, bring_weights: Callable[..., None], tmp_path: Path
) -> None:
    bring_weights(name)
    card = registry.card(name)
    manifest, shard = map(locate, card.weights)
    network = registry.network(name)
    shape = [1, *_input(json.loads(manifest.read_text()))[1:]]
    x = np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)
    given, found = tmp_path / "input.json", tmp_path / "output.json"
    given.write_text(json.dumps({"shape": shape, "values": x.ravel().tolist()}))
    script = Path(__file__).with_name("run_tfjs.js")
    subprocess.run(
        ["node", script, manifest, shard, given, found],
        check=True,
        env={**os.environ, "NODE_PATH": modules},
    )
    expected = json.loads(found.read_text())
    function = jax.jit(network.program.apply, compiler_options=cpu_compiler_options())
    outputs = function(network.program.params, x)
    assert outputs.keys() == expected.keys()
    for output, one in expected.items():
        values = np.asarray(one["values"], np.float64)
        assert list(outputs[output].shape) == one["shape"]
        error = np.abs(np.asarray(outputs[output]).ravel() - values).max()
        assert error <= 1e-4 * np.abs(values).max(), output


def _input(model: dict) -> list[int]:
    """The shape of a graph's input, as the signature or else the node says."""
    for one in model.get("signature", {}).get("inputs", {}).values():
        return [int(dim["size"]) for dim in one["tensorShape"]["dim"]]
    for node in model["modelTopology"]["node"]:
        if node["op"] == "Placeholder":
            return [int(dim["size"]) for dim in node["attr"]["shape"]["shape"]["dim"]]
    raise AssertionError("the graph has no input")
