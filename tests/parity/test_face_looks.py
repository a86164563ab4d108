"""FairFace and networks of expressions, on small files of their form, beside onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.arrays.faces.align import ARCFACE, by_box, by_eyes, by_points, cut
from imagesasdata.networks.weights import store
from imagesasdata.networks.zoo import registry
from tests.parity.small_onnx import save

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

pytestmark = [
    pytest.mark.parity,
    pytest.mark.filterwarnings("ignore::imagesasdata.AppearanceWarning"),
]
PHOTO = "examples/photos/astronaut.jpg"
POINTS = {
    "right_eye": (205, 110),
    "left_eye": (245, 104),
    "nose": (229, 130),
    "mouth": (230, 150),
}


def faces() -> pd.DataFrame:
    """A face on a photo by hand, a little turned, and a row without one."""
    sides = {"face_x": 180.0, "face_y": 70.0, "face_width": 90.0, "face_height": 100.0}
    places = {f"face_{n}_{a}": v for n, xy in POINTS.items() for a, v in zip("xy", xy, strict=True)}
    row = {name: [float(value), None] for name, value in (sides | places).items()}
    return pd.DataFrame({"path": [PHOTO, PHOTO], **row})


def fairface(path: Path) -> Path:
    """A convolution, the mean, and one layer whose outputs are cut in three, as PyTorch writes it."""
    random, make = np.random.default_rng(0), onnx.helper.make_node
    values: dict[str, Any] = {
        "k": np.float32(random.normal(0, 0.02, (32, 3, 16, 16))),
        "w": np.float32(random.normal(0, 1, (18, 32))),
        "b": np.float32(random.normal(0, 0.5, 18)),
        "axis": np.array([1]),
    }
    nodes = [
        make("Conv", ["input", "k"], ["c"], strides=[16, 16]),
        make("Relu", ["c"], ["r"]),
        make("GlobalAveragePool", ["r"], ["p"]),
        make("Flatten", ["p"], ["f"]),
        make("Gemm", ["f", "w", "b"], ["fc"], transB=1),
    ]
    gives = {}
    for name, start, end in (("race", 0, 7), ("gender", 7, 9), ("age", 9, 18)):
        values |= {f"s_{name}": np.array([start]), f"e_{name}": np.array([end])}
        nodes.append(make("Slice", ["fc", f"s_{name}", f"e_{name}", "axis"], [f"{name}_output"]))
        gives[f"{name}_output"] = ["n", end - start]
    return save(path, nodes, values, ("input", ["n", 3, 224, 224]), gives, 12)


def ferplus(path: Path) -> Path:
    """As CNTK writes it: the graph scales its input, and pads by a rule."""
    random, make = np.random.default_rng(1), onnx.helper.make_node
    values = {
        "mean": np.float32([[[127.5]]]),
        "scale": np.float32([[[127.5]]]),
        "k": np.float32(random.normal(0, 0.4, (8, 1, 3, 3))),
        "b": np.float32(random.normal(0, 0.1, (8, 1, 1))),
        "w": np.float32(random.normal(0, 0.2, (8 * 4 * 4, 8))),
        "shape": np.array([1, 8 * 4 * 4]),
        "end": np.float32(random.normal(0, 0.1, (1, 8))),
    }
    nodes = [
        make("Sub", ["Input3", "mean"], ["less"]),
        make("Div", ["less", "scale"], ["scaled"]),
        make("Conv", ["scaled", "k"], ["conv"], auto_pad="SAME_UPPER", kernel_shape=[3, 3]),
        make("Add", ["conv", "b"], ["added"]),
        make("Relu", ["added"], ["relu"]),
        make(
            "MaxPool", ["relu"], ["pool"], auto_pad="VALID", kernel_shape=[16] * 2, strides=[16] * 2
        ),
        make("Dropout", ["pool"], ["same"], ratio=0.25),
        make("Reshape", ["same", "shape"], ["flat"]),
        make("MatMul", ["flat", "w"], ["times"]),
        make("Add", ["times", "end"], ["Plus692_Output_0"]),
    ]
    gives = {"Plus692_Output_0": [1, 8]}
    return save(path, nodes, values, ("Input3", [1, 1, 64, 64]), gives, 8)


def mobile_face_net(path: Path, *, softmax: bool) -> Path:
    random, make = np.random.default_rng(2), onnx.helper.make_node
    values = {
        "k": np.float32(random.normal(0, 0.2, (7, 3, 16, 16))),
        "w": np.float32(random.normal(0, 0.3, (7, 7 * 7 * 7))),
    }
    nodes = [
        make("Conv", ["data", "k"], ["c"], strides=[16, 16]),
        make("Flatten", ["c"], ["f"]),
        make("Gemm", ["f", "w"], ["logits"], transB=1),
        make("Softmax" if softmax else "Identity", ["logits"], ["label"]),
    ]
    return save(path, nodes, values, ("data", [1, 3, 112, 112]), {"label": [1, 7]}, 11)


@pytest.fixture
def stands_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Puts a file in the place of every published one."""
    monkeypatch.setenv("IMAGESASDATA_HOME", str(tmp_path / "home"))
    registry._load.cache_clear()
    yield lambda path: monkeypatch.setattr(store, "locate", lambda file, **_: path)
    registry._load.cache_clear()


def by_onnxruntime(path: Path, x: np.ndarray) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    outputs = session.run(None, {session.get_inputs()[0].name: np.float32(x)[None]})
    return [one[0] for one in outputs]


def softmax(x: np.ndarray) -> np.ndarray:
    return np.exp(x - x.max()) / np.exp(x - x.max()).sum()


def said(table: pd.DataFrame, name: str, classes: list[str]) -> list[float]:
    assert (
        table[name][0]
        == classes[int(np.argmax([table[f"{name}_prob_{plain(one)}"][0] for one in classes]))]
    )
    assert table.drop(columns="path").iloc[1].isna().all()
    return [table[f"{name}_prob_{plain(one)}"][0] for one in classes]


def plain(name: str) -> str:
    return name.replace("-", "_").replace("+", "_up")


def photo() -> Image.Image:
    with Image.open(PHOTO) as image:
        return image.convert("RGB")


def test_fairface(stands_for: Any, tmp_path: Path) -> None:
    path = fairface(tmp_path / "fairface.onnx")
    stands_for(path)
    table = iad.analyze_faces(
        faces(), model="fairface", attributes=["age", "gender", "race"], progress=False
    )
    right, left = (np.array(POINTS[name], float) for name in ("right_eye", "left_eye"))
    crop = cut(photo(), by_eyes(right, left, distance=0.35, height=0.314), 224) / 255
    x = ((crop - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]).transpose(2, 0, 1)
    race, gender, age = map(softmax, by_onnxruntime(path, x))
    races = "white black latino_hispanic east_asian southeast_asian indian middle_eastern".split()
    np.testing.assert_allclose(said(table, "race", races), race, atol=1e-5)
    ages = ["0-2", "3-9", *(f"{one}-{one + 9}" for one in range(10, 70, 10)), "70+"]
    np.testing.assert_allclose(said(table, "age_group", ages), age, atol=1e-5)
    # Its makers' order is male, female.
    assert ages[int(np.argmax(age))] not in ages[:2]
    known = table[["gender_prob_male", "gender_prob_female"]].iloc[0]
    np.testing.assert_allclose(known, gender, atol=1e-5)
    with pytest.raises(
        iad.ArgumentError,
        match=r"does not tell expression.*\nHint: attributes=\['age', 'gender', 'race'\]",
    ):
        iad.analyze_faces(faces(), model="fairface", attributes=["expression"])


def test_ferplus(stands_for: Any, tmp_path: Path) -> None:
    path = ferplus(tmp_path / "ferplus.onnx")
    stands_for(path)
    table = iad.analyze_faces(faces(), model="ferplus", attributes=["expression"], progress=False)
    crop = cut(photo(), by_box(np.array([180.0, 70, 90, 100]), scale=1.0), 64)
    (logits,) = by_onnxruntime(path, (crop @ [0.299, 0.587, 0.114])[None])
    order = ["neutral", "happy", "surprise", "sad", "angry", "disgust", "fear", "contempt"]
    np.testing.assert_allclose(said(table, "expression", order), softmax(logits), atol=1e-5)


@pytest.mark.parametrize("ends", [True, False])
def test_mobile_face_net(ends: bool, stands_for: Any, tmp_path: Path) -> None:
    path = mobile_face_net(tmp_path / "fer.onnx", softmax=ends)
    stands_for(path)
    table = iad.analyze_faces(
        faces(), model="fer_mobilefacenet", attributes=["expression"], progress=False
    )
    crop = cut(photo(), by_points(np.array(list(POINTS.values()), float), ARCFACE), 112)
    (given,) = by_onnxruntime(path, (crop / 127.5 - 1).transpose(2, 0, 1))
    order = ["angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"]
    expected = given if ends else softmax(given)
    np.testing.assert_allclose(said(table, "expression", order), expected, atol=1e-5)
