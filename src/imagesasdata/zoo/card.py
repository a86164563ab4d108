"""What is known of a model: its weights, its input, its origin, its accuracy and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from imagesasdata.pixels import Interpolation
from imagesasdata.zoo.uses import USES

Task = Literal[
    "classify",
    "embed",
    "zero_shot",
    "caption",
    "detect_objects",
    "detect_faces",
    "embed_faces",
    "analyze_faces",
]
# What part of a picture the network sees.
Fit = Literal["centre", "letterbox", "stretch", "face"]


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
class Download:
    """A file at an address that is pinned to a version.

    ``member`` names it inside an archive (.tgz, .tar or .zip), when that is what the address gives;
    a file of weights is then the member, not the archive.
    """

    url: str
    member: str = ""


@dataclass(frozen=True)
class NpmPackage:
    """A file inside a package of npm, JavaScript's registry, at one version."""

    package: str
    version: str
    path: str


Source = PackageResource | Download | NpmPackage


@dataclass(frozen=True)
class WeightFile:
    """A published file of weights, known by its hash, and where it may be found, the best first.

    ``bytes`` is 0 where the size was not published. Of some files only the ``md5`` was published;
    their ``sha256`` is empty.
    """

    name: str
    sha256: str
    bytes: int
    sources: tuple[Source, ...]
    md5: str = ""

    @property
    def algorithm(self) -> Literal["sha256", "md5"]:
        """The kind of the published hash."""
        return "sha256" if self.sha256 else "md5"

    @property
    def digest(self) -> str:
        """The published hash in hexadecimal."""
        return self.sha256 or self.md5

    def may_be(self, size: int) -> bool:
        """Whether a file of so many bytes may be this one."""
        return self.bytes in {0, size}


@dataclass(frozen=True)
class Preprocess:
    """How a picture becomes the network's input: a square, scaled.

    ``size`` is the input's side in pixels. ``fit`` says what the square is: the picture's
    ``"centre"``, its side the ``share`` of the picture's shorter side; that share of
    its width and of its height, pressed into a square (``"stretch"``); the whole picture with a
    margin (``"letterbox"``); or a ``"face"`` that was found,
    ``share`` then being the crop's side as a share of the face's. The network itself takes ``mean``
    from the values 0 to 255 of red, green and blue and divides by ``sd``.
    """

    size: int
    share: float = 1.0
    interpolation: Interpolation = "bicubic"
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    sd: tuple[float, float, float] = (1.0, 1.0, 1.0)
    fit: Fit = "centre"

    def __str__(self) -> str:
        """What the network is given, in words."""
        part = (
            "whole"
            if self.share == 1
            else f"centre {self.share:.0%} of the width and height of the"
        )
        seen = {
            "centre": f"centre {self.share:.0%} of the picture",
            "letterbox": "whole picture, with a margin to make it square,",
            "stretch": f"{part} picture, pressed into a square,",
            "face": "a face that was found, cropped,",
        }[self.fit]
        return (
            f"{seen} at {self.size} x {self.size} pixels ({self.interpolation}), "
            f"RGB less {_triple(self.mean)}, divided by {_triple(self.sd)}"
        )


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """A model's card: what to know before using it, and to cite after.

    ``classes`` and ``embedding_size`` are 0, ``labels`` and ``score`` empty, where the model has none.
    ``threshold`` is the score that a detector of objects asks for by default. ``cpu_batch`` is how many
    pictures a core is given at once, where measured to be other than usual.
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
    licence: str
    training_data: str
    score: Mapping[str, float]
    score_source: str
    limits: tuple[str, ...]
    citation: str
    threshold: float = 0.4
    cpu_batch: int | None = None

    @property
    def intended_use(self) -> str:
        """What a model of these tasks is for."""
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
            f"- **licence**: {self.licence}",
            *(
                f"- **weights**: {file.name}, "
                + (f"{file.bytes:,} bytes, " if file.bytes else "")
                + f"{file.algorithm} {file.digest}"
                for file in self.weights
            ),
            f"- **cite**: {self.citation}",
            "",
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
    """One number where all are equal, else the three of them."""
    few = dict.fromkeys(f"{value:g}" for value in values)
    return next(iter(few)) if len(few) == 1 else f"({', '.join(f'{value:g}' for value in values)})"
