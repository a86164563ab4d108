"""Networks of OpenCV's model zoo, beside OpenCV's own classes, on small files of the same form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import jax
import numpy as np
import pytest
from PIL import Image

from imagesasdata.arrays.faces import yunet
from imagesasdata.arrays.faces.align import by_points, cut
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.families import opencv_zoo
from tests.parity.small_onnx import save

onnx = pytest.importorskip("onnx")

pytestmark = pytest.mark.parity


def run(name: str, path: Path, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """The outputs of a model, whose weights are those of a file, for pictures."""
    card, family = registry.card(name), opencv_zoo.FAMILY
    params, forward = family.inference(family.read(card, [path]))
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
    reference = cv2.FaceRecognizerSF.create(str(path), "")
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


def scene(path: str = "examples/photos/astronaut.jpg") -> np.ndarray:
    with Image.open(path) as file:
        return np.asarray(file.convert("RGB").resize((640, 640)))


def cells() -> list[tuple[int, int, int]]:
    """Column, row and stride of each cell."""
    return [
        (column, row, stride)
        for stride in (8, 16, 32)
        for row in range(640 // stride)
        for column in range(640 // stride)
    ]


def test_yunet(tmp_path: Path) -> None:
    random, make = np.random.default_rng(0), onnx.helper.make_node
    values: dict[str, Any] = {}
    nodes, gives = [], {}
    for stride in (8, 16, 32):
        count = (640 // stride) ** 2
        for kind, width, spread in (("cls", 1, 9), ("obj", 1, 9), ("bbox", 4, 1), ("kps", 10, 2)):
            name = f"{kind}_{stride}"
            kernel = random.normal(0, 1, (width, 3, stride, stride))
            values[f"k_{name}"] = spread * kernel / stride**2 / 30
            values[f"s_{name}"] = np.array([1, count, width])
            nodes += [
                make("Conv", ["input", f"k_{name}"], [f"c_{name}"], strides=[stride, stride]),
                make("Transpose", [f"c_{name}"], [f"t_{name}"], perm=[0, 2, 3, 1]),
                make("Reshape", [f"t_{name}", f"s_{name}"], [f"r_{name}"]),
                make("Sigmoid" if width == 1 else "Identity", [f"r_{name}"], [name]),
            ]
            gives[name] = [1, count, width]
    values = {
        name: array if name.startswith("s_") else np.float32(array)
        for name, array in values.items()
    }
    path = save(tmp_path / "yunet.onnx", nodes, values, ("input", [1, 3, 640, 640]), gives)
    rgb = scene()
    # Nothing is suppressed, so that all candidates can be compared.
    reference = cv2.FaceDetectorYN.create(str(path), "", (640, 640), 0.6, 1.0, 10_000)
    expected = reference.detect(rgb[..., ::-1].copy())[1]
    got = run("yunet", path, rgb[None])
    found = yunet.decode(*(got[part][0] for part in ("scores", "boxes", "points")), threshold=0.6)
    assert 100 < len(expected) == len(found.scores) < 8000
    mine = np.concatenate(
        [found.boxes, found.points[:, :4].reshape(-1, 8), found.scores[:, None]], axis=1
    )
    mouth = expected[:, 10:14].reshape(-1, 2, 2).mean(axis=1)
    theirs = np.concatenate([expected[:, :10], mouth, expected[:, 14:]], axis=1)
    for one in (mine, theirs):
        one[:] = one[np.lexsort(one.round(2).T)]
    np.testing.assert_allclose(mine, theirs, atol=2e-2)


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    common = np.prod(np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0))
    return float(common / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - common))


def test_yolox(tmp_path: Path) -> None:
    random, make = np.random.default_rng(1), onnx.helper.make_node
    values: dict[str, Any] = {}
    nodes = []
    for stride in (8, 16, 32):
        kernel = random.normal(0, 1, (85, 3, stride, stride)) / stride**2 / 20
        values[f"k{stride}"] = np.float32(
            kernel * np.where(np.arange(85) < 4, 1, 6)[:, None, None, None]
        )
        values[f"b{stride}"] = np.float32([0, 0, 1.5, 1.5, 0, *[-3] * 80])
        values[f"s{stride}"] = np.array([1, 85, (640 // stride) ** 2])
        nodes += [
            make(
                "Conv", ["images", f"k{stride}", f"b{stride}"], [f"c{stride}"], strides=[stride] * 2
            ),
            make("Split", [f"c{stride}"], [f"box{stride}", f"raw{stride}"], axis=1, split=[4, 81]),
            make("Sigmoid", [f"raw{stride}"], [f"prob{stride}"]),
            make("Concat", [f"box{stride}", f"prob{stride}"], [f"all{stride}"], axis=1),
            make("Reshape", [f"all{stride}", f"s{stride}"], [f"flat{stride}"]),
        ]
    nodes += [
        make("Concat", [f"flat{stride}" for stride in (8, 16, 32)], ["joined"], axis=2),
        make("Transpose", ["joined"], ["output"], perm=[0, 2, 1]),
    ]
    path = save(
        tmp_path / "yolox.onnx",
        nodes,
        values,
        ("images", [1, 3, 640, 640]),
        {"output": [1, 8400, 85]},
    )
    rgb = scene()
    net = cv2.dnn.readNet(str(path))
    net.setInput(np.float32(rgb[None, ..., ::-1].transpose(0, 3, 1, 2)))
    raw = net.forward()[0]
    # After the makers' own decoder, written anew; then the kinds one by one, the surest first.
    places = np.array(cells(), np.float32)
    middles = (raw[:, :2] + places[:, :2]) * places[:, 2:]
    sides = np.exp(raw[:, 2:4]) * places[:, 2:]
    boxes = np.concatenate([middles - sides / 2, middles + sides / 2], axis=1)
    chances = raw[:, 4:5] * raw[:, 5:]
    kinds, scores = chances.argmax(axis=1), chances.max(axis=1)
    kept: list[int] = []
    for one in np.argsort(-scores, kind="stable")[:200]:
        rivals = [other for other in kept if kinds[other] == kinds[one]]
        if all(overlap(boxes[one], boxes[other]) <= 0.5 for other in rivals):
            kept.append(one)
    got = {name: values[0] for name, values in run("yolox_s", path, rgb[None]).items()}
    there = got["scores"] > 0
    assert 20 < there.sum() == len(kept) < 200
    np.testing.assert_array_equal(got["classes"][there], kinds[kept])
    np.testing.assert_allclose(got["scores"][there], scores[kept], rtol=1e-3)
    np.testing.assert_allclose(got["boxes"][there], boxes[kept], atol=0.1)
