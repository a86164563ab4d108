"""Initial values of parameters: random, or none where only their shapes are needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import cast

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float


class _NoDraw:
    """Stands in for a random key in layers that begin with ones and zeros."""

    def params(self) -> None:
        """No key."""


_shapes_only = ContextVar("shapes_only", default=False)


@contextmanager
def shapes_only() -> Iterator[None]:
    """Within it nothing is drawn: tracing the drawing of a layer costs more than loading the layer."""
    token = _shapes_only.set(True)
    try:
        yield
    finally:
        _shapes_only.reset(token)


NO_DRAW = cast("nnx.Rngs", _NoDraw())


def normal(rngs: nnx.Rngs, shape: tuple[int, ...], sd: float) -> Float[Array, ...]:
    """Values about 0 with a standard deviation."""
    if _shapes_only.get():
        return jnp.zeros(shape)
    return sd * jax.random.normal(rngs.params(), shape)
