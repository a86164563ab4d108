"""PyTorch's names and layouts of the parameters of shared layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from flax import nnx

from imagesasdata.networks.nn.layers import Conv, ConvNorm
from imagesasdata.networks.weights.assign import Slot, from_conv, from_depthwise, from_linear

# Counts training steps; not needed for inference.
COUNTERS = ("num_batches_tracked",)


def conv_norm(layer: ConvNorm, conv: str, norm: str) -> Iterator[Slot]:
    """A convolution without bias and its batch normalization."""
    yield Slot(f"{conv}.weight", layer.kernel, from_depthwise if layer.by_channel else from_conv)
    yield from _scale_and_shift(layer.norm, norm)
    yield Slot(f"{norm}.running_mean", layer.norm.mean)
    yield Slot(f"{norm}.running_var", layer.norm.var)


def conv(layer: Conv, name: str) -> Iterator[Slot]:
    """A convolution, with a bias if the layer has one."""
    yield Slot(f"{name}.weight", layer.kernel, from_depthwise if layer.by_channel else from_conv)
    if layer.bias is not None:
        yield Slot(f"{name}.bias", layer.bias)


def linear(layer: nnx.Linear, name: str) -> Iterator[Slot]:
    """A matrix product, with a bias if the layer has one."""
    yield Slot(f"{name}.weight", layer.kernel, from_linear)
    if layer.bias is not None:
        yield Slot(f"{name}.bias", layer.bias)


def stacked(layers: Sequence[nnx.Linear], name: str) -> Iterator[Slot]:
    """Matrix products with biases that are one array in the file, such as query, key and value."""
    for number, layer in enumerate(layers):

        def cut(values: np.ndarray, number: int = number) -> np.ndarray:
            return np.split(values, len(layers))[number]

        yield Slot(f"{name}_weight", layer.kernel, lambda values, cut=cut: from_linear(cut(values)))
        if layer.bias is not None:
            yield Slot(f"{name}_bias", layer.bias, cut)


def layer_norm(layer: nnx.LayerNorm, name: str) -> Iterator[Slot]:
    """A layer normalization."""
    yield from _scale_and_shift(layer, name)


def _scale_and_shift(layer: nnx.BatchNorm | nnx.LayerNorm, name: str) -> Iterator[Slot]:
    if layer.scale is not None and layer.bias is not None:
        yield Slot(f"{name}.weight", layer.scale)
        yield Slot(f"{name}.bias", layer.bias)
