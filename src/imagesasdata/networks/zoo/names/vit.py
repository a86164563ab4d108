"""The names that ViT's parameters have in torchvision's published file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from imagesasdata.networks.weights.assign import Slot, assign
from imagesasdata.networks.weights.torch_names import conv, layer_norm, linear, stacked
from imagesasdata.networks.zoo.architectures.vit import ViT


def load(model: ViT, state: Mapping[str, np.ndarray]) -> None:
    """Put a PyTorch state dict into a model, in place.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    assign(_slots(model), state)


def _slots(model: ViT) -> Iterator[Slot]:
    body = model.body
    yield from conv(body.patches, "conv_proj")
    yield Slot("class_token", body.token, lambda values: values[0, 0])
    yield Slot("encoder.pos_embedding", body.places, lambda values: values[0])
    blocks = [block for stage in body.stages for block in stage]
    for number, block in enumerate(blocks):
        name = f"encoder.layers.encoder_layer_{number}."
        yield from layer_norm(block.norm1, f"{name}ln_1")
        attention = block.attention
        layers = attention.query, attention.key, attention.value
        yield from stacked(layers, f"{name}self_attention.in_proj")
        yield from linear(attention.out, f"{name}self_attention.out_proj")
        yield from layer_norm(block.norm2, f"{name}ln_2")
        yield from linear(block.widen, f"{name}mlp.0")
        yield from linear(block.narrow, f"{name}mlp.3")
    yield from layer_norm(body.norm, "encoder.ln")
    yield from linear(model.classifier, "heads.head")
