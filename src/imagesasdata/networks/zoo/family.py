"""A family of models for the registry: cards, and functions that load a network."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from imagesasdata.networks.zoo.card import ModelCard

Network = TypeVar("Network")


class Inference(NamedTuple):
    """A runnable network: parameters, and a pure function of parameters and a normalized batch.

    If ``apply`` is a `program.HostFunction`, it takes pixels that are not normalized.
    """

    params: Any
    apply: Callable[[Any, Any], dict[str, Any]]


@dataclass(frozen=True, eq=False)
class TextSide:
    """A model's text encoder.

    Parameters
    ----------
    tokenize
        Turns texts into token ids, int32 (n, length).
    params
        Pytree of arrays.
    apply
        Pure function of parameters and token ids: ``{"embedding": (n, d)}``.
    scale
        What cosines of pictures and texts are multiplied by before a softmax over texts.
    bias
        What is then added before a sigmoid, for a model that judges each pair by itself.
    """

    tokenize: Callable[[Sequence[str]], np.ndarray]
    params: Any
    apply: Callable[[Any, Any], dict[str, Any]]
    scale: float
    bias: float | None = None


def text_side(
    tokenize: Callable[[Sequence[str]], np.ndarray],
    encoder: tuple[Any, Callable[[Any, Any], Any]],
    log_scale: float,
    bias: float | None = None,
) -> TextSide:
    """A text encoder from its parameters and the function of these and of token ids.

    The factor of cosines is kept as its logarithm in files of weights.
    """
    params, apply = encoder
    return TextSide(
        tokenize,
        params,
        lambda params, ids: {"embedding": apply(params, ids)},
        math.exp(log_scale),
        bias,
    )


class Words(NamedTuple):
    """How a model that writes texts begins a text, and how its token ids are decoded.

    ``begin(prompt, room)`` returns further parameters for the network: the text so far, with room for
    ``room`` more tokens. ``write`` turns token ids into text. If ``asks`` is true, a prompt is
    required and is a question.
    """

    begin: Callable[[str | None, int], dict[str, np.ndarray]]
    write: Callable[[Sequence[int]], str]
    asks: bool


@dataclass(frozen=True, kw_only=True)
class Family:
    """Models of one architecture.

    Parameters
    ----------
    cards
        One for each model. Listing them imports nothing heavy.
    read
        Reads the network from a card and its weight files, in the card's order. The network is a
        trainable Flax module if there is one, else the input of ``inference``.
    inference
        Turns the network into its fast form.
    build
        Builds an untrained network from a card, to inspect its layers without its weights; ``None``
        if there is no Flax module.
    text
        Makes the text encoder from the network and the files, if it has one.
    words
        Makes the tokenizer of a model that writes texts from the network and the files.
    kept
        Whether the inference form may be kept on disk. It may not if it is not a JAX function or gets
        further parameters when it is used.
    """

    cards: tuple[ModelCard, ...]
    read: Callable[[ModelCard, Sequence[Path]], Any]
    inference: Callable[[Any], Inference]
    build: Callable[[ModelCard], Any] | None = None
    text: Callable[[Any, Sequence[Path]], TextSide] | None = None
    words: Callable[[Any, Sequence[Path]], Words] | None = None
    kept: bool = True


def shapes(build: Callable[[ModelCard], Network], card: ModelCard) -> Network:
    """A network whose parameters have shapes but no values, which takes no time and memory."""
    from flax import nnx

    from imagesasdata.networks.nn.initial import shapes_only

    with shapes_only():
        return nnx.eval_shape(lambda: build(card))
