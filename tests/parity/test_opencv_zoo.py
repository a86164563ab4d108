"""Networks of OpenCV's model zoo, beside OpenCV's own classes, on small files of the same form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import jax
import numpy as np
import pytest
from PIL import Image

from imagesasdata.arrays.faces.align import by_points, cut
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.families import opencv_zoo

onnx = pytest.importorskip("onnx")

pytestmark = pytest.mark.parity


def save(
    path: Path,
    nodes: list[Any],
    values: dict[str, np.ndarray],
    given: tuple[str, list[int]],
    gives: dict[str, list[int]],
) -> str:
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info(given[0], kind, given[1])],
        [helper.make_tensor_value_info(name, kind, shape) for name, shape in gives.items()],
        [onnx.numpy_helper.from_array(array, name) for name, array in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6)
    onnx.save(model, str(path))
    return str(path)


def run(name: str, path: str, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """The outputs of a model, whose weights are those of a file, for pictures."""
    card, family = registry.card(name), opencv_zoo.FAMILY
    params, forward = family.inference(family.read(card, [Path(path)]))
    outputs = jax.jit(registry.normalized(forward, card))(params, pixels)
    return {key: np.asarray(value) for key, value in outputs.items()}


def test_sface(tmp_path: Path) -> None:
    random, make = np.random.default_rng(0), onnx.helper.make_node
    values: dict[str, Any] = {
        "mean": np.float32([127.5]),
        "scale": np.float32([1 / 128]),
        "k": random.normal(0, 0.3, (8, 3, 3, 3)),
        "slope": random.uniform(0, 0.5, (8, 1, 1)),
        "m": random.normal(0, 0.1, (128, 8 * 14 * 14)),
        "b": random.normal(0, 0.1, 128),
    }
    nodes = [
        make("Sub", ["data", "mean"], ["less"]),
        make("Mul", ["less", "scale"], ["scaled"]),
        make("Conv", ["scaled", "k"], ["conv"], strides=[8, 8], pads=[1, 1, 1, 1]),
        make("PRelu", ["conv", "slope"], ["maps"]),
        make("Flatten", ["maps"], ["flat"]),
        make("Gemm", ["flat", "m", "b"], ["fc1"], transB=1),
    ]
    values = {name: np.float32(array) for name, array in values.items()}
    path = save(
        tmp_path / "sface.onnx", nodes, values, ("data", [1, 3, 112, 112]), {"fc1": [1, 128]}
    )
    reference = cv2.FaceRecognizerSF.create(path, "")
    with Image.open("examples/photos/astronaut.jpg") as file:
        image = file.convert("RGB")
    # The box and the eyes, nose and corners of the mouth of a face, a little turned.
    five = np.float32([[205, 110], [245, 104], [229, 130], [213, 152], [247, 147]])
    row = np.concatenate([[180, 70, 90, 100], five.ravel(), [1]]).astype(np.float32)
    theirs = reference.alignCrop(np.asarray(image)[..., ::-1].copy(), row[None])
    expected = reference.feature(theirs)[0]
    crop = theirs[..., ::-1]
    got = run("sface", path, np.stack([crop, np.zeros_like(crop)]))["embedding"]
    np.testing.assert_allclose(got[0], expected, atol=1e-4 * abs(expected).max())
    # The same crop from the same five points, but for rounding and half a pixel.
    places = [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366]]
    places += [[41.5493, 92.3655], [70.7299, 92.2041]]
    mine = cut(image, by_points(five, np.array(places) / 112), 112)
    assert np.corrcoef(mine.ravel(), crop.ravel())[0, 1] > 0.99
