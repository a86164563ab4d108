"""The names of BLIP's parameters in the authors' published files, and their layout here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.networks.nn.layers import Folded
from imagesasdata.networks.nn.transformer import FoldedBlock
from imagesasdata.networks.weights.assign import from_conv
from imagesasdata.networks.weights.torch_arrays import Arrays
from imagesasdata.networks.zoo.architectures.blip import PATCH, SIZE, Head, Layer, Reads, Sees


def parameters(tensors: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """The parameters of a network that describes pictures or, with a text encoder, answers questions.

    A normalization before a matrix is folded into it, and matrices with the same input are joined.

    Raises
    ------
    WeightsError
        When one is missing, or they are for pictures of another size.
    """
    state = Arrays(tensors)
    words = "text_decoder.bert.embeddings.word_embeddings.weight"
    last = "text_decoder.cls.predictions."
    # Both names stand for the same matrix; some files have only one of them.
    tied = words if words in state else f"{last}decoder.weight"
    params: dict[str, Any] = {
        "sees": _sees(state),
        "writes": _reads(state, "text_decoder.bert.", state[tied]),
        "head": Head(
            state.dense(f"{last}transform.dense"),
            state.scale(f"{last}transform.LayerNorm"),
            state[tied],  # type: ignore[arg-type]
            state[f"{last}bias"],  # type: ignore[arg-type]
        ),
    }
    question = "text_encoder.embeddings.word_embeddings.weight"
    if question in state:
        params["reads"] = _reads(state, "text_encoder.", state[question])
    return params


def _sees(state: Arrays) -> Sees:
    start = "vision_model.embeddings."
    positions = state[f"{start}position_embedding"][0]
    wanted = (SIZE // PATCH) ** 2 + 1
    if len(positions) != wanted:
        raise WeightsError(
            f"The weights are for pictures of {len(positions)} places, the network sees {wanted}."
        )
    blocks = []
    for number in range(state.count("vision_model.encoder.layers.")):
        name = f"vision_model.encoder.layers.{number}."
        blocks.append(
            FoldedBlock(
                state.after(f"{name}layer_norm1", f"{name}self_attn.qkv"),
                state.dense(f"{name}self_attn.projection"),
                state.after(f"{name}layer_norm2", f"{name}mlp.fc1"),
                state.dense(f"{name}mlp.fc2"),
            )
        )
    kernel, bias = (state[f"{start}patch_embedding.{part}"] for part in ("weight", "bias"))
    return Sees(
        Folded(from_conv(kernel), bias),  # type: ignore[arg-type]
        state[f"{start}class_embedding"][0, 0],  # type: ignore[arg-type]
        positions,  # type: ignore[arg-type]
        blocks,
        state.scale("vision_model.post_layernorm"),
    )


def _reads(state: Arrays, part: str, words: np.ndarray) -> Reads:
    layers = []
    for number in range(state.count(f"{part}encoder.layer.")):
        name = f"{part}encoder.layer.{number}."
        own, other = f"{name}attention.", f"{name}crossattention."
        layers.append(
            Layer(
                state.joined(*(f"{own}self.{part}" for part in ("query", "key", "value"))),
                state.dense(f"{own}output.dense"),
                state.scale(f"{own}output.LayerNorm"),
                state.dense(f"{other}self.query"),
                state.joined(f"{other}self.key", f"{other}self.value"),
                state.dense(f"{other}output.dense"),
                state.scale(f"{other}output.LayerNorm"),
                state.dense(f"{name}intermediate.dense"),
                state.dense(f"{name}output.dense"),
                state.scale(f"{name}output.LayerNorm"),
            )
        )
    return Reads(
        words,  # type: ignore[arg-type]
        state[f"{part}embeddings.position_embeddings.weight"],  # type: ignore[arg-type]
        state.scale(f"{part}embeddings.LayerNorm"),
        layers,
    )
