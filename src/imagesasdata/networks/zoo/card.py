"""A model's card: its weights, its input, its origin, its accuracy and its limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from imagesasdata.arrays.faces.closer_look import Odds
from imagesasdata.arrays.faces.identity import Calibration
from imagesasdata.arrays.pixels import Interpolation
from imagesasdata.networks.weights.file import WeightFile
from imagesasdata.networks.zoo.measured import Measured
from imagesasdata.networks.zoo.uses import USES

Task = Literal[
    "classify",
    "embed",
    "zero_shot",
    "caption",
    "detect_objects",
    "detect_faces",
    "embed_faces",
    "analyze_faces",
    "score_unsafe",
    "measure_depth",
]
# The part of a picture that the network sees.
Fit = Literal["center", "letterbox", "stretch", "shape", "face", "eyes", "points"]


@dataclass(frozen=True)
class Preprocess:
    """How a picture becomes the network's input: a square, scaled, but for ``"shape"``.

    ``size`` is the input's side in pixels. ``fit`` says what is scaled to it: a ``"center"`` square,
    whose side is ``share`` of the picture's shorter side; that share of width and height, stretched
    to a square (``"stretch"``); the whole picture with a margin (``"letterbox"``), of the gray value
    ``margin``; the whole picture in its own shape (``"shape"``), with ``size`` as the length of one
    side and all sides multiples of ``multiple``; the crop of a ``"face"``, whose side is ``share`` times
    the face's; or a face whose eyes are where dlib puts them (``"eyes"``), or eyes, nose and mouth where
    ArcFace does (``"points"``). The network itself subtracts ``mean`` from the values 0 to 255 of red,
    green and blue and divides by ``sd``. With ``jpeg`` the crop is first packed as a JPEG and unpacked,
    as the network's makers did.
    """

    size: int
    share: float = 1.0
    interpolation: Interpolation = "bicubic"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    sd: tuple[float, float, float] = (1.0, 1.0, 1.0)
    fit: Fit = "center"
    margin: int = 0
    multiple: int = 1
    jpeg: bool = False

    def short_side(self, detail: int = 1) -> int:
        """The shorter side, in pixels, that a decoded picture needs for ``detail`` times the input size.

        It includes what is cropped.
        """
        return math.ceil(detail * self.size / self.share)

    def __str__(self) -> str:
        """The network's input in words."""
        if self.fit == "shape":
            return (
                f"whole picture in its own shape, its shorter side about {self.size} pixels, both "
                f"multiples of {self.multiple} ({self.interpolation}), {self._values()}"
            )
        part = (
            "whole"
            if self.share == 1
            else f"center {self.share:.0%} of the width and height of the"
        )
        seen = {
            "center": f"center {self.share:.0%} of the picture",
            "letterbox": "whole picture, with a margin to make it square,",
            "stretch": f"{part} picture, pressed into a square,",
            "face": "a face that was found, cropped,",
            "eyes": "a face that was found, with its eyes level and in their places,",
            "points": "a face that was found, with its eyes, nose and mouth in their places,",
        }[self.fit]
        return (
            f"{seen} at {self.size} x {self.size} pixels ({self.interpolation}), {self._values()}"
        )

    def _values(self) -> str:
        packed = "packed as a JPEG and unpacked, " if self.jpeg else ""
        return f"{packed}RGB less {_triple(self.mean)}, divided by {_triple(self.sd)}"


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """A model's card: what to know before using it, and what to cite.

    If the model has none, ``classes`` and ``embedding_size`` are 0, and ``labels`` and ``score``
    empty. ``threshold`` is the default score threshold of an object detector; ``calibration`` turns
    distances of face embeddings into probabilities of one person, ``odds`` a face detector's scores
    into the probability of a face. ``cpu_batch`` is the number of pictures that a core gets at once,
    if another than the default was measured best. ``extra`` is the extra of this library that installs
    what it runs with, besides its weights. ``score`` is the makers'; ``measured`` is what this project
    found, with intervals.
    """

    name: str
    title: str
    architecture: str
    tasks: tuple[Task, ...]
    weights: tuple[WeightFile, ...]
    preprocess: Preprocess
    labels: str = ""
    classes: int = 0
    embedding_size: int = 0
    parameters: int
    license: str
    training_data: str
    score: Mapping[str, float]
    score_source: str
    limits: tuple[str, ...]
    citation: str
    threshold: float = 0.4
    calibration: Calibration | None = None
    odds: Odds | None = None
    cpu_batch: int | None = None
    extra: str = ""
    measured: tuple[Measured, ...] = ()

    @property
    def intended_use(self) -> str:
        """What to use a model of these tasks for."""
        return "; ".join(USES[task].intended for task in self.tasks if task in USES)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What not to conclude from it."""
        return tuple(dict.fromkeys(USES[task].caution for task in self.tasks if task in USES))

    def __str__(self) -> str:
        """The card as Markdown."""
        scores = ", ".join(f"{name} {value}" for name, value in self.score.items())
        accuracy = f"{scores} ({self.score_source})" if scores else self.score_source
        output = [f"{self.classes:,} classes ({self.labels})"] if self.classes else []
        if self.embedding_size:
            output.append(f"embedding of {self.embedding_size:,} numbers")
        lines = [
            f"# {self.title}",
            "",
            f"- **name**: `{self.name}`",
            f"- **architecture**: {self.architecture}, {self.parameters:,} parameters",
            f"- **tasks**: {', '.join(self.tasks)}",
            f"- **intended use**: {self.intended_use}",
            f"- **input**: {self.preprocess}",
            *([f"- **output**: {'; '.join(output)}"] if output else []),
            f"- **training data**: {self.training_data}",
            f"- **published accuracy**: {accuracy}",
            f"- **license**: {self.license}",
            *(f"- **weights**: {file}" for file in self.weights),
            f"- **cite**: {self.citation}",
            "",
            *(("## Measured here", "") if self.measured else ()),
            *(f"- {figure}" for figure in self.measured),
            *(("",) if self.measured else ()),
            "## Known limits",
            "",
            *(f"- {limit}" for limit in self.limits),
            "",
            "## Cautions",
            "",
            *(f"- {caution}" for caution in self.cautions),
        ]
        return "\n".join(lines)


def _triple(values: tuple[float, float, float]) -> str:
    """One number if all are equal, else all three."""
    few = dict.fromkeys(f"{value:g}" for value in values)
    return next(iter(few)) if len(few) == 1 else f"({', '.join(f'{value:g}' for value in values)})"
