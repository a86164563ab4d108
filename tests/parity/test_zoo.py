"""The zoo's networks beside reference implementations: the same random weights, the same pixels.

Each reference has the full size of the published network and writes its weights as the published file
has them; the file is read as a download would be.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from flax import nnx

from imagesasdata.engine.runner import Runner
from imagesasdata.networks.program import Network
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.card import ModelCard
from imagesasdata.networks.zoo.family import Family, Inference
from tests.parity import references

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
    "resnet50_places365": lambda folder: references.resnet(50, folder, 365, "module."),
    "mobilenet_v2": references.mobilenet_v2,
    "convnext_tiny": references.convnext_tiny,
    "vit_b16": references.vit_b16,
    "dinov2_small": references.dinov2_small,
}


def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)


def run(inference: Inference, normal: np.ndarray) -> dict[str, np.ndarray]:
    """As the library runs it: compiled, with its options for a CPU."""
    return Runner(Network(inference.apply, inference.params), device="cpu", batch_size=2)(normal, 0)


def relative(got: np.ndarray, expected: np.ndarray) -> float:
    assert got.shape == expected.shape
    return float(np.abs(got - expected).max() / np.abs(expected).max())


class Compared(NamedTuple):
    """A network with a reference's weights, and what that reference gives for the same pixels."""

    card: ModelCard
    family: Family
    network: Any
    normal: np.ndarray
    expected: dict[str, np.ndarray]
    count: int


# Made of the layers of others.
ALIKE = {"vgg19", "resnet101", "resnet18_places365"}


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=[pytest.mark.soak] * (name in ALIKE)) for name in REFERENCES],
)
def compared(request: pytest.FixtureRequest) -> Iterator[Compared]:
    # Files of half a gigabyte are not left behind.
    with tempfile.TemporaryDirectory(prefix="parity-") as folder:
        reference = REFERENCES[request.param](Path(folder))
        family, card = registry._find(request.param)
        network = family.read(card, reference.files)
        mean, sd = np.float32(card.preprocess.mean), np.float32(card.preprocess.sd)
        normal = (pixels() - mean) / sd
        expected = reference.outputs(normal)
        yield Compared(card, family, network, normal, expected, reference.count)


def test_jitted_outputs(compared: Compared) -> None:
    card = compared.card
    got = run(compared.family.inference(compared.network), compared.normal)
    assert sorted(got) == sorted(compared.expected)
    for output, values in compared.expected.items():
        assert values.std() > 1e-3
        assert relative(got[output], values) < 1e-3, output
    sizes = {"logits": card.classes, "embedding": card.embedding_size}
    assert all(one.shape[1] == sizes[output] for output, one in got.items())
    # Places of patches and a token for hidden ones are counted otherwise there.
    assert compared.count == card.parameters or card.name == "dinov2_small"


# One of each kind of network; the others are made of the same layers.
@pytest.mark.parametrize(
    "compared", ["vgg16", "resnet18", "mobilenet_v2", "convnext_tiny", "vit_b16"], indirect=True
)
def test_the_trainable_module_gives_the_same(compared: Compared) -> None:
    compared.network.eval()
    outputs = nnx.jit(lambda network, x: (network(x), network.features(x)))
    logits, embedding = outputs(compared.network, compared.normal)
    assert relative(np.asarray(logits), compared.expected["logits"]) < 1e-3
    assert relative(np.asarray(embedding), compared.expected["embedding"]) < 1e-3
