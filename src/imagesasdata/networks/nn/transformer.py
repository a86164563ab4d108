"""Transformer blocks: attention between tokens, then two dense layers on each token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, cast

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Bool, Float

from imagesasdata.networks.nn.watch import Step, say

Gelu = Literal["gelu", "gelu_tanh", "quick_gelu"]


class Form(NamedTuple):
    """The settings that all blocks of a transformer share.

    ``causal`` blocks attend only to earlier tokens, as in text. ``scaled`` blocks multiply their
    output by a learned number for each dimension (layer scale).
    """

    width: int
    depth: int
    heads: int
    epsilon: float
    gelu: Gelu = "gelu"
    causal: bool = False
    scaled: bool = False


class Attention(nnx.Module):
    """Multi-head attention: each token takes a weighted mean of the values of all tokens."""

    def __init__(self, form: Form, *, rngs: nnx.Rngs) -> None:
        self.query = nnx.Linear(form.width, form.width, rngs=rngs)
        self.key = nnx.Linear(form.width, form.width, rngs=rngs)
        self.value = nnx.Linear(form.width, form.width, rngs=rngs)
        self.out = nnx.Linear(form.width, form.width, rngs=rngs)
        self.heads = form.heads
        self.causal = form.causal

    def __call__(self, x: Float[Array, "b n d"]) -> Float[Array, "b n d"]:
        """Apply the layer."""
        asked = attend(self.query(x), self.key(x), self.value(x), self.heads, self.causal)
        return self.out(asked)


class Block(nnx.Module):
    """Attention and two dense layers, each applied to normalized values and added to the input."""

    def __init__(self, form: Form, *, rngs: nnx.Rngs) -> None:
        width = form.width
        self.norm1 = nnx.LayerNorm(width, epsilon=form.epsilon, rngs=rngs)
        self.attention = Attention(form, rngs=rngs)
        self.scale1 = nnx.Param(jnp.ones(width)) if form.scaled else None
        self.norm2 = nnx.LayerNorm(width, epsilon=form.epsilon, rngs=rngs)
        self.widen = nnx.Linear(width, 4 * width, rngs=rngs)
        self.narrow = nnx.Linear(4 * width, width, rngs=rngs)
        self.scale2 = nnx.Param(jnp.ones(width)) if form.scaled else None
        self.gelu: Gelu = form.gelu

    def __call__(self, x: Float[Array, "b n d"]) -> Float[Array, "b n d"]:
        """Apply the block."""
        y = self.attention(self.norm1(x))
        x = x + (y if self.scale1 is None else y * self.scale1[...])
        y = self.narrow(gelu(self.widen(self.norm2(x)), self.gelu))
        return x + (y if self.scale2 is None else y * self.scale2[...])


def gelu(x: Float[Array, ...], kind: Gelu) -> Float[Array, ...]:
    """The activation: exact (by the error function), or nearly so by a tangent or CLIP's sigmoid."""
    if kind != "quick_gelu":
        return jax.nn.gelu(x, approximate=kind == "gelu_tanh")
    return x * jax.nn.sigmoid(1.702 * x)


def attend(
    query: Float[Array, "b n d"],
    key: Float[Array, "b m d"],
    value: Float[Array, "b m d"],
    heads: int,
    causal: bool = False,
    there: Bool[Array, "*b m"] | None = None,
) -> Float[Array, "b n d"]:
    """Multi-head attention from queries to keys (of the same sequence or another).

    ``there`` is a mask: keys for which it is false are ignored.
    """
    batch, places, width = query.shape
    others = key.shape[1]
    size = width // heads

    def split(x: jax.Array) -> jax.Array:
        return x.reshape(batch, x.shape[1], heads, size).transpose(0, 2, 1, 3)

    fit = split(query * size**-0.5) @ split(key).swapaxes(2, 3)
    if causal:
        fit = jnp.where(jnp.tri(places, dtype=bool), fit, -jnp.inf)
    if there is not None:
        fit = jnp.where(there.reshape(-1, 1, 1, others), fit, -jnp.inf)
    taken = jax.nn.softmax(fit, axis=-1) @ split(value)
    y = taken.transpose(0, 2, 1, 3).reshape(batch, places, width)
    say(Step("attention", query, y, multiply_adds=2 * places * others * width))
    return y


class Dense(NamedTuple):
    """A matrix product: kernel (i, o), bias (o,)."""

    kernel: jax.Array
    bias: jax.Array


class FoldedBlock(NamedTuple):
    """A block's matrices, with normalization's scales and layer scales multiplied into them."""

    ask: Dense
    out: Dense
    widen: Dense
    narrow: Dense


def folded(block: Block) -> FoldedBlock:
    """The block with fewer, larger products: query, key and value are one product.

    Normalization's scale and shift, and layer scale, are linear and are folded into the adjacent
    matrices.
    """
    attention = block.attention
    parts = [after_norm(block.norm1, layer) for layer in _asking(attention)]
    ask = Dense(
        cast("jax.Array", np.concatenate([part.kernel for part in parts], axis=1)),
        cast("jax.Array", np.concatenate([part.bias for part in parts])),
    )
    return FoldedBlock(
        ask,
        dense_of(attention.out, block.scale1),
        after_norm(block.norm2, block.widen),
        dense_of(block.narrow, block.scale2),
    )


def run_blocks(
    blocks: Sequence[FoldedBlock], x: Float[Array, "b n d"], form: Form
) -> Float[Array, "b n d"]:
    """Apply folded blocks."""
    for block in blocks:
        y = dense(normal(x, form.epsilon), block.ask)
        taken = attend(*jnp.split(y, 3, axis=-1), form.heads, form.causal)
        x = x + dense(taken, block.out)
        wide = gelu(dense(normal(x, form.epsilon), block.widen), form.gelu)
        x = x + dense(wide, block.narrow)
    return x


def dense(x: Float[Array, "*b i"], layer: Dense) -> Float[Array, "*b o"]:
    """A matrix product, over all tokens of all pictures at once."""
    rows = x.reshape(-1, x.shape[-1]) @ layer.kernel + layer.bias
    return rows.reshape(*x.shape[:-1], -1)


class Scale(NamedTuple):
    """A normalization's scale and shift for each dimension."""

    scale: jax.Array
    shift: jax.Array


def scaled(x: Float[Array, "*b d"], by: Scale, epsilon: float) -> Float[Array, "*b d"]:
    """A layer normalization with scale and shift."""
    return normal(x, epsilon) * by.scale + by.shift


def normal(x: Float[Array, "*b d"], epsilon: float) -> Float[Array, "*b d"]:
    """Values with mean 0 and standard deviation 1 for each token."""
    centered = x - x.mean(axis=-1, keepdims=True)
    variance = (centered * centered).mean(axis=-1, keepdims=True)
    return centered * jax.lax.rsqrt(variance + epsilon)


def after_norm(norm: nnx.LayerNorm, layer: nnx.Linear) -> Any:
    """A dense layer with the preceding normalization's scale and shift folded in."""
    kernel = np.asarray(layer.kernel[...])
    scale, shift = scale_of(norm)
    bias = shift @ kernel
    if layer.bias is not None:
        bias = bias + np.asarray(layer.bias[...])
    return Dense(scale[:, None] * kernel, bias)  # type: ignore[arg-type]


def scale_of(norm: nnx.LayerNorm) -> Any:
    """A normalization's scale and shift."""
    assert norm.scale is not None, "the layer is made with a scale"
    assert norm.bias is not None, "the layer is made with a bias"
    return Scale(np.asarray(norm.scale[...]), np.asarray(norm.bias[...]))  # type: ignore[arg-type]


def dense_of(layer: nnx.Linear, scale: nnx.Param | None = None) -> Any:
    """A dense layer as a matrix product, with its output multiplied by ``scale``."""
    assert layer.bias is not None, "the layer is made with a bias"
    kernel, bias = np.asarray(layer.kernel[...]), np.asarray(layer.bias[...])
    if scale is None:
        return Dense(kernel, bias)  # type: ignore[arg-type]
    by = np.asarray(scale[...])
    return Dense(kernel * by, bias * by)  # type: ignore[arg-type]


def _asking(attention: Attention) -> tuple[nnx.Linear, nnx.Linear, nnx.Linear]:
    return attention.query, attention.key, attention.value
