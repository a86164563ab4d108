"""The names that ViT's parameters have in torchvision's published file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from imagesasdata.networks.weights.assign import Slot, assign, from_linear
from imagesasdata.networks.weights.torch_names import conv, layer_norm, linear
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
        for part, layer in enumerate((attention.query, attention.key, attention.value)):
            # Query, key and value are stacked in the file.
            cut = _third(part)
            yield Slot(
                f"{name}self_attention.in_proj_weight",
                layer.kernel,
                lambda values, cut=cut: from_linear(cut(values)),
            )
            if layer.bias is not None:
                yield Slot(f"{name}self_attention.in_proj_bias", layer.bias, cut)
        yield from linear(attention.out, f"{name}self_attention.out_proj")
        yield from layer_norm(block.norm2, f"{name}ln_2")
        yield from linear(block.widen, f"{name}mlp.0")
        yield from linear(block.narrow, f"{name}mlp.3")
    yield from layer_norm(body.norm, "encoder.ln")
    yield from linear(model.classifier, "heads.head")


def _third(part: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda values: np.split(values, 3)[part]
