"""The state of training: the weights, the history, and the progress within an epoch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imagesasdata.training.batches import Batch
from imagesasdata.training.loss import Params
from imagesasdata.training.trainer import Summed

Row = dict[str, float]


@dataclass(eq=False)
class Epoch:
    """The progress within the current epoch."""

    steps: int = 0
    loss: float = 0.0
    weight: float = 0.0
    outputs: list[np.ndarray] = field(default_factory=list)

    def add(self, sums: Summed, batch: Batch) -> None:
        """Count one more step."""
        self.steps += 1
        self.loss += float(sums.loss)
        self.weight += float(sums.weight)
        self.outputs.append(np.asarray(sums.outputs)[batch.rows >= 0])


@dataclass(eq=False)
class Course:
    """The state of training: the weights, the optimizer, the history, the best weights so far."""

    trained: Params
    state: Any
    best: Params
    history: list[Row] = field(default_factory=list)
    best_epoch: int = 0
    now: Epoch = field(default_factory=Epoch)

    def waited(self) -> int:
        """Epochs since the best one."""
        return len(self.history) - self.best_epoch
