"""What is known of a model: its weights, its input, its origin, its accuracy and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Task = Literal["classify", "embed"]


@dataclass(frozen=True)
class PackageResource:
    """A file inside an installed Python package.

    ``extra`` is the extra of this library that installs it; empty when it comes with the library.
    """

    package: str
    module: str
    path: str
    extra: str = ""


@dataclass(frozen=True)
class WeightFile:
    """A published file of weights, known by its hash, and where it may be found."""

    name: str
    sha256: str
    bytes: int
    sources: tuple[PackageResource, ...]


@dataclass(frozen=True)
class Preprocess:
    """How a picture becomes the network's input: the centre square, scaled.

    ``size`` is the input's side in pixels; ``share`` the square's side as a share of the picture's
    shorter side.
    """

    size: int
    share: float


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """A model's card: what to know before using it, and to cite after."""

    name: str
    title: str
    architecture: str
    tasks: tuple[Task, ...]
    scale: tuple[float, float]
    weights: WeightFile
    preprocess: Preprocess
    labels: str
    classes: int
    embedding_size: int
    parameters: int
    licence: str
    training_data: str
    score: Mapping[str, float]
    score_source: str
    limits: tuple[str, ...]
    citation: str

    def __str__(self) -> str:
        """The card as Markdown."""
        scores = ", ".join(f"{name} {value}" for name, value in self.score.items())
        lines = [
            f"# {self.title}",
            "",
            f"- **name**: `{self.name}`",
            f"- **architecture**: {self.architecture}, {self.parameters:,} parameters",
            f"- **tasks**: {', '.join(self.tasks)}",
            f"- **input**: centre {self.preprocess.share:.0%} of the picture at "
            f"{self.preprocess.size} x {self.preprocess.size} pixels, RGB",
            f"- **output**: {self.classes:,} classes ({self.labels}); embedding of "
            f"{self.embedding_size:,} numbers",
            f"- **training data**: {self.training_data}",
            f"- **published accuracy**: {scores} ({self.score_source})",
            f"- **licence**: {self.licence}",
            f"- **weights**: {self.weights.name}, {self.weights.bytes:,} bytes, sha256 "
            f"{self.weights.sha256}",
            f"- **cite**: {self.citation}",
            "",
            "## Known limits",
            "",
            *(f"- {limit}" for limit in self.limits),
        ]
        return "\n".join(lines)
