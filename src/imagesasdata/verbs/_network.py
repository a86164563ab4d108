"""How functions that look inside a network come by it: a Flax module, from a name or as it is."""

from __future__ import annotations

from typing import Any

from imagesasdata.errors import ArgumentError, ArgumentTypeError
from imagesasdata.zoo import registry


def flax_module(model: Any, input_size: int | None, *, weights: bool) -> tuple[Any, int]:
    """A network as a Flax NNX module, and the side of the pictures it takes.

    Parameters
    ----------
    model
        A model's name or a module.
    input_size
        The side that the user chose.
    weights
        Whether the parameters need values, and so the model's files.

    Raises
    ------
    UnknownNameError
        When there is no model of that name.
    ArgumentTypeError, ArgumentError
        When it is neither, is no Flax module, or its input's size is not known.
    """
    from flax import nnx

    if isinstance(model, str):
        network = registry.network(model) if weights else registry.architecture(model)
        if not isinstance(network, nnx.Module):
            raise ArgumentError(
                f"The layers of {model!r} cannot be looked at, for it is not a Flax module.",
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
