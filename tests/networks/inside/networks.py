"""Small networks of which everything is known."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx

from imagesasdata.networks.nn.layers import Conv, ConvNorm
from imagesasdata.networks.nn.pool import max_pool


class Small(nnx.Module):
    """Two convolutions with a pooling between, and a full layer."""

    def __init__(self, size: int = 16, *, rngs: nnx.Rngs) -> None:
        self.first = ConvNorm(3, 4, kernel=3, activation="relu", rngs=rngs)
        self.second = Conv(4, 5, kernel=3, stride=2, activation="relu", rngs=rngs)
        self.classifier = nnx.Linear((size // 4) ** 2 * 5, 2, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        y = self.second(max_pool(self.first(x), 2, 2))
        return self.classifier(y.reshape(len(y), -1))


class Colors(nnx.Module):
    """The first class is how red a picture is, the second how blue: by a convolution of one pixel."""

    def __init__(self) -> None:
        self.colors = Conv(3, 2, rngs=nnx.Rngs(0))
        red_and_blue = jnp.asarray([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
        self.colors.kernel.set_value(red_and_blue[None, None])

    def __call__(self, x: jax.Array) -> jax.Array:
        return self.colors(x).mean(axis=(1, 2))


class Detour(nnx.Module):
    """A 5x5 convolution, and a shortcut around it that sees one pixel."""

    def __init__(self) -> None:
        rngs = nnx.Rngs(0)
        self.far = Conv(3, 3, kernel=5, stride=2, rngs=rngs)
        self.near = Conv(3, 3, stride=2, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        return self.far(x) + self.near(x)


class Two(nnx.Module):
    """Two detours, then a filter for each channel."""

    def __init__(self) -> None:
        self.blocks = nnx.List([Detour(), Detour()])
        self.last = Conv(3, 3, kernel=3, by_channel=True, rngs=nnx.Rngs(0))
        self.idle = nnx.Linear(7, 3, rngs=nnx.Rngs(0))

    def __call__(self, x: jax.Array) -> jax.Array:
        for block in self.blocks:
            x = block(x)
        return self.last(x)
