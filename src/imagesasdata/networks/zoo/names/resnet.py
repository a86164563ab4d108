"""The names that ResNet's parameters have in torchvision's and in Places365's published files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from imagesasdata.networks.weights.assign import Slot, assign
from imagesasdata.networks.weights.torch_names import COUNTERS, conv_norm, linear
from imagesasdata.networks.zoo.architectures.resnet import ResNet


def load(model: ResNet, state: Mapping[str, np.ndarray]) -> None:
    """Put a PyTorch state dict into a model, in place.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    assign(_slots(model), state, ignored=COUNTERS)


def _slots(model: ResNet) -> Iterator[Slot]:
    yield from body_slots(model)
    yield from linear(model.classifier, "fc")


def body_slots(model: ResNet) -> Iterator[Slot]:
    """All parameters but the classifier's."""
    yield from conv_norm(model.stem, "conv1", "bn1")
    for number, stage in enumerate(model.stages, start=1):
        for index, block in enumerate(stage):
            name = f"layer{number}.{index}."
            for step, layer in enumerate(block.layers, start=1):
                yield from conv_norm(layer, f"{name}conv{step}", f"{name}bn{step}")
            if block.shortcut is not None:
                yield from conv_norm(block.shortcut, f"{name}downsample.0", f"{name}downsample.1")
