"""The names that MobileNetV2's parameters have in torchvision's published file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from imagesasdata.networks.weights.assign import Slot, assign
from imagesasdata.networks.weights.torch_names import COUNTERS, conv_norm, linear
from imagesasdata.networks.zoo.architectures.mobilenet_v2 import MobileNetV2


def load(model: MobileNetV2, state: Mapping[str, np.ndarray]) -> None:
    """Put a PyTorch state dict into a model, in place.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    assign(_slots(model), state, ignored=COUNTERS)


def _slots(model: MobileNetV2) -> Iterator[Slot]:
    yield from conv_norm(model.stem, "features.0.0", "features.0.1")
    blocks = [block for stage in model.stages for block in stage]
    for number, block in enumerate(blocks, start=1):
        prefix = f"features.{number}.conv."
        step = 0
        if block.expand is not None:
            yield from conv_norm(block.expand, f"{prefix}0.0", f"{prefix}0.1")
            step = 1
        yield from conv_norm(block.filters, f"{prefix}{step}.0", f"{prefix}{step}.1")
        yield from conv_norm(block.project, f"{prefix}{step + 1}", f"{prefix}{step + 2}")
    head = f"features.{len(blocks) + 1}"
    yield from conv_norm(model.head, f"{head}.0", f"{head}.1")
    yield from linear(model.classifier, "classifier.1")
