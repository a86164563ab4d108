"""The names that SigLIP's parameters have in the published file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from imagesasdata.networks.weights.assign import Slot, assign
from imagesasdata.networks.weights.torch_names import conv, layer_norm, linear, stacked
from imagesasdata.networks.zoo.architectures.siglip import SigLIP
from imagesasdata.networks.zoo.names.clip import blocks


def load(model: SigLIP, state: Mapping[str, np.ndarray]) -> None:
    """Put the file's arrays into a model, in place.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    assign(_slots(model), state)


def _slots(model: SigLIP) -> Iterator[Slot]:
    prefix = "vision_model.embeddings."
    yield from conv(model.patches, f"{prefix}patch_embedding")
    yield Slot(f"{prefix}position_embedding.weight", model.places)
    yield from blocks([block for stage in model.stages for block in stage], "vision_model")
    yield from layer_norm(model.norm, "vision_model.post_layernorm")
    pooling, prefix = model.pooling, "vision_model.head."
    yield Slot(f"{prefix}probe", pooling.query, lambda values: values[0])
    attention = pooling.attention
    layers = attention.query, attention.key, attention.value
    yield from stacked(layers, f"{prefix}attention.in_proj")
    yield from linear(attention.out, f"{prefix}attention.out_proj")
    yield from layer_norm(pooling.norm, f"{prefix}layernorm")
    yield from linear(pooling.widen, f"{prefix}mlp.fc1")
    yield from linear(pooling.narrow, f"{prefix}mlp.fc2")

    prefix = "text_model.embeddings."
    yield Slot(f"{prefix}token_embedding.weight", model.words)
    yield Slot(f"{prefix}position_embedding.weight", model.text_places)
    yield from blocks(list(model.text_blocks), "text_model")
    yield from layer_norm(model.text_norm, "text_model.final_layer_norm")
    yield from linear(model.projection, "text_model.head")
    yield Slot("logit_scale", model.scale)
    yield Slot("logit_bias", model.bias)
