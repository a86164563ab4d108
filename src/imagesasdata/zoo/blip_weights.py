"""The names that BLIP's parameters have in the files of the authors' model pages, and their form here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from imagesasdata.errors import WeightsError
from imagesasdata.nn.layers import Folded
from imagesasdata.nn.transformer import Dense, FoldedBlock
from imagesasdata.weights.assign import from_conv
from imagesasdata.zoo.blip import PATCH, SIZE, Head, Layer, Reads, Scale, Sees


def parameters(state: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """The parameters of a network that describes pictures or, with a text encoder, answers.

    Normalisations before a matrix are multiplied into it, and matrices with one input are joined.

    Raises
    ------
    WeightsError
        When one is missing, or they are for pictures of another size.
    """
    state = _Names(state)
    words = "text_decoder.bert.embeddings.word_embeddings.weight"
    last = "text_decoder.cls.predictions."
    # Both names stand for one matrix; some files have one of them alone.
    tied = words if words in state else f"{last}decoder.weight"
    params: dict[str, Any] = {
        "sees": _sees(state),
        "writes": _reads(state, "text_decoder.bert.", state[tied]),
        "head": Head(
            _dense(state, f"{last}transform.dense"),
            _scale(state, f"{last}transform.LayerNorm"),
            state[tied],
            state[f"{last}bias"],
        ),
    }
    question = "text_encoder.embeddings.word_embeddings.weight"
    if question in state:
        params["reads"] = _reads(state, "text_encoder.", state[question])
    return params


class _Names(dict[str, np.ndarray]):
    """Arrays by their names, with a message for one that is missing."""

    def __missing__(self, name: str) -> np.ndarray:
        raise WeightsError(f"The weights have no {name!r}; they are for another network.")


def _sees(state: Mapping[str, np.ndarray]) -> Sees:
    start = "vision_model.embeddings."
    places = state[f"{start}position_embedding"][0]
    wanted = (SIZE // PATCH) ** 2 + 1
    if len(places) != wanted:
        raise WeightsError(
            f"The weights are for pictures of {len(places)} places, the network sees {wanted}."
        )
    blocks = []
    for number in range(_count(state, "vision_model.encoder.layers.")):
        name = f"vision_model.encoder.layers.{number}."
        blocks.append(
            FoldedBlock(
                _after(state, f"{name}layer_norm1", f"{name}self_attn.qkv"),
                _dense(state, f"{name}self_attn.projection"),
                _after(state, f"{name}layer_norm2", f"{name}mlp.fc1"),
                _dense(state, f"{name}mlp.fc2"),
            )
        )
    kernel, bias = (state[f"{start}patch_embedding.{part}"] for part in ("weight", "bias"))
    return Sees(
        Folded(from_conv(kernel), bias),  # type: ignore[arg-type]
        state[f"{start}class_embedding"][0, 0],  # type: ignore[arg-type]
        places,  # type: ignore[arg-type]
        blocks,
        _scale(state, "vision_model.post_layernorm"),
    )


def _reads(state: Mapping[str, np.ndarray], part: str, words: np.ndarray) -> Reads:
    layers = []
    for number in range(_count(state, f"{part}encoder.layer.")):
        name = f"{part}encoder.layer.{number}."
        own, other = f"{name}attention.", f"{name}crossattention."
        layers.append(
            Layer(
                _joined(state, f"{own}self", "query", "key", "value"),
                _dense(state, f"{own}output.dense"),
                _scale(state, f"{own}output.LayerNorm"),
                _dense(state, f"{other}self.query"),
                _joined(state, f"{other}self", "key", "value"),
                _dense(state, f"{other}output.dense"),
                _scale(state, f"{other}output.LayerNorm"),
                _dense(state, f"{name}intermediate.dense"),
                _dense(state, f"{name}output.dense"),
                _scale(state, f"{name}output.LayerNorm"),
            )
        )
    return Reads(
        words,  # type: ignore[arg-type]
        state[f"{part}embeddings.position_embeddings.weight"],  # type: ignore[arg-type]
        _scale(state, f"{part}embeddings.LayerNorm"),
        layers,
    )


def _count(state: Mapping[str, np.ndarray], start: str) -> int:
    """How many numbered layers there are."""
    return len({name[len(start) :].partition(".")[0] for name in state if name.startswith(start)})


def _dense(state: Mapping[str, np.ndarray], name: str) -> Dense:
    return Dense(state[f"{name}.weight"].T, state[f"{name}.bias"])  # type: ignore[arg-type]


def _joined(state: Mapping[str, np.ndarray], start: str, *parts: str) -> Dense:
    """Matrices with the same input, side by side."""
    layers = [_dense(state, f"{start}.{part}") for part in parts]
    return Dense(
        np.concatenate([layer.kernel for layer in layers], axis=1),  # type: ignore[arg-type]
        np.concatenate([layer.bias for layer in layers]),  # type: ignore[arg-type]
    )


def _after(state: Mapping[str, np.ndarray], norm: str, name: str) -> Dense:
    """A matrix with the scale and shift of the normalisation before it multiplied in."""
    scale, shift = _scale(state, norm)
    kernel, bias = _dense(state, name)
    return Dense(scale[:, None] * kernel, shift @ kernel + bias)


def _scale(state: Mapping[str, np.ndarray], name: str) -> Scale:
    return Scale(state[f"{name}.weight"], state[f"{name}.bias"])  # type: ignore[arg-type]
