"""The models that are known by name, and how one is loaded."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from imagesasdata.errors import ArgumentError, one_of
from imagesasdata.weights import store
from imagesasdata.zoo.card import ModelCard, Task
from imagesasdata.zoo.families import efficientnet_lite
from imagesasdata.zoo.family import Family
from imagesasdata.zoo.labels import Labels, imagenet

FAMILIES: tuple[Family, ...] = (efficientnet_lite.FAMILY,)


@dataclass(frozen=True, eq=False)
class Model:
    """A loaded model: parameters, and a pure function of them and of a uint8 batch."""

    card: ModelCard
    params: Any
    apply: Callable[[Any, Any], dict[str, Any]]

    @property
    def fingerprint(self) -> str:
        """What a cached result depends on: the weights' hashes."""
        return " ".join(file.sha256 for file in self.card.weights)

    def labels(self) -> Labels:
        """The classes' names."""
        return imagenet()


def cards() -> tuple[ModelCard, ...]:
    """The cards of all models."""
    return tuple(card for family in FAMILIES for card in family.cards)


def names() -> list[str]:
    """The names of all models."""
    return [card.name for card in cards()]


def card(name: str) -> ModelCard:
    """A model's card.

    Raises
    ------
    UnknownNameError
        When there is none of that name.
    """
    return _find(name)[1]


def load(name: str, *, task: Task) -> Model:
    """Load a model with its weights; a second time it is at hand.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentError
        When the model cannot do the task.
    WeightsError
        When its weights are not on this machine.
    """
    known = card(name)
    if task not in known.tasks:
        able = sorted(other.name for other in cards() if task in other.tasks)
        raise ArgumentError(
            f"The model {name!r} cannot {task}.",
            f"these can: {', '.join(able)}." if able else "no model can.",
        )
    return _load(known.name)


def network(name: str) -> Any:
    """A model's network with its weights, for training or for a look inside.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    WeightsError
        When its weights are not on this machine.
    """
    family, known = _find(name)
    return family.read(known, [store.locate(file) for file in known.weights])


def as_model(name: str, network: Any) -> Model:
    """A network of a known architecture, such as a fine-tuned one, in the form that is fast."""
    from imagesasdata.nn.normalise import normalise

    family, known = _find(name)
    params, forward = family.inference(network)
    mean, sd = known.preprocess.mean, known.preprocess.sd
    return Model(known, params, lambda params, pixels: forward(params, normalise(pixels, mean, sd)))


@functools.lru_cache(maxsize=4)
def _load(name: str) -> Model:
    return as_model(name, network(name))


def _find(name: str) -> tuple[Family, ModelCard]:
    for family in FAMILIES:
        for known in family.cards:
            if known.name == name:
                return family, known
    raise one_of("model", name, names())
