"""The network in training: its parameters by name, split into trained and fixed ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.training.head import Head
from imagesasdata.training.loss import Params


class Tuned(nnx.Module):
    """A pretrained network up to its embedding, and a head.

    Parameters
    ----------
    base
        A module with ``features``; `zoo.trainable` lists what else it needs.
    head
        The new layers.
    normalize
        Turns uint8 pixels into the input of the base.
    """

    def __init__(self, base: Any, head: Head, normalize: Callable[[Array], Array]) -> None:
        self.base = base
        self.head = head
        self.normalize = normalize

    def __call__(self, pixels: Array, keys: Array | None = None) -> Float[Array, "b o"]:
        """Outputs for pictures; ``keys`` switch to training mode."""
        return self.head(self.base.features(self.normalize(pixels)), keys)


class Deciding(nnx.Module):
    """A fitted network that maps normalized pictures to a logit for each class.

    Parameters
    ----------
    base
        A module with ``features``.
    head
        The added layers.
    binary
        Whether the head has a single logit, of the second class against the first; the classes then
        get minus and plus half of it.
    """

    def __init__(self, base: Any, head: Head, *, binary: bool) -> None:
        self.base = base
        self.head = head
        self.binary = binary

    def __call__(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b classes"]:
        """Logits."""
        logits = self.head(self.base.features(x))
        return jnp.concatenate([-logits, logits], axis=1) / 2 if self.binary else logits


@dataclass(frozen=True, eq=False)
class Split:
    """A module as a pure function of its parameters.

    ``forward(trained, fixed, inputs, keys)`` returns outputs; ``keys`` is ``None`` outside training.
    """

    trained: Params
    fixed: Params
    forward: Callable[[Params, Params, Array, Array | None], Array]


def split_module(
    module: Any,
    learns: Callable[[str], bool],
    example: jax.ShapeDtypeStruct | None = None,
) -> Split:
    """Split a module by the names of its parameters (``base.stages.6.0.expand.kernel``).

    The module is in evaluation mode: batch normalization uses its running statistics, which do not
    change.

    Parameters
    ----------
    module
        Called with inputs and keys.
    learns
        Whether a parameter of this name is trained.
    example
        Shape of the inputs. If given, only parameters that the outputs depend on are trained: not,
        for example, those of the original output layer.
    """
    module.eval()
    graph, state = nnx.split(module)
    flat = {_name(path): value for path, value in nnx.to_flat_state(state)}
    values = {name: jnp.asarray(value[...]) for name, value in flat.items()}
    trained = {
        name: values[name]
        for name, value in flat.items()
        if isinstance(value, nnx.Param) and learns(name)
    }
    fixed = {name: value for name, value in values.items() if name not in trained}
    paths = [path for path, _ in nnx.to_flat_state(state)]

    def forward(trained: Params, fixed: Params, inputs: Array, keys: Array | None) -> Array:
        known = {**fixed, **trained}
        leaves = [(path, flat[_name(path)].replace(known[_name(path)])) for path in paths]
        return nnx.merge(graph, nnx.from_flat_state(leaves))(inputs, keys)

    if example is not None:
        idle = _idle(forward, trained, fixed, example)
        fixed |= {name: trained.pop(name) for name in idle}
    return Split(trained, fixed, forward)


def _idle(
    forward: Callable[..., Array], trained: Params, fixed: Params, example: jax.ShapeDtypeStruct
) -> list[str]:
    """The parameters that the outputs do not depend on."""
    names = sorted(trained)
    traced = jax.make_jaxpr(lambda values, x: forward(values, fixed, x, None))(trained, example)
    used = {id(one) for step in traced.jaxpr.eqns for one in step.invars}
    inputs = traced.jaxpr.invars[: len(names)]
    return [name for name, one in zip(names, inputs, strict=True) if id(one) not in used]


def put(module: Any, values: Mapping[str, np.ndarray]) -> None:
    """Set a module's parameters by name, in place."""
    for path, variable in nnx.to_flat_state(nnx.state(module)):
        if _name(path) in values:
            variable.set_value(jnp.asarray(values[_name(path)]))


def as_arrays(params: Params) -> dict[str, np.ndarray]:
    """Parameters as numpy arrays."""
    return {name: np.asarray(jax.device_get(value)) for name, value in params.items()}


def _name(path: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in path)
