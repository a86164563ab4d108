"""The zoo's networks beside reference implementations: the same random weights, the same pixels.

Each reference has the full size of the published network and writes its weights as the published file
has them; the file is read as a download would be.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from imagesasdata.runner import Runner
from imagesasdata.zoo import registry
from imagesasdata.zoo.family import Inference

from . import references

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("keras")  # after references, which chooses its backend

# Keras's own.
_KERAS = "ignore:__array__ implementation:DeprecationWarning"
pytestmark = [pytest.mark.parity, pytest.mark.filterwarnings(_KERAS)]

REFERENCES: dict[str, Callable[[Path], references.Written]] = {
    "vgg16": lambda folder: references.vgg(16, folder),
    "vgg19": lambda folder: references.vgg(19, folder),
    "resnet18": lambda folder: references.resnet(18, folder),
    "resnet50": lambda folder: references.resnet(50, folder),
    "resnet101": lambda folder: references.resnet(101, folder),
    "resnet18_places365": lambda folder: references.resnet(18, folder, 365, "module."),
    "mobilenet_v2": references.mobilenet_v2,
    "convnext_tiny": references.convnext_tiny,
    "vit_b16": references.vit_b16,
    "dinov2_small": references.dinov2_small,
}


def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)


def run(inference: Inference, normal: np.ndarray) -> dict[str, np.ndarray]:
    """As the library runs it: compiled, with its options for a CPU."""
    return Runner(inference.apply, inference.params, device="cpu", batch_size=2)(normal, 0)


def relative(got: np.ndarray, expected: np.ndarray) -> float:
    assert got.shape == expected.shape
    return float(np.abs(got - expected).max() / np.abs(expected).max())


@pytest.mark.parametrize("name", REFERENCES)
def test_jitted_outputs(name: str, tmp_path: Path) -> None:
    reference = REFERENCES[name](tmp_path)
    family, card = registry._find(name)
    network = family.read(card, reference.files)
    mean, sd = np.float32(card.preprocess.mean), np.float32(card.preprocess.sd)
    normal = (pixels() - mean) / sd
    expected = reference.outputs(normal)
    got = run(family.inference(network), normal)
    assert sorted(got) == sorted(expected)
    for output, values in expected.items():
        assert values.std() > 1e-3
        assert relative(got[output], values) < 1e-3, output
        assert (
            got[output].shape[1]
            == {
                "logits": card.classes,
                "embedding": card.embedding_size,
            }[output]
        )


# One of each kind of network; the others are made of the same layers.
@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "convnext_tiny", "vit_b16"])
def test_the_trainable_module_gives_the_same(name: str, tmp_path: Path) -> None:
    from flax import nnx

    reference = REFERENCES[name](tmp_path)
    family, card = registry._find(name)
    network = family.read(card, reference.files)
    network.eval()
    normal = (pixels() - np.float32(card.preprocess.mean)) / np.float32(card.preprocess.sd)
    logits, embedding = nnx.jit(lambda m, x: (m(x), m.features(x)))(network, normal)
    expected = reference.outputs(normal)
    assert relative(np.asarray(logits), expected["logits"]) < 1e-3
    assert relative(np.asarray(embedding), expected["embedding"]) < 1e-3
    assert reference.count == card.parameters
