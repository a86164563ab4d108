"""What a family of models brings to the registry: cards, and how one becomes a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from imagesasdata.zoo.card import ModelCard

Network = TypeVar("Network")


class Inference(NamedTuple):
    """A network as it is run: parameters, and a pure function of them and of a normalised batch."""

    params: Any
    apply: Callable[[Any, Any], dict[str, Any]]


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
    """

    cards: tuple[ModelCard, ...]
    read: Callable[[ModelCard, Sequence[Path]], Any]
    inference: Callable[[Any], Inference]
    build: Callable[[ModelCard], Any] | None = None


def shapes(build: Callable[[ModelCard], Network], card: ModelCard) -> Network:
    """A network whose parameters have shapes and no values yet, which costs neither time nor memory."""
    from flax import nnx

    return nnx.eval_shape(lambda: build(card))
