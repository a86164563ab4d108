"""What a family of models brings to the registry: cards, and how one becomes a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from imagesasdata.networks.zoo.card import ModelCard

Network = TypeVar("Network")


class Inference(NamedTuple):
    """A network as it is run: parameters, and a pure function of them and of a normalized batch.

    A `program.HostFunction` takes the pixels as they are.
    """

    params: Any
    apply: Callable[[Any, Any], dict[str, Any]]


@dataclass(frozen=True, eq=False)
class TextSide:
    """The part of a model that reads texts.

    Parameters
    ----------
    tokenize
        From texts to numbers, int32 (n, length).
    params
        Pytree of arrays.
    apply
        Pure function of the parameters and of numbers: ``{"embedding": (n, d)}``.
    scale
        What cosines of pictures and texts are multiplied by before a softmax over texts.
    """

    tokenize: Callable[[Sequence[str]], np.ndarray]
    params: Any
    apply: Callable[[Any, Any], dict[str, Any]]
    scale: float


class Words(NamedTuple):
    """How a model that writes texts begins one, and how its numbers are read.

    ``begin(prompt, room)`` gives what goes into the network's parameters: the text so far with room for
    so many parts of words. ``write`` makes a text of the numbers that the network gives. With
    ``asks`` a prompt is a question, and needed.
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
        that can be trained, where there is one, else whatever ``inference`` takes.
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
        Whether the form that is fast may be kept on disk: not where it is no function of JAX, or its
        parameters are added to when it is used.
    """

    cards: tuple[ModelCard, ...]
    read: Callable[[ModelCard, Sequence[Path]], Any]
    inference: Callable[[Any], Inference]
    build: Callable[[ModelCard], Any] | None = None
    text: Callable[[Any, Sequence[Path]], TextSide] | None = None
    words: Callable[[Any, Sequence[Path]], Words] | None = None
    kept: bool = True


def shapes(build: Callable[[ModelCard], Network], card: ModelCard) -> Network:
    """A network whose parameters have shapes and no values yet, which costs neither time nor memory."""
    from flax import nnx

    from imagesasdata.networks.nn.initial import shapes_only

    with shapes_only():
        return nnx.eval_shape(lambda: build(card))
