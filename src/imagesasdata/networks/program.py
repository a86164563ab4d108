"""A runnable network: a function of parameters and a batch, and the parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
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


def mean_of_crops(apply: Apply) -> Apply:
    """The function that averages a network's outputs over several crops of each thing.

    It takes pixels as (n, crops, side, side, 3).
    """

    def applied(params: Any, pixels: Any) -> dict[str, Any]:
        outputs = [apply(params, pixels[:, crop]) for crop in range(pixels.shape[1])]
        return {name: sum(one[name] for one in outputs) / len(outputs) for name in outputs[0]}

    return applied
