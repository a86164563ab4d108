"""ResNet (He et al. 2016), torchvision's version: the stride is in a block's 3x3 convolution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.networks.nn.conv import conv
from imagesasdata.networks.nn.layers import ConvNorm, Folded, linear_of
from imagesasdata.networks.nn.pool import max_pool

STEM_CHANNELS = 64
EPSILON = 1e-5


class Form(NamedTuple):
    """Blocks in each stage, and whether blocks narrow their input before the 3x3 convolution."""

    depths: tuple[int, int, int, int]
    bottleneck: bool


RESNET18 = Form((2, 2, 2, 2), False)
RESNET50 = Form((3, 4, 6, 3), True)
RESNET101 = Form((3, 4, 23, 3), True)


class Block(nnx.Module):
    """Two or three convolutions whose result is added to the input."""

    def __init__(
        self, inputs: int, channels: int, stride: int, bottleneck: bool, *, rngs: nnx.Rngs
    ) -> None:
        def layer(i: int, o: int, side: int, step: int, last: bool = False) -> ConvNorm:
            return ConvNorm(
                i,
                o,
                kernel=side,
                stride=step,
                padding=side // 2,
                activation=None if last else "relu",
                epsilon=EPSILON,
                rngs=rngs,
            )

        outputs = channels * (4 if bottleneck else 1)
        if bottleneck:
            layers = [
                layer(inputs, channels, 1, 1),
                layer(channels, channels, 3, stride),
                layer(channels, outputs, 1, 1, last=True),
            ]
        else:
            layers = [
                layer(inputs, channels, 3, stride),
                layer(channels, channels, 3, 1, last=True),
            ]
        self.layers = nnx.List(layers)
        changes = stride != 1 or inputs != outputs
        self.shortcut = layer(inputs, outputs, 1, stride, last=True) if changes else None

    def __call__(self, x: Float[Array, "b h w i"]) -> Float[Array, "b oh ow o"]:
        """Apply the block, in its training or evaluation mode."""
        y = x
        for layer in self.layers:
            y = layer(y)
        return nnx.relu(y + (x if self.shortcut is None else self.shortcut(x)))


class ResNet(nnx.Module):
    """ResNet, trainable; `inference` returns the fast form.

    Parameters
    ----------
    form
        `RESNET18`, `RESNET50` or `RESNET101`.
    classes
        Number of outputs.
    """

    def __init__(self, form: Form, *, classes: int = 1000, rngs: nnx.Rngs) -> None:
        self.stem = ConvNorm(
            3,
            STEM_CHANNELS,
            kernel=7,
            stride=2,
            padding=3,
            activation="relu",
            epsilon=EPSILON,
            rngs=rngs,
        )
        stages = []
        inputs = STEM_CHANNELS
        for number, depth in enumerate(form.depths):
            channels = STEM_CHANNELS * 2**number
            blocks = []
            for index in range(depth):
                stride = 2 if number > 0 and index == 0 else 1
                blocks.append(Block(inputs, channels, stride, form.bottleneck, rngs=rngs))
                inputs = channels * (4 if form.bottleneck else 1)
            stages.append(nnx.List(blocks))
        self.stages = nnx.List(stages)
        self.classifier = nnx.Linear(inputs, classes, rngs=rngs)

    def features(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b n"]:
        """The embedding: the mean over all positions of the last map."""
        x = max_pool(self.stem(x), 3, 2, 1)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return x.mean(axis=(1, 2))

    def __call__(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b classes"]:
        """Logits from pictures with mean 0 and standard deviation 1."""
        return self.classifier(self.features(x))


Apply = Callable[[dict[str, Any], Float[Array, "b h w 3"]], dict[str, Float[Array, "b n"]]]


def inference(model: ResNet) -> tuple[dict[str, Any], Apply]:
    """The network as folded parameters and a pure function of them and of a batch.

    Returns
    -------
    params
        Pytree of arrays.
    apply
        ``apply(params, x) -> {"logits": (b, classes), "embedding": (b, n)}``.
    """
    params, maps = body(model)
    params["classifier"] = linear_of(model.classifier)

    def apply(params: dict[str, Any], x: Float[Array, "b h w 3"]) -> dict[str, Float[Array, "b n"]]:
        embedding = maps(params, x).mean(axis=(1, 2))
        kernel, bias = params["classifier"]
        return {"logits": embedding @ kernel + bias, "embedding": embedding}

    return params, apply


def body(
    model: ResNet,
) -> tuple[
    dict[str, Any],
    Callable[[dict[str, Any], Float[Array, "b h w 3"]], Float[Array, "b mh mw n"]],
]:
    """The network up to its last map, as folded parameters and a pure function."""
    blocks = [block for stage in model.stages for block in stage]
    params = {
        "stem": model.stem.folded(),
        "blocks": [
            (
                [layer.folded() for layer in block.layers],
                None if block.shortcut is None else block.shortcut.folded(),
            )
            for block in blocks
        ],
    }
    strides = [[layer.stride for layer in block.layers] for block in blocks]

    def maps(params: dict[str, Any], x: Float[Array, "b h w 3"]) -> Float[Array, "b mh mw n"]:
        x = max_pool(_relu(_conv(x, params["stem"], 2)), 3, 2, 1)
        for (layers, shortcut), steps in zip(params["blocks"], strides, strict=True):
            y = x
            for layer, step in zip(layers[:-1], steps[:-1], strict=True):
                y = _relu(_conv(y, layer, step))
            y = _conv(y, layers[-1], 1)
            x = _relu(y + (x if shortcut is None else _conv(x, shortcut, max(steps))))
        return x

    return params, maps


def _conv(x: jax.Array, layer: Folded, stride: int) -> jax.Array:
    return conv(x, layer.kernel, stride, layer.kernel.shape[0] // 2) + layer.bias


def _relu(x: jax.Array) -> jax.Array:
    return jnp.maximum(x, jnp.zeros((), x.dtype))
