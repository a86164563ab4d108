"""ConvNeXt-Tiny (Liu et al. 2022), torchvision's version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.networks.nn.conv import conv, depthwise
from imagesasdata.networks.nn.layers import Conv, Folded
from imagesasdata.networks.nn.transformer import (
    Dense,
    after_norm,
    dense,
    dense_of,
    gelu,
    normal,
    scale_of,
)

EPSILON = 1e-6


class Form(NamedTuple):
    """Blocks and channels of each stage."""

    depths: tuple[int, ...]
    channels: tuple[int, ...]


TINY = Form((3, 3, 9, 3), (96, 192, 384, 768))


class Block(nnx.Module):
    """A 7x7 depthwise convolution, then two dense layers at each position; added to the input."""

    def __init__(self, width: int, *, rngs: nnx.Rngs) -> None:
        self.filters = Conv(width, width, kernel=7, by_channel=True, padding=3, rngs=rngs)
        self.norm = nnx.LayerNorm(width, epsilon=EPSILON, rngs=rngs)
        self.widen = nnx.Linear(width, 4 * width, rngs=rngs)
        self.narrow = nnx.Linear(4 * width, width, rngs=rngs)
        self.scale = nnx.Param(jnp.full(width, 1e-6))

    def __call__(self, x: Float[Array, "b h w c"]) -> Float[Array, "b h w c"]:
        """Apply the block."""
        y = self.widen(self.norm(self.filters(x)))
        return x + self.scale[...] * self.narrow(gelu(y, "gelu"))


class Shrink(nnx.Module):
    """Halves a map's sides before a stage."""

    def __init__(self, inputs: int, outputs: int, *, rngs: nnx.Rngs) -> None:
        self.norm = nnx.LayerNorm(inputs, epsilon=EPSILON, rngs=rngs)
        self.conv = Conv(inputs, outputs, kernel=2, stride=2, padding=0, rngs=rngs)

    def __call__(self, x: Float[Array, "b h w i"]) -> Float[Array, "b oh ow o"]:
        """Apply the layer."""
        return self.conv(self.norm(x))


class ConvNeXt(nnx.Module):
    """ConvNeXt, trainable; `inference` returns the fast form.

    Parameters
    ----------
    form
        Depths and channels; `TINY`.
    classes
        Number of outputs.
    """

    def __init__(self, form: Form = TINY, *, classes: int = 1000, rngs: nnx.Rngs) -> None:
        first, last = form.channels[0], form.channels[-1]
        self.stem = Conv(3, first, kernel=4, stride=4, padding=0, rngs=rngs)
        self.stem_norm = nnx.LayerNorm(first, epsilon=EPSILON, rngs=rngs)
        stages = []
        inputs = first
        for depth, width in zip(form.depths, form.channels, strict=True):
            shrink = [] if width == inputs else [Shrink(inputs, width, rngs=rngs)]
            blocks = [Block(width, rngs=rngs) for _ in range(depth)]
            stages.append(nnx.List([*shrink, *blocks]))
            inputs = width
        self.stages = nnx.List(stages)
        self.norm = nnx.LayerNorm(last, epsilon=EPSILON, rngs=rngs)
        self.classifier = nnx.Linear(last, classes, rngs=rngs)

    def features(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b n"]:
        """The embedding: the mean over all positions of the last map, normalized."""
        x = self.stem_norm(self.stem(x))
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.norm(x.mean(axis=(1, 2)))

    def __call__(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b classes"]:
        """Logits from pictures with mean 0 and standard deviation 1."""
        return self.classifier(self.features(x))


class FoldedBlock(NamedTuple):
    """A block's layers, with normalization's scale and shift and layer scale folded in."""

    filters: Folded
    widen: Dense
    narrow: Dense


class FoldedShrink(NamedTuple):
    """A shrinking layer, with normalization's scale and shift folded in."""

    conv: Folded


def inference(
    model: ConvNeXt,
) -> tuple[
    dict[str, Any],
    Callable[[dict[str, Any], Float[Array, "b h w 3"]], dict[str, Float[Array, "b n"]]],
]:
    """The network as folded parameters and a pure function of them and of a batch.

    Returns
    -------
    params
        Pytree of arrays.
    apply
        ``apply(params, x) -> {"logits": (b, classes), "embedding": (b, n)}``.
    """
    params = {
        "stem": model.stem.folded(),
        "stem_norm": scale_of(model.stem_norm),
        "blocks": [_folded(block) for stage in model.stages for block in stage],
        "norm": scale_of(model.norm),
        "classifier": after_norm(model.norm, model.classifier),
    }

    def apply(params: dict[str, Any], x: Float[Array, "b h w 3"]) -> dict[str, Float[Array, "b n"]]:
        x = conv(x, params["stem"].kernel, 4, 0) + params["stem"].bias
        scale, shift = params["stem_norm"]
        x = normal(x, EPSILON) * scale + shift
        for block in params["blocks"]:
            x = _block(x, block) if isinstance(block, FoldedBlock) else _shrink(x, block)
        y = normal(x.mean(axis=(1, 2)), EPSILON)
        scale, shift = params["norm"]
        return {"logits": dense(y, params["classifier"]), "embedding": y * scale + shift}

    return params, apply


def _block(x: jax.Array, block: FoldedBlock) -> jax.Array:
    y = depthwise(x, block.filters.kernel, 1, 3) + block.filters.bias
    return x + dense(gelu(dense(normal(y, EPSILON), block.widen), "gelu"), block.narrow)


def _shrink(x: jax.Array, layer: FoldedShrink) -> jax.Array:
    return conv(normal(x, EPSILON), layer.conv.kernel, 2, 0) + layer.conv.bias


def _folded(block: Block | Shrink) -> FoldedBlock | FoldedShrink:
    if isinstance(block, Shrink):
        scale, shift = scale_of(block.norm)
        kernel, bias = (np.asarray(values) for values in block.conv.folded())
        shifted = bias + np.einsum("i,klio->o", shift, kernel)
        return FoldedShrink(Folded(scale[:, None] * kernel, shifted))  # type: ignore[arg-type]
    narrow = dense_of(block.narrow, block.scale)
    return FoldedBlock(block.filters.folded(), after_norm(block.norm, block.widen), narrow)
