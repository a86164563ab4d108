"""Initial values of parameters: random, or none when only shapes are needed."""

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
    """Stands in for a random key in layers that are initialized with ones and zeros."""

    def params(self) -> None:
        """No key."""


_shapes_only = ContextVar("shapes_only", default=False)


@contextmanager
def shapes_only() -> Iterator[None]:
    """Draw no random values within a ``with`` block: tracing that takes longer than loading a layer."""
    token = _shapes_only.set(True)
    try:
        yield
    finally:
        _shapes_only.reset(token)


NO_DRAW = cast("nnx.Rngs", _NoDraw())


def normal(rngs: nnx.Rngs, shape: tuple[int, ...], sd: float) -> Float[Array, ...]:
    """Normally distributed values with mean 0 and a standard deviation."""
    if _shapes_only.get():
        return jnp.zeros(shape)
    return sd * jax.random.normal(rngs.params(), shape)
