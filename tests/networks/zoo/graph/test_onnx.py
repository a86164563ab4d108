"""ONNX graphs as JAX functions: layouts, weights, ends, and files made to do harm."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import imagesasdata as iad
from imagesasdata.errors import ArgumentError, WeightsError
from imagesasdata.networks.weights.onnx import parse_onnx_model, read_onnx_model
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.graph.onnx import layout
from imagesasdata.networks.zoo.graph.onnx.compile import compile_onnx
from imagesasdata.networks.zoo.graph.onnx.ends import classifier_ends
from imagesasdata.networks.zoo.graph.onnx.parse import parse

onnx = pytest.importorskip("onnx")


@pytest.fixture(autouse=True)
def registry_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_added", {})


FLOAT = onnx.TensorProto.FLOAT
node = onnx.helper.make_node
RNG = np.random.default_rng(0)


def model(
    nodes: list[Any],
    weights: dict[str, Any] | None = None,
    shape: Any = ("b", 3, 8, 8),
    outputs: tuple[str, ...] = ("y",),
    opset: int = 17,
) -> Any:
    """A model with one input, ``x``."""
    graph = onnx.helper.make_graph(
        nodes,
        "g",
        [onnx.helper.make_tensor_value_info("x", FLOAT, shape)],
        [onnx.helper.make_tensor_value_info(name, FLOAT, None) for name in outputs],
        [
            onnx.numpy_helper.from_array(np.asarray(one), name)
            for name, one in (weights or {}).items()
        ],
    )
    versions = [onnx.helper.make_opsetid("", opset)]
    return onnx.helper.make_model(graph, opset_imports=versions, ir_version=9)


def compiled(*args: Any, **options: Any) -> Any:
    return compile_onnx(parse_onnx_model(model(*args, **options).SerializeToString()))


def floats(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


# After a convolution a map has its channels last; each of these has to see it as the file does.
KEPT = {
    "relu": node("Relu", ["c"], ["y"]),
    "add a channel's own": node("Add", ["c", "per_channel"], ["y"]),
    "add a row": node("Add", ["row", "c"], ["y"]),
    "add maps": node("Add", ["c", "x4"], ["y"]),
    "concat channels": node("Concat", ["c", "x4"], ["y"], axis=1),
    "concat rows": node("Concat", ["c", "x4"], ["y"], axis=-2),
    "softmax over channels": node("Softmax", ["c"], ["y"], axis=1),
    "softmax over columns": node("Softmax", ["c"], ["y"], axis=-1),
    "mean of the map": node("ReduceMean", ["c"], ["y"], axes=[2, 3], keepdims=0),
    "mean of rows": node("ReduceMean", ["c"], ["y"], axes=[2], keepdims=0),
    "mean of channels": node("ReduceMean", ["c"], ["y"], axes=[1], keepdims=0),
    "mean, sides kept": node("ReduceMean", ["c"], ["y"], axes=[-1], keepdims=1),
    "mean of all": node("ReduceMean", ["c"], ["y"], keepdims=0),
    "margin": node("Pad", ["c", "pads"], ["y"]),
    "transpose": node("Transpose", ["c"], ["y"], perm=[0, 2, 3, 1]),
    "another transpose": node("Transpose", ["c"], ["y"], perm=[1, 3, 0, 2]),
    "reversed axes": node("Transpose", ["c"], ["y"]),
    "flatten": node("Flatten", ["c"], ["y"]),
    "reshape": node("Reshape", ["c", "flat"], ["y"]),
    "slice": node("Slice", ["c", "one", "three", "one"], ["y"]),
    "resize": node("Resize", ["c", "", "twice"], ["y"], mode="linear"),
    "clip": node("Clip", ["c", "low"], ["y"]),
    "where": node("Where", ["flag", "c", "x4"], ["y"]),
    "prelu": node("PRelu", ["c", "per_channel"], ["y"]),
    "gather": node("Gather", ["c", "one"], ["y"], axis=1),
    "norm": node("InstanceNormalization", ["c", "four", "four"], ["y"]),
}
VALUES = {
    "k": floats(4, 3, 3, 3),
    "per_channel": floats(4, 1, 1),
    "row": floats(8),
    "x4": floats(1, 4, 8, 8),
    "pads": np.array([0, 1, 2, 0, 0, 0, 1, 3]),
    "flat": np.array([0, -1]),
    "one": np.array([1]),
    "three": np.array([3]),
    "twice": np.array([1, 1, 2, 2], np.float32),
    "low": np.float32(0.1),
    "flag": RNG.normal(size=(8, 8)) > 0,
    "four": floats(4),
}


@pytest.mark.parametrize("name", KEPT)
def test_a_map_with_its_channels_last_is_as_the_file_has_it(name: str) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    one = KEPT[name]
    convolution = node("Conv", ["x", "k"], ["c"], pads=[1, 1, 1, 1])
    used = {key: VALUES[key] for key in (*one.input, "k") if key in VALUES}
    whole = model([convolution, one], used, shape=(1, 3, 8, 8))
    x = floats(1, 3, 8, 8)
    session = onnxruntime.InferenceSession(whole.SerializeToString())
    program = compile_onnx(parse_onnx_model(whole.SerializeToString()))
    run = jax.jit(lambda params, x: program.apply(params, {"x": layout.Maps(x)})["y"])
    output = run(program.params, x.transpose(0, 2, 3, 1))
    np.testing.assert_allclose(output, session.run(None, {"x": x})[0], rtol=1e-4, atol=1e-5)


def test_normalization_becomes_part_of_the_convolution() -> None:
    weights = {"k": floats(4, 3, 1, 1), **{name: abs(floats(4)) for name in "sbmv"}}
    nodes = [
        node("Conv", ["x", "k"], ["c"]),
        node("BatchNormalization", ["c", *"sbmv"], ["y"], epsilon=0.1),
    ]
    program = compiled(nodes, weights)
    assert {one.op for one in program.graph.nodes} == {"Placeholder", "Const", "Conv"}
    x = floats(2, 3, 8, 8)
    maps = np.einsum("bihw,oi->bohw", x, weights["k"][:, :, 0, 0])
    scale, offset, mean, variance = (weights[name][:, None, None] for name in "sbmv")
    expected = (maps - mean) / np.sqrt(variance + 0.1) * scale + offset
    np.testing.assert_allclose(program.apply(program.params, {"x": x})["y"], expected, rtol=1e-4)
    # A map that something else uses, too, stays as it is.
    program = compiled(nodes, weights, outputs=("y", "c"))
    outputs = program.apply(program.params, {"x": x})
    np.testing.assert_allclose(outputs["y"], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(outputs["c"], maps, rtol=1e-4, atol=1e-5)


def test_stored_numbers_are_weights_or_settings() -> None:
    weights = {"w": floats(3, 2), "b": floats(2), "low": np.float32(0), "half": np.float32(0.5)}
    nodes = [
        node("GlobalAveragePool", ["x"], ["m"]),
        node("Flatten", ["m"], ["f"]),
        node("Mul", ["f", "half"], ["h"]),
        node("Gemm", ["h", "w", "b"], ["g"]),
        node("Clip", ["g", "low"], ["y"]),
    ]
    assert sorted(compiled(nodes, weights).params) == ["b", "w"]


@pytest.mark.parametrize(
    ("last", "ends"),
    [
        ([node("Identity", ["g"], ["y"])], {"logits": "g", "embedding": "f"}),
        ([node("Softmax", ["g"], ["y"])], {"logits": "g", "embedding": "f"}),
        ([node("LogSoftmax", ["g"], ["y"])], {"logits": "g", "embedding": "f"}),
        (
            [node("Relu", ["g"], ["r"]), node("Softmax", ["r"], ["y"])],
            {"logits": "r"},
        ),
    ],
)
def test_where_a_classifier_ends(last: list[Any], ends: dict[str, str]) -> None:
    nodes = [
        node("GlobalAveragePool", ["x"], ["m"], "pool"),
        node("Flatten", ["m"], ["f"], "f"),
        node("Gemm", ["f", "w"], ["g"], "g"),
        *last,
    ]
    graph, stored = parse(parse_onnx_model(model(nodes, {"w": floats(3, 2)}).SerializeToString()))
    found = classifier_ends(graph, stored)
    ops = {one.name: one.op for one in graph.nodes}
    kinds = {"g": "Gemm", "f": "Flatten", "r": "Relu"}
    alone = {name: ops[tensor.node] for name, tensor in found.items()}
    if alone["logits"] == "Identity":  # the same values
        alone["logits"] = "Gemm"
    assert alone == {name: kinds[one] for name, one in ends.items()}


def network(path: Path, last: str | None = None) -> np.ndarray:
    """A file whose logits are the mean colors times a matrix, and that matrix."""
    matrix = floats(3, 2)
    nodes = [
        node("Conv", ["x", "k"], ["c"], pads=[1, 1, 1, 1]),
        node("GlobalAveragePool", ["c"], ["m"]),
        node("Flatten", ["m"], ["f"]),
        node("Gemm", ["f", "w"], ["g" if last else "y"], transB=1),
    ]
    if last:
        nodes.append(node(last, ["g"], ["y"]))
    kernel = np.zeros((3, 3, 3, 3), np.float32)
    kernel[range(3), range(3), 1, 1] = 1
    weights = {"k": kernel, "w": matrix.T.copy()}
    path.write_bytes(model(nodes, weights, shape=("b", 3, 16, 16)).SerializeToString())
    return matrix


def test_a_registered_file_is_a_model_like_any_other(folder: Path, tmp_path: Path) -> None:
    matrix = network(tmp_path / "net.onnx", "Softmax")
    file, labels = tmp_path / "net.onnx", ["no", "yes"]
    card = iad.register_model("ox_all", file, size=16, sd=(255,) * 3, labels=labels)
    assert card.tasks == ("classify", "embed")
    assert card.embedding_size == 3
    photos = iad.read_images(str(folder))
    means = np.stack(list(iad.embed(photos, model="ox_all").embedding.dropna()))
    logits = means @ matrix
    odds = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labeled = iad.classify(photos, model="ox_all").dropna(subset="label")
    np.testing.assert_allclose(labeled.label_prob, odds.max(axis=1), rtol=1e-3)
    assert labeled.label.tolist() == [labels[one] for one in odds.argmax(axis=1)]
    layers = iad.summary("ox_all", input_size=16)
    assert [kind for kind in layers.kind if "conv" in kind or "dense" in kind] == [
        "conv 3x3, 3",
        "dense, 2",
    ]
    assert len(iad.explain(photos.head(1), model="ox_all", to=tmp_path / "heat")) == 1
    network_before = registry.network("ox_all")
    assert registry.network("ox_all") is not network_before


@pytest.mark.slow
def test_a_file_can_be_trained_as_a_whole(tmp_path: Path) -> None:
    from PIL import Image

    network(tmp_path / "net.onnx")
    iad.register_model("ox_train", tmp_path / "net.onnx", size=16, sd=(255,) * 3, labels=["a", "b"])
    paths, kinds = [], []
    for number in range(24):
        red = number % 2
        pixels = RNG.integers(0, 90, (16, 16, 3)).astype(np.uint8)
        pixels[..., 0 if red else 2] += 120
        path = tmp_path / f"{number}.png"
        Image.fromarray(pixels).save(path)
        paths.append(str(path))
        kinds.append("red" if red else "blue")
    table = {"path": paths, "kind": kinds}
    import pandas as pd

    fit = iad.fine_tune(
        pd.DataFrame(table), outcome="kind", model="ox_train", train="all", epochs=3, seed=1
    )
    assert fit.tidy().shape[0] > 0
    before = registry.network("ox_train").stages[0][0].kernel[...]
    trained = fit._saved.base_weights()
    changed = [name for name in trained if name.endswith("stages.0.0.kernel")]
    assert changed
    assert abs(trained[changed[0]] - np.asarray(before)).max() > 0
    Image.fromarray(np.full((16, 16, 3), 99, np.uint8)).save(tmp_path / "new.png")
    fit.save(tmp_path / "fit")
    new = [iad.load_model(tmp_path / "fit"), fit]
    probs = [one.augment([str(tmp_path / "new.png")]).kind_prob[0] for one in new]
    assert probs[0] == probs[1]


def test_files_that_have_to_be_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    network(path, "Sigmoid")
    with pytest.raises(WeightsError, match="ends in a sigmoid: its classes do not exclude"):
        iad.register_model("ox_no", path, size=16, labels=["a", "b"])
    network(path, "Nonesuch")
    with pytest.raises(WeightsError, match=r"not known here: Nonesuch.\nHint: runtime="):
        iad.register_model("ox_no", path, size=16, labels=["a", "b"])
    network(path)
    with pytest.raises(WeightsError, match=r"made for 16 x 16.\nHint: size=16"):
        iad.register_model("ox_no", path, size=32)
    with pytest.raises(iad.UnknownNameError, match="Unknown runtime 'torch'"):
        iad.register_model("ox_no", path, size=16, runtime="torch")  # type: ignore[arg-type]
    flat = model([node("Flatten", ["x"], ["y"])], shape=("b", 3, 4))
    path.write_bytes(flat.SerializeToString())
    with pytest.raises(WeightsError, match="not one batch of pictures"):
        iad.register_model("ox_no", path)


def test_graphs_made_to_do_harm(tmp_path: Path) -> None:
    def broken(nodes: list[Any], weights: Any = None, match: str = "", **options: Any) -> None:
        def run() -> None:
            program = compiled(nodes, weights, **options)
            program.apply(program.params, {"x": floats(1, 3, 8, 8)})

        with pytest.raises(WeightsError, match=match):
            run()

    circle = [
        node("Add", ["x", "b"], ["a"]),
        node("Relu", ["a"], ["b"]),
        node("Relu", ["b"], ["y"]),
    ]
    broken(circle, match="uses 'b' before it is computed")
    broken([node("Relu", ["x"], ["z"])], match="does not compute its output 'y'")
    twice = [node("Relu", ["x"], ["y"]), node("Abs", ["x"], ["y"])]
    broken(twice, match="Two nodes of the graph give 'y'")
    large = {"s": np.array([1 << 20, 1 << 20])}
    broken([node("ConstantOfShape", ["s"], ["y"])], large, "makes an array of")
    broken(
        [node("Expand", ["x", "s"], ["y"])], {"s": np.array([1 << 30, 3, 8, 8])}, "makes an array"
    )
    broken([node("Tile", ["x", "s"], ["y"])], {"s": np.array([1, 1, 1 << 20, 1 << 20])}, "makes an")
    pads = {"s": np.array([0, 0, 1 << 20, 0, 0, 0, 0, 1 << 20])}
    broken([node("Pad", ["x", "s"], ["y"])], pads, "makes an array of")
    scales = {"s": np.array([1, 1, 1e6, 1e6], np.float32)}
    broken([node("Resize", ["x", "", "s"], ["y"])], scales, "makes an array of")
    broken(
        [node("Range", ["a", "b", "c"], ["y"])], {"a": 0, "b": 1 << 40, "c": 1}, "makes an array"
    )
    twins = [node("Concat", [f"x{n}" if n else "x"] * 2, [f"x{n + 1}"], axis=1) for n in range(40)]
    broken([*twins, node("Identity", ["x40"], ["y"])], match="The graph makes")
    outer = {"a": np.ones((1 << 18, 1), np.float32), "b": np.ones((1, 1 << 18), np.float32)}
    for kind in ("Add", "MatMul"):
        broken([node(kind, ["a", "b"], ["y"])], outer, "makes an array of 262144 x 262144 values")
    many = [node("ConstantOfShape", ["s"], [f"c{n}"]) for n in range(9)]
    sums = [node("Add", [f"y{n - 1}" if n else "x", f"c{n}"], [f"y{n}"]) for n in range(9)]
    sums[-1].output[:] = ["y"]
    broken([*many, *sums], {"s": np.array([1 << 26])}, "makes far more values than it stores")
    broken([node("Reshape", ["x", "s"], ["y"])], {"s": np.array([7, 7])}, "cannot be computed")
    broken([node("Conv", ["x", "k"], ["y"])], {"k": floats(2, 5, 3, 3)}, "cannot be computed")

    many = model([node("Relu", ["x"], ["y"])])
    for _ in range(17):
        many.graph.node.extend(list(many.graph.node))
    data = many.SerializeToString()
    start = time.process_time()
    with pytest.raises(WeightsError, match="more than 100,000 operations"):
        parse_onnx_model(data)
    assert time.process_time() - start < 30


def test_weights_in_another_file(tmp_path: Path) -> None:
    matrix = network(tmp_path / "net.onnx")
    whole = onnx.load(tmp_path / "net.onnx")
    onnx.save(
        whole,
        tmp_path / "net.onnx",
        save_as_external_data=True,
        location="weights.bin",
        size_threshold=0,
    )
    read = read_onnx_model(tmp_path / "net.onnx")
    np.testing.assert_array_equal(read.weights["w"], matrix.T)
    stored = (tmp_path / "weights.bin").read_bytes()
    (tmp_path / "weights.bin").write_bytes(stored[:10])
    with pytest.raises(WeightsError, match="at a place that the file does not have"):
        read_onnx_model(tmp_path / "net.onnx")
    whole = onnx.load(tmp_path / "net.onnx", load_external_data=False)
    for one in whole.graph.initializer:
        one.external_data[0].value = "../secret.bin"
    (tmp_path / "net.onnx").write_bytes(whole.SerializeToString())
    (tmp_path.parent / "secret.bin").write_bytes(stored)
    with pytest.raises(WeightsError, match="outside its own folder"):
        read_onnx_model(tmp_path / "net.onnx")


def test_operations_of_a_version_before_7_say_where_they_broadcast() -> None:
    nodes = [node("Add", ["x", "c"], ["y"], axis=1, broadcast=1)]
    program = compiled(nodes, {"c": np.arange(1, 4, dtype=np.float32)}, opset=6)
    x = floats(1, 3, 8, 8)
    expected = x + np.arange(1, 4, dtype=np.float32)[:, None, None]
    np.testing.assert_allclose(program.apply(program.params, {"x": x})["y"], expected)


def test_what_the_number_of_values_depends_on_is_refused() -> None:
    program = compiled([node("NonZero", ["x"], ["y"])])
    with pytest.raises(WeightsError, match="a number of values that depends on the picture"):
        jax.jit(lambda x: program.apply({}, {"x": x}))(floats(1, 3, 8, 8))


def test_an_unknown_model_still_cannot_be_inspected(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    network(tmp_path / "net.onnx")
    iad.register_model("ox_rt", tmp_path / "net.onnx", size=16, runtime="onnxruntime")
    with pytest.raises(ArgumentError, match="layers of 'ox_rt' cannot be inspected"):
        registry.architecture("ox_rt")
