"""The names that VGG's parameters have in Keras's published files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.weights.assign import Slot, assign
from imagesasdata.networks.zoo.architectures.vgg import VGG


def load(model: VGG, state: Mapping[str, np.ndarray]) -> None:
    """Put the arrays of a Keras file into a model, in place.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    assign(_slots(model), _by_layer(state))


def _by_layer(state: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays as ``layer/kernel`` and ``layer/bias``, whatever names a Keras version uses."""
    named: dict[str, np.ndarray] = {}
    for path, values in state.items():
        parts = [part for part in path.split("/") if part != "model_weights"]
        name = f"{parts[0]}/{'bias' if np.ndim(values) == 1 else 'kernel'}"
        if name in named:
            raise WeightsError(f"The weights have more than one {name!r}.")
        named[name] = values
    return named


def _slots(model: VGG) -> Iterator[Slot]:
    for number, stage in enumerate(model.stages, start=1):
        for index, block in enumerate(stage, start=1):
            name = f"block{number}_conv{index}"
            # The published network takes blue, green, red; all networks here take red, green, blue.
            first = (number, index) == (1, 1)
            yield Slot(f"{name}/kernel", block.kernel, _colors_turned if first else None)
            if block.bias is not None:
                yield Slot(f"{name}/bias", block.bias)
    layers = {"fc1": model.hidden[0], "fc2": model.hidden[1], "predictions": model.classifier}
    for name, layer in layers.items():
        yield Slot(f"{name}/kernel", layer.kernel)
        if layer.bias is not None:
            yield Slot(f"{name}/bias", layer.bias)


def _colors_turned(kernel: np.ndarray) -> np.ndarray:
    return kernel[:, :, ::-1, :]
