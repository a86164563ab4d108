"""A layer's map for one picture, and its filters."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from flax import nnx
from jaxtyping import Float, UInt8

from imagesasdata.errors import ArgumentError, nearest
from imagesasdata.machine import usual_rules
from imagesasdata.networks.inside.layers import trace
from imagesasdata.networks.inside.tape import Tape, run
from imagesasdata.networks.nn.normalize import normalize


def map_names(network: nnx.Module, size: int) -> list[str]:
    """The layers that output a map, in the order of their use."""
    found = [call.path for call in trace(network, size).flat() if len(call.y.shape) == 4]
    return list(dict.fromkeys(found))


def filter_names(network: nnx.Module) -> list[str]:
    """The layers that have filters of more than one pixel."""
    return [
        ".".join(str(part) for part in path[:-1])
        for path, value in nnx.to_flat_state(nnx.state(network, nnx.Param))
        if path[-1] == "kernel" and len(value.shape) in {3, 4} and value.shape[0] > 1
    ]


@usual_rules()
def maps(
    network: nnx.Module, pixels: UInt8[np.ndarray, "h w 3"], layer: str, mean: Any, sd: Any
) -> Float[np.ndarray, "mh mw c"]:
    """A layer's map for one picture.

    Raises
    ------
    ArgumentError
        When no layer of that name gives a map; the message lists those that do.
    """
    check_layer(layer, map_names(network, pixels.shape[0]), "gives a map")
    graph, state = nnx.split(network)

    @jax.jit
    def one(state: Any, pixels: jax.Array) -> jax.Array:
        tape = Tape()
        run(nnx.merge(graph, state), normalize(pixels, mean, sd), tape)
        return next(call for call in reversed(tape.flat()) if call.path == layer).y[0]

    return np.asarray(one(state, pixels[None]))


def liveliest(found: Float[np.ndarray, "mh mw c"], top: int) -> list[int]:
    """The channels whose maps vary most over the picture, the most variable first."""
    return np.argsort(-found.std(axis=(0, 1)), kind="stable")[:top].tolist()


def kernels(network: nnx.Module, layer: str | None) -> tuple[str, Float[np.ndarray, "k k i o"]]:
    """The filters of a layer, by default of the first; depthwise filters have i = 1.

    Raises
    ------
    ArgumentError
        When no layer of that name has filters; the message lists those that do.
    """
    known = filter_names(network)
    if not known:
        raise ArgumentError("The network has no filters of more than one pixel.")
    # The first layer is the one whose input has the picture's three colors.
    values = {
        ".".join(str(part) for part in path[:-1]): value
        for path, value in nnx.to_flat_state(nnx.state(network, nnx.Param))
        if path[-1] == "kernel"
    }
    if layer is None:
        layer = next((name for name in known if values[name].shape[2:-1] == (3,)), known[0])
    check_layer(layer, known, "has filters of more than one pixel")
    filters = np.asarray(values[layer][...])
    return layer, filters[:, :, None, :] if filters.ndim == 3 else filters


def as_tiles(filters: Float[np.ndarray, "k k i o"], top: int) -> list[np.ndarray]:
    """The first filters as pictures, in color if they have three input channels.

    Otherwise each shows the input channel with the largest sum of squared weights.
    """
    shown = range(min(top, filters.shape[3]))
    if filters.shape[2] == 3:
        return [filters[..., index] for index in shown]
    strongest = np.square(filters).sum(axis=(0, 1)).argmax(axis=0)
    return [filters[:, :, strongest[index], index] for index in shown]


def check_layer(layer: str, known: list[str], what: str) -> None:
    """Raise for an unknown layer."""
    if layer not in known:
        close = nearest(str(layer), known)
        raise ArgumentError(
            f"No layer {layer!r} {what}.",
            f"{f'did you mean {close!r}? ' if close else ''}These do: {', '.join(known)}.",
        )
