"""A user's weights for one of the library's architectures, with a last layer of their own classes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from imagesasdata.errors import ArgumentError, WeightsError, one_of
from imagesasdata.machine import usual_rules
from imagesasdata.networks.zoo import own, registry
from imagesasdata.networks.zoo.card import Preprocess
from imagesasdata.networks.zoo.class_names import Labels
from imagesasdata.networks.zoo.registry import Added, Model, normalized


def architectures() -> list[str]:
    """The models whose architecture takes weights of a user's: classifiers in PyTorch's names."""
    return [
        card.name
        for family in registry.FAMILIES
        if family.build is not None
        for card in family.cards
        if "classify" in card.tasks and card.weights and ".pth" in card.weights[0].name
    ]


def preprocess_of(architecture: str) -> Preprocess:
    """How the architecture's own model sees pictures.

    Raises
    ------
    UnknownNameError
        When no such architecture takes a user's weights.
    """
    known = architectures()
    if architecture not in known:
        raise one_of("architecture", architecture, known)
    return registry.card(architecture).preprocess


@usual_rules()
def from_architecture(
    name: str, architecture: str, weights: Path, preprocess: Preprocess, labels: Labels
) -> Added:
    """A model of a known architecture from a PyTorch file, run in JAX.

    Raises
    ------
    ArgumentError, WeightsError
        When there is no such file, or it does not fit the architecture and the labels.
    """
    from flax import nnx

    if not weights.is_file():
        raise ArgumentError(
            f"There is no file {str(weights)!r}.", "paths are relative to the working folder."
        )
    family, base = registry.family(architecture)
    count = len(labels.names)
    try:
        network = family.read(replace(base, classes=count), [weights])
    except WeightsError as error:
        raise WeightsError(
            error.message,
            error.hint
            or f"the file must be a state dict of {architecture} with {count} classes: give a label "
            "for each output, in their order.",
        ) from error
    shapes = {"logits": (1, count), "embedding": (1, base.embedding_size)}
    parameters = sum(int(np.prod(one.shape)) for one in _arrays(nnx.state(network, nnx.Param)))
    card = own.card_of(name, base.architecture, preprocess, labels, shapes, parameters)

    def made(network: Any) -> Model:
        params, forward = family.inference(network)
        digest = hashlib.sha256(architecture.encode())
        for values in _arrays(params):
            digest.update(np.asarray(values).tobytes())
        apply = normalized(forward, card)
        return own.model_of(card, params, apply, digest.hexdigest(), labels)

    return Added(made(network), network, made)


def _arrays(tree: Any) -> list[Any]:
    import jax

    return jax.tree.leaves(tree)
