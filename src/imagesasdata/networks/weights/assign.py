"""Assigns the arrays of a file to a network's parameters; refuses a file that does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
from flax import nnx

from imagesasdata.errors import WeightsError

Turn = Callable[[np.ndarray], np.ndarray]


class Slot(NamedTuple):
    """A parameter, its name in the file, and how the file's array is converted to it.

    Several slots may have the same name, and each takes a part of the array.
    """

    name: str
    parameter: nnx.Variable
    turn: Turn | None = None


def under(state: Mapping[str, np.ndarray], start: str) -> dict[str, np.ndarray]:
    """The arrays whose names begin with a prefix, by the rest of their names."""
    return {
        name.removeprefix(start): values for name, values in state.items() if name.startswith(start)
    }


def assign(
    slots: Iterable[Slot], state: Mapping[str, np.ndarray], *, ignored: tuple[str, ...] = ()
) -> None:
    """Put a file's arrays into a network, in place.

    Parameters
    ----------
    slots
        All parameters of the network.
    state
        The file's arrays by name.
    ignored
        Endings of names that inference does not need.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    left = {name for name in state if not name.endswith(ignored or ("\0",))}
    for name, parameter, turn in slots:
        if name not in state:
            raise WeightsError(
                f"The weights have no {name!r}; they are for another network.",
                "check that the file belongs to the model.",
            )
        left.discard(name)
        values = _turned(np.asarray(state[name]), turn)
        if values is None or values.shape != tuple(parameter.shape):
            shape = np.shape(state[name]) if values is None else values.shape
            raise WeightsError(
                f"The weights' {name!r} has shape {shape}, the network's {tuple(parameter.shape)}."
            )
        parameter.set_value(np.asarray(values, np.float32, order="C"))
    if left:
        raise WeightsError(
            f"The weights have {len(left)} parameters that the network lacks, such as "
            f"{min(left)!r}; they are for another network."
        )


def from_conv(values: np.ndarray) -> np.ndarray:
    """PyTorch's kernel (out, in, height, width) as (height, width, in, out)."""
    return values.transpose(2, 3, 1, 0)


def from_depthwise(values: np.ndarray) -> np.ndarray:
    """PyTorch's kernel (channels, 1, height, width) as (height, width, channels)."""
    return values.transpose(2, 3, 0, 1)[..., 0]


def from_linear(values: np.ndarray) -> np.ndarray:
    """PyTorch's matrix (out, in) as (in, out)."""
    return values.transpose(1, 0)


def _turned(values: np.ndarray, turn: Turn | None) -> np.ndarray | None:
    """The array in the parameter's layout; ``None`` if it has another number of axes."""
    try:
        return values if turn is None else turn(values)
    except (ValueError, IndexError):
        return None
