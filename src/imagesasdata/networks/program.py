"""A runnable network: a function of parameters and a batch, and the parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

Apply = Callable[[Any, Any], dict[str, Any]]


class Network(NamedTuple):
    """A function of (parameters, batch), and its parameters.

    ``cpu_batch`` is the best batch size on a CPU, if it differs from the default. ``half`` says that
    bfloat16 is precise enough on a GPU or TPU; it is for classes and embeddings, but not for
    positions in pixels.
    """

    apply: Apply
    params: Any
    cpu_batch: int | None = None
    half: bool = False


class HostFunction(NamedTuple):
    """A function of ``(parameters, batch)`` outside JAX: it is called directly, on the CPU."""

    call: Apply

    def __call__(self, params: Any, batch: np.ndarray) -> dict[str, np.ndarray]:
        """Run it."""
        return self.call(params, batch)


class Several(NamedTuple):
    """Networks that look at the same things, each at pixels of its own.

    A sample holds the pixels for all of them, as `side_by_side` puts them; ``shapes`` has their shapes.
    An output's name begins with the number of its network: ``"0.age"``.
    """

    networks: tuple[Network, ...]
    shapes: tuple[tuple[int, ...], ...]


def side_by_side(pixels: Sequence[np.ndarray]) -> np.ndarray:
    """The pixels for `Several` networks as one row."""
    return np.concatenate([one.ravel() for one in pixels])


def apart(outputs: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    """The outputs of each of `Several` networks, by their own names."""
    each: list[dict[str, Any]] = [{} for _ in range(count)]
    for name, values in outputs.items():
        number, own = name.split(".", 1)
        each[int(number)][own] = values
    return each


def mean_of_crops(apply: Apply) -> Apply:
    """The function that averages a network's outputs over several crops of each thing.

    It takes pixels as (n, crops, side, side, 3).
    """

    def applied(params: Any, pixels: Any) -> dict[str, Any]:
        outputs = [apply(params, pixels[:, crop]) for crop in range(pixels.shape[1])]
        return {name: sum(one[name] for one in outputs) / len(outputs) for name in outputs[0]}

    return applied
