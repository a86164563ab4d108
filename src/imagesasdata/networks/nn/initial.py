"""Initial values of parameters: drawn at random, or none where only their shapes are wanted."""

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
    """Asked for a key by layers that begin with ones and zeros, and have no use for it."""

    def params(self) -> None:
        """No key."""


_shapes_only = ContextVar("shapes_only", default=False)


@contextmanager
def shapes_only() -> Iterator[None]:
    """Within it nothing is drawn: to trace the drawing for each layer costs more than to load it."""
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
