"""Loads the Flax module for functions that inspect a network, from a name or a given module."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from imagesasdata.errors import ArgumentError, ArgumentTypeError, one_of
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.card import Preprocess
from imagesasdata.networks.zoo.class_names import Labels
from imagesasdata.options import CLASSIFIER


@dataclass(frozen=True, eq=False)
class Explainable:
    """A network whose decisions can be explained.

    Parameters
    ----------
    network
        A Flax module that returns logits for normalized pictures.
    preprocess
        How pictures are prepared for it.
    labels
        Its classes.
    fingerprint
        Identifies its weights.
    """

    network: Any
    preprocess: Preprocess
    labels: Labels
    fingerprint: str


@runtime_checkable
class CanBeExplained(Protocol):
    """A fitted model, such as `fine_tune` returns, that can be explained."""

    def explainable(self) -> Explainable:
        """Its network, preprocessing and classes."""
        ...


def explainable(model: Any) -> Explainable:
    """The network to explain: a registered model by its name, or a fitted one.

    Raises
    ------
    UnknownNameError, ArgumentError, ArgumentTypeError, WeightsError
        When there is no such model, it does not classify, or it is not a Flax module.
    """
    if isinstance(model, CanBeExplained):
        return model.explainable()
    if not isinstance(model, str):
        raise ArgumentTypeError(
            f"Expected a model's name or a fitted model, got {type(model).__name__}.",
            f'for example "{CLASSIFIER}"; iad.models("classify") lists the names.',
        )
    weights = registry.card(model, "classify").weights
    # Not cached for a user's own model: no hash would show that it has changed.
    load = _kept if weights else _named
    return load(model, " ".join((model, *(file.digest for file in weights))))


def _named(name: str, fingerprint: str) -> Explainable:
    labels = registry.labels(name)
    network, _ = flax_module(name, None, weights=True)
    return Explainable(network, registry.card(name).preprocess, labels, fingerprint)


_kept = functools.lru_cache(maxsize=2)(_named)


def class_number(target: str | int, labels: Labels) -> int:
    """The index of a class among a network's outputs, from its number, its id or its name.

    Raises
    ------
    UnknownNameError, ArgumentError, ArgumentTypeError
        When there is none, or several classes have this name.
    """
    count = len(labels.names)
    if isinstance(target, int) and not isinstance(target, bool):
        if not 0 <= target < count:
            raise ArgumentError(
                f"There is no class number {target}.", f"numbers go from 0 to {count - 1}."
            )
        return target
    if not isinstance(target, str):
        raise ArgumentTypeError(
            f"target must be a class's name, id or number, got {type(target).__name__}."
        )
    if target in labels.ids:
        return labels.ids.index(target)
    indices = [index for index, name in enumerate(labels.names) if name.lower() == target.lower()]
    if len(indices) > 1:
        ids = ", ".join(labels.ids[index] for index in indices)
        raise ArgumentError(
            f"Several classes are called {target!r}.", f"give the id, one of {ids}."
        )
    if not indices:
        raise _no_class(target, labels)
    return indices[0]


def _no_class(target: str, labels: Labels) -> Exception:
    error = one_of("class", target, labels.names)
    if len(labels.names) <= _MOST_LISTED or error.hint is None:
        return error
    # Listing a thousand names would not help.
    close = error.hint.partition(" Known: ")[0] if error.hint.startswith("did you") else ""
    return type(error)(error.message, f"{close} iad.classify gives the names in label.".strip())


_MOST_LISTED = 40


def flax_module(model: Any, input_size: int | None, *, weights: bool) -> tuple[Any, int]:
    """A network as a Flax NNX module, and the side of the pictures it takes.

    Parameters
    ----------
    model
        A model's name or a module.
    input_size
        The side that the user chose.
    weights
        Whether the parameters need values; if so, the model's files are read.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentTypeError, ArgumentError
        When it is neither, is not a Flax module, or its input size is not known.
    """
    from flax import nnx

    if isinstance(model, str):
        network = registry.network(model) if weights else registry.architecture(model)
        if not isinstance(network, nnx.Module):
            raise ArgumentError(
                f"The layers of {model!r} cannot be inspected, because it is not a Flax module.",
                "iad.models() lists others.",
            )
        return network, input_size or registry.card(model).preprocess.size
    if not isinstance(model, nnx.Module):
        raise ArgumentTypeError(
            f"Expected a model's name or a Flax module, got {type(model).__name__}.",
            'for example "vgg16"; iad.models() lists the names.',
        )
    if input_size is None:
        raise ArgumentError(
            "A module of your own does not say how large its pictures are.", "give input_size=224."
        )
    return model, input_size
