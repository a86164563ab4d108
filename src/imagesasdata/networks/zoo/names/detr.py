"""The names of DETR's parameters in its authors' published file, and their layout here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from imagesasdata.networks.nn.transformer import Dense
from imagesasdata.networks.weights.assign import assign, under
from imagesasdata.networks.weights.torch_arrays import Arrays
from imagesasdata.networks.weights.torch_names import COUNTERS
from imagesasdata.networks.zoo.architectures.detr import Attention, Decodes, Encodes, Last
from imagesasdata.networks.zoo.architectures.resnet import ResNet
from imagesasdata.networks.zoo.names.resnet import body_slots

_BACKBONE = "model.backbone.conv_encoder.model."


def load_backbone(backbone: ResNet, tensors: Mapping[str, np.ndarray]) -> None:
    """Put the convolutional backbone into a network, in place.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    assign(body_slots(backbone), under(tensors, _BACKBONE), ignored=COUNTERS)


def parameters(tensors: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """All other parameters.

    Raises
    ------
    WeightsError
        When one is missing.
    """
    state = Arrays(tensors)
    kernel, bias = (state[f"model.input_projection.{part}"] for part in ("weight", "bias"))
    heads = "bbox_predictor.layers."
    return {
        "project": Dense(kernel[..., 0, 0].T, bias),  # type: ignore[arg-type]
        "encoder": [_encodes(state, name) for name in _layers(state, "model.encoder.layers.")],
        "decoder": [_decodes(state, name) for name in _layers(state, "model.decoder.layers.")],
        "norm": state.scale("model.decoder.layernorm"),
        "questions": state["model.query_position_embeddings.weight"],
        "kinds": state.dense("class_labels_classifier"),
        "boxes": [state.dense(f"{heads}{index}") for index in range(state.count(heads))],
    }


def _layers(state: Arrays, start: str) -> list[str]:
    return [f"{start}{number}." for number in range(state.count(start))]


def _encodes(state: Arrays, name: str) -> Encodes:
    return Encodes(_attention(state, f"{name}self_attn"), _last(state, name))


def _decodes(state: Arrays, name: str) -> Decodes:
    own, picture = (_attention(state, f"{name}{part}_attn") for part in ("self", "encoder"))
    return Decodes(own, picture, _last(state, name))


def _attention(state: Arrays, name: str) -> Attention:
    ask, key, value, out = (state.dense(f"{name}.{part}_proj") for part in ("q", "k", "v", "out"))
    return Attention(ask, key, value, out, state.scale(f"{name}_layer_norm"))


def _last(state: Arrays, name: str) -> Last:
    widen, narrow = (state.dense(f"{name}{part}") for part in ("fc1", "fc2"))
    return Last(widen, narrow, state.scale(f"{name}final_layer_norm"))
