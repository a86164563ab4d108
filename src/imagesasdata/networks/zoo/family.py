"""A family of models for the registry: cards, and functions that load a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from imagesasdata.networks.zoo.card import ModelCard

Network = TypeVar("Network")


class Inference(NamedTuple):
    """A runnable network: parameters, and a pure function of them and of a normalized batch.

    A `program.HostFunction` takes pixels that are not normalized.
    """

    params: Any
    apply: Callable[[Any, Any], dict[str, Any]]


@dataclass(frozen=True, eq=False)
class TextSide:
    """A model's text encoder.

    Parameters
    ----------
    tokenize
        From texts to token ids, int32 (n, length).
    params
        Pytree of arrays.
    apply
        Pure function of the parameters and of token ids: ``{"embedding": (n, d)}``.
    scale
        The factor of cosines of pictures and texts before a softmax over texts.
    """

    tokenize: Callable[[Sequence[str]], np.ndarray]
    params: Any
    apply: Callable[[Any, Any], dict[str, Any]]
    scale: float


class Words(NamedTuple):
    """How a model that writes texts begins a text, and how its token ids are decoded.

    ``begin(prompt, room)`` gives the network's further parameters: the text so far, with room for
    ``room`` tokens. ``write`` makes a text of token ids. With ``asks`` a prompt is required, and is
    a question.
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
        From a card and the files of its weights, in the card's order, to the network: a Flax module
        that can be trained, where there is one, else the input of ``inference``.
    inference
        From the network to the form that is fast.
    build
        From a card to an untrained network of the same architecture, for looking at its layers
        without its weights; ``None`` where there is no Flax module.
    text
        From the network and the files to the part that reads texts, where there is one.
    words
        From the network and the files to the words of a model that writes texts.
    kept
        Whether the inference form may be kept on disk: not if it is not a JAX function, or gets
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
    """A network whose parameters have shapes but no values, which costs neither time nor memory."""
    from flax import nnx

    from imagesasdata.networks.nn.initial import shapes_only

    with shapes_only():
        return nnx.eval_shape(lambda: build(card))
