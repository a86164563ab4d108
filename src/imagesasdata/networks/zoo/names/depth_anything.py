"""The names that Depth Anything's parameters have in the published safetensors file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from imagesasdata.networks.weights.assign import Slot, assign
from imagesasdata.networks.weights.torch_names import conv
from imagesasdata.networks.zoo.architectures.depth_anything import DepthAnything, Residual
from imagesasdata.networks.zoo.names import dinov2

_LAYERS = "neck.fusion_stage.layers."
# The coarsest map has nothing to be added to; the file holds the layers for it all the same.
_IGNORED = tuple(
    f"{_LAYERS}0.residual_layer1.convolution{number}.{kind}"
    for number in (1, 2)
    for kind in ("weight", "bias")
)


def load(model: DepthAnything, state: Mapping[str, np.ndarray]) -> None:
    """Put the file's arrays into a model, in place.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    assign(_slots(model), state, ignored=(*dinov2.IGNORED, *_IGNORED))


def _slots(model: DepthAnything) -> Iterator[Slot]:
    yield from dinov2.slots(model.body, "backbone.")
    head, prefix = model.head, "neck.reassemble_stage.layers."
    for number, layer in enumerate(head.projections):
        yield from conv(layer, f"{prefix}{number}.projection")
    for number, layer in enumerate(head.enlargements):
        # PyTorch's kernel of a transposed convolution is (in, out, height, width).
        yield Slot(
            f"{prefix}{number}.resize.weight",
            layer.kernel,
            lambda values: values.transpose(0, 2, 3, 1),
        )
        yield Slot(f"{prefix}{number}.resize.bias", layer.bias)
    yield from conv(head.halving, f"{prefix}3.resize")
    for number, layer in enumerate(head.narrowings):
        yield from conv(layer, f"neck.convs.{number}")
    for number, fusion in enumerate(head.fusions):
        yield from conv(fusion.projection, f"{_LAYERS}{number}.projection")
        if fusion.finer is not None:
            yield from _residual(fusion.finer, f"{_LAYERS}{number}.residual_layer1")
        yield from _residual(fusion.both, f"{_LAYERS}{number}.residual_layer2")
    for number, layer in enumerate((head.out1, head.out2, head.out3), 1):
        yield from conv(layer, f"head.conv{number}")


def _residual(layer: Residual, name: str) -> Iterator[Slot]:
    yield from conv(layer.first, f"{name}.convolution1")
    yield from conv(layer.second, f"{name}.convolution2")
