"""The face network whose weights come without a graph, beside face-api's own code in Node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from imagesasdata.engine.runner import Runner
from imagesasdata.networks.weights.store import locate
from imagesasdata.networks.zoo import registry

pytestmark = pytest.mark.parity


def test_dlib_resnet(bring_weights: Callable[..., None], tmp_path: Path) -> None:
    modules = os.environ.get("IMAGESASDATA_TFJS", "")
    if not (Path(modules) / "@vladmandic" / "face-api").is_dir() or not shutil.which("node"):
        pytest.skip("needs Node, and IMAGESASDATA_TFJS naming a node_modules with face-api")
    bring_weights("dlib_resnet")
    for file in registry.card("dlib_resnet").weights:
        shutil.copy(locate(file), tmp_path / file.name)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 150, 150, 3), dtype=np.uint8)
    given, found = tmp_path / "input.json", tmp_path / "output.json"
    given.write_text(json.dumps({"shape": pixels.shape, "values": pixels.ravel().tolist()}))
    subprocess.run(
        ["node", Path(__file__).with_name("run_face_api.js"), tmp_path, given, found],
        check=True,
        env={**os.environ, "NODE_PATH": modules},
        stdout=subprocess.DEVNULL,
    )
    theirs = json.loads(found.read_text())
    raw = np.reshape(theirs["values"], theirs["shape"])
    # Ours are of length one.
    expected = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    model = registry.load("dlib_resnet", task="embed_faces")
    got = Runner(model.program, device="cpu", batch_size=2)(pixels, 0)["embedding"]
    assert expected.shape == got.shape == (2, 128)
    assert np.abs(expected[0] - expected[1]).max() > 1e-2
    assert np.abs(got - expected).max() < 1e-4 * np.abs(expected).max()
