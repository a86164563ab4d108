"""SCRFD and ArcFace as ONNX files: verbs on faces with small networks of their form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.arrays.faces import scrfd
from imagesasdata.arrays.faces.align import by_points, cut
from imagesasdata.networks.weights import store
from imagesasdata.networks.zoo import registry

onnx = pytest.importorskip("onnx")

pytestmark = pytest.mark.parity

SIDE = 640


@pytest.fixture
def stands_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[Path], None]]:
    """Puts a file in the place of every published one."""
    # Programs that were made from it are not to be found later.
    monkeypatch.setenv("IMAGESASDATA_HOME", str(tmp_path / "home"))
    registry._load.cache_clear()
    yield lambda path: monkeypatch.setattr(store, "locate", lambda file, **_: path)
    registry._load.cache_clear()


def save(
    path: Path, nodes: list[Any], values: dict[str, np.ndarray], given: list[Any], gives: list[Any]
) -> Path:
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", kind, given)],
        [helper.make_tensor_value_info(name, kind, None) for name in gives],
        [onnx.numpy_helper.from_array(array, name) for name, array in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, str(path))
    return path


def bright_spots(path: Path) -> Path:
    """A network of SCRFD's form that takes bright spots for faces of 32 pixels, by one of two anchors."""
    make = onnx.helper.make_node
    nodes, values, gives = [], {}, []
    for stride in scrfd.STRIDES:
        name = str(stride)
        # The mean brightness of a cell, less what a spot has, sharply; the second anchor sees nothing.
        kernel = np.zeros((2, 3, stride, stride), np.float32)
        kernel[0] = 40 / (3 * stride * stride)
        values[f"k{name}"] = kernel
        values[f"b{name}"] = np.float32([-30 if stride == 16 else -90, -90])
        nodes += [
            make("Conv", ["x", f"k{name}", f"b{name}"], [f"c{name}"], strides=[stride, stride]),
            make("Sigmoid", [f"c{name}"], [f"s{name}"]),
            make("Transpose", [f"s{name}"], [f"t{name}"], perm=[0, 2, 3, 1]),
            make("Reshape", [f"t{name}", "one"], [f"score{name}"]),
            make("Mul", [f"score{name}", "nothing"], [f"zero{name}"]),
            make("Add", [f"zero{name}", "sides"], [f"box{name}"]),
            make("Add", [f"zero{name}", "points"], [f"point{name}"]),
        ]
        gives += [f"score{name}", f"box{name}", f"point{name}"]
    values["one"] = np.array([-1, 1], np.int64)
    values["nothing"] = np.zeros((1, 1), np.float32)
    values["sides"] = np.float32([[0.5, 0.5, 1.5, 1.5]])
    values["points"] = np.float32([[0, 0.2, 1, 0.2, 0.5, 0.6, 0.2, 1, 0.8, 1.2]])
    # Not by stride, as other exports have them.
    return save(path, nodes, values, [1, 3, "h", "w"], sorted(gives, reverse=True))


def test_detect_faces(stands_for: Callable[[Path], None], tmp_path: Path) -> None:
    stands_for(bright_spots(tmp_path / "det.onnx"))
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    pixels[320:336, 160:176] = pixels[64:80, 480:496] = 255
    Image.fromarray(pixels).save(tmp_path / "spots.png")
    faces = iad.detect_faces(
        tmp_path / "spots.png", model="scrfd_10g", tiles="never", min_size=0, progress=False
    )
    assert faces.image_error.isna().all()
    # With a wide margin around, the spots are too small for a cell of 16 pixels.
    found = faces.sort_values("face_x")[["face_x", "face_y", "face_width", "face_height"]]
    np.testing.assert_allclose(found, [[152, 312, 32, 32], [472, 56, 32, 32]], atol=0.01)
    first = faces.sort_values("face_x").iloc[0]
    points = [first[f"face_{name}_{axis}"] for name in ("right_eye", "mouth") for axis in "xy"]
    np.testing.assert_allclose(points, [160, 323.2, 168, 337.6], atol=0.01)
    assert np.isnan(first.face_left_ear_x)


def test_a_detector_of_another_form(stands_for: Callable[[Path], None], tmp_path: Path) -> None:
    node = onnx.helper.make_node("Identity", ["x"], ["y"])
    stands_for(save(tmp_path / "other.onnx", [node], {}, [1, 3, "h", "w"], ["y"]))
    Image.new("RGB", (40, 40)).save(tmp_path / "a.png")
    with pytest.raises(
        iad.WeightsError, match=r"not one of SCRFD-10G.*no output of the shape \(12800, 1\)"
    ):
        iad.detect_faces(tmp_path / "a.png", model="scrfd_10g", progress=False)


def faces() -> pd.DataFrame:
    """A face on a photo by hand, a little turned."""
    points = {
        "right_eye": (205, 110),
        "left_eye": (245, 104),
        "nose": (229, 130),
        "mouth": (230, 150),
    }
    sides = {"face_x": [180.0], "face_y": [70.0], "face_width": [90.0], "face_height": [100.0]}
    places = {
        f"face_{n}_{a}": [float(v)]
        for n, xy in points.items()
        for a, v in zip("xy", xy, strict=True)
    }
    return pd.DataFrame({"path": ["examples/photos/astronaut.jpg"], **sides, **places})


def test_embed_faces_needs_nose_and_mouth(
    stands_for: Callable[[Path], None], tmp_path: Path
) -> None:
    matrix = np.random.default_rng(0).normal(0, 0.01, (3 * 112 * 112, 512)).astype(np.float32)
    nodes = [
        onnx.helper.make_node("Flatten", ["x"], ["flat"]),
        onnx.helper.make_node("MatMul", ["flat", "m"], ["y"]),
    ]
    stands_for(save(tmp_path / "arc.onnx", nodes, {"m": matrix}, [1, 3, 112, 112], ["y"]))
    table = faces()
    with pytest.raises(iad.WeightsError, match=r"not SFace.*gives 512 numbers .* not 128"):
        iad.embed_faces(table, model="sface")
    done = iad.embed_faces(table, model="arcface_r50", progress=False)
    with Image.open("examples/photos/astronaut.jpg") as image:
        template = [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [56.1396, 92.2848]]
        points = table.filter(regex="eye|nose|mouth").to_numpy().reshape(4, 2)
        crop = cut(image.convert("RGB"), by_points(points, np.array(template) / 112), 112)
    vector = ((crop - 127.5) / 127.5).astype(np.float32).transpose(2, 0, 1).ravel() @ matrix
    np.testing.assert_allclose(done.face_embedding[0], vector / np.linalg.norm(vector), atol=1e-5)
    with pytest.raises(
        iad.ColumnError, match="no column 'face_nose_x', so it is not a table of faces"
    ):
        iad.embed_faces(table.drop(columns="face_nose_x"), model="arcface_r50")
    with pytest.raises(iad.ArgumentError, match="'arcface_r50' has no threshold of its own"):
        iad.find_faces("a.png", "b.png", model="arcface_r50")


def test_files_that_are_no_networks(stands_for: Callable[[Path], None], tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a network")
    stands_for(broken)
    with pytest.raises(iad.WeightsError, match="broken.onnx' is not an ONNX network"):
        iad.detect_faces("a.png", model="scrfd_10g")
    stands_for(tmp_path / "gone.onnx")
    with pytest.raises(iad.WeightsError, match="There is no file"):
        iad.detect_faces("a.png", model="scrfd_10g")
