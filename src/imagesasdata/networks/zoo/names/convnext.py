"""The names that ConvNeXt's parameters have in torchvision's published file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from imagesasdata.networks.weights.assign import Slot, assign
from imagesasdata.networks.weights.torch_names import conv, layer_norm, linear
from imagesasdata.networks.zoo.architectures.convnext import ConvNeXt, Shrink


def load(model: ConvNeXt, state: Mapping[str, np.ndarray]) -> None:
    """Put a PyTorch state dict into a model, in place.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    assign(_slots(model), state)


def _slots(model: ConvNeXt) -> Iterator[Slot]:
    yield from conv(model.stem, "features.0.0")
    yield from layer_norm(model.stem_norm, "features.0.1")
    for number, stage in enumerate(model.stages):
        # Even numbers are the layers before a stage, odd numbers its blocks.
        blocks = list(stage)
        if isinstance(blocks[0], Shrink):
            shrink = blocks.pop(0)
            yield from layer_norm(shrink.norm, f"features.{2 * number}.0")
            yield from conv(shrink.conv, f"features.{2 * number}.1")
        for index, block in enumerate(blocks):
            name = f"features.{2 * number + 1}.{index}."
            yield Slot(f"{name}layer_scale", block.scale, lambda values: values[:, 0, 0])
            yield from conv(block.filters, f"{name}block.0")
            yield from layer_norm(block.norm, f"{name}block.2")
            yield from linear(block.widen, f"{name}block.3")
            yield from linear(block.narrow, f"{name}block.5")
    yield from layer_norm(model.norm, "classifier.0")
    yield from linear(model.classifier, "classifier.2")
