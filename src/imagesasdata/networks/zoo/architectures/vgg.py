"""VGG (Simonyan and Zisserman 2015): 3x3 convolutions in five blocks, then three dense layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.networks.nn.conv import conv
from imagesasdata.networks.nn.layers import Conv, linear_of
from imagesasdata.networks.nn.pool import max_pool

INPUT_SIZE = 224
CHANNELS = (64, 128, 256, 512, 512)
HIDDEN = 4096
# The number of convolutions in each block.
VGG16 = (2, 2, 3, 3, 3)
VGG19 = (2, 2, 4, 4, 4)


class VGG(nnx.Module):
    """VGG, trainable; `inference` returns the fast form.

    It takes only pictures of 224 x 224 pixels, because its dense layers have a weight for every
    position.

    Parameters
    ----------
    depths
        Convolutions in each block: `VGG16` or `VGG19`.
    classes
        Number of outputs.
    """

    def __init__(self, depths: tuple[int, ...], *, classes: int = 1000, rngs: nnx.Rngs) -> None:
        stages = []
        inputs = 3
        for depth, channels in zip(depths, CHANNELS, strict=True):
            blocks = []
            for _ in range(depth):
                blocks.append(Conv(inputs, channels, kernel=3, activation="relu", rngs=rngs))
                inputs = channels
            stages.append(nnx.List(blocks))
        self.stages = nnx.List(stages)
        side = INPUT_SIZE // 2 ** len(CHANNELS)
        self.hidden = nnx.List(
            [
                nnx.Linear(side * side * inputs, HIDDEN, rngs=rngs),
                nnx.Linear(HIDDEN, HIDDEN, rngs=rngs),
            ]
        )
        self.classifier = nnx.Linear(HIDDEN, classes, rngs=rngs)

    def features(self, x: Float[Array, "b 224 224 3"]) -> Float[Array, "b 4096"]:
        """The embedding: the second dense layer (known as fc7), after its activation."""
        for stage in self.stages:
            for block in stage:
                x = block(x)
            x = max_pool(x, 2, 2)
        y = x.reshape(x.shape[0], -1)
        for layer in self.hidden:
            y = nnx.relu(layer(y))
        return y

    def __call__(self, x: Float[Array, "b 224 224 3"]) -> Float[Array, "b classes"]:
        """Logits from pictures minus the mean color (values about -124 to 151)."""
        return self.classifier(self.features(x))


def inference(
    model: VGG,
) -> tuple[
    dict[str, Any],
    Callable[[dict[str, Any], Float[Array, "b 224 224 3"]], dict[str, Float[Array, "b n"]]],
]:
    """The network as parameters and a pure function of them and of a batch.

    Returns
    -------
    params
        Pytree of arrays.
    apply
        ``apply(params, x) -> {"logits": (b, classes), "embedding": (b, 4096)}``.
    """
    params = {
        "stages": [[block.folded() for block in stage] for stage in model.stages],
        "hidden": [linear_of(layer) for layer in model.hidden],
        "classifier": linear_of(model.classifier),
    }

    def apply(
        params: dict[str, Any], x: Float[Array, "b 224 224 3"]
    ) -> dict[str, Float[Array, "b n"]]:
        for stage in params["stages"]:
            for kernel, bias in stage:
                x = jnp.maximum(conv(x, kernel, 1) + bias, 0.0)
            x = max_pool(x, 2, 2)
        y = x.reshape(x.shape[0], -1)
        for kernel, bias in params["hidden"]:
            y = jnp.maximum(y @ kernel + bias, 0.0)
        kernel, bias = params["classifier"]
        return {"logits": y @ kernel + bias, "embedding": y}

    return params, apply
