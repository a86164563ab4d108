"""The settings of `fine_tune` by name, for type checkers and editors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from optax import GradientTransformation

from imagesasdata.augmentations import Augmentation
from imagesasdata.files.decode import Exactness
from imagesasdata.files.sources import PathLike
from imagesasdata.steps.step import Step
from imagesasdata.training.outcome import OutcomeKind


class Settings(TypedDict, total=False):
    """All but the pictures and the outcome."""

    path: str
    model: str
    kind: OutcomeKind | None
    levels: Sequence[Any] | None
    train: str
    head: tuple[int, ...]
    dropout: float
    split: tuple[float, float, float] | str | None
    group: str | None
    weights: str | None
    stratify: bool
    folds: int | None
    epochs: int
    learning_rate: float | Literal["auto"]
    optimizer: Literal["sgd", "adamw"] | GradientTransformation
    schedule: Literal["cosine", "constant", "step"]
    step_size: int | None
    gamma: float | None
    l1: float
    l2: float
    label_smoothing: float
    class_weight: Literal["balanced"] | Mapping[Any, float] | None
    augment: Literal["light", "none"] | Sequence[Augmentation | Step]
    early_stopping: int | None
    target_accuracy: float | None
    seed: int
    checkpoint: PathLike | None
    decode: Exactness
    max_pixels: int
    batch_size: int | None
    workers: int | None
    device: str | None
    cache: PathLike | None
    progress: bool | None
