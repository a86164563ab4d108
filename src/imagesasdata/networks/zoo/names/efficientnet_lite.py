"""The names that EfficientNet-Lite's parameters have in the published PyTorch files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from imagesasdata.networks.weights.assign import Slot, assign
from imagesasdata.networks.weights.torch_names import COUNTERS, conv_norm, linear
from imagesasdata.networks.zoo.architectures.efficientnet_lite import EfficientNetLite


def load(model: EfficientNetLite, state: Mapping[str, np.ndarray]) -> None:
    """Put a PyTorch state dict into a model, in place.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    assign(_slots(model), state, ignored=COUNTERS)


def _slots(model: EfficientNetLite) -> Iterator[Slot]:
    yield from conv_norm(model.stem, "_conv_stem", "_bn0")
    blocks = [block for stage in model.stages for block in stage]
    for number, block in enumerate(blocks):
        prefix = f"_blocks.{number}."
        if block.expand is not None:
            yield from conv_norm(block.expand, f"{prefix}_expand_conv", f"{prefix}_bn0")
        yield from conv_norm(block.filters, f"{prefix}_depthwise_conv", f"{prefix}_bn1")
        yield from conv_norm(block.project, f"{prefix}_project_conv", f"{prefix}_bn2")
    yield from conv_norm(model.head, "_conv_head", "_bn1")
    yield from linear(model.classifier, "_fc")
