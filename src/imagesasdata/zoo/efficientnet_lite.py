"""EfficientNet-Lite (Tan and Le 2019; the Lite variants by Google, 2020)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.nn.conv import conv, pointwise
from imagesasdata.nn.inverted_residual import inverted_residual
from imagesasdata.nn.layers import ConvNorm, Folded, relu6

STEM_CHANNELS = 32
HEAD_CHANNELS = 1280


class Stage(NamedTuple):
    """A run of equal blocks, before scaling; only the first has the stride."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    inputs: int
    outputs: int


STAGES = (
    Stage(1, 3, 1, 1, 32, 16),
    Stage(2, 3, 2, 6, 16, 24),
    Stage(2, 5, 2, 6, 24, 40),
    Stage(3, 3, 2, 6, 40, 80),
    Stage(3, 5, 1, 6, 80, 112),
    Stage(4, 5, 2, 6, 112, 192),
    Stage(1, 3, 1, 6, 192, 320),
)


class Block(nnx.Module):
    """An inverted residual block."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int, expand: int, *, rngs: nnx.Rngs
    ) -> None:
        wide = inputs * expand
        self.expand = ConvNorm(inputs, wide, rngs=rngs) if expand > 1 else None
        self.filters = ConvNorm(
            wide, wide, kernel=kernel, stride=stride, by_channel=True, rngs=rngs
        )
        self.project = ConvNorm(wide, outputs, activation=None, rngs=rngs)
        self.adds_input = stride == 1 and inputs == outputs

    def __call__(self, x: Float[Array, "b h w i"]) -> Float[Array, "b oh ow o"]:
        """Apply the block, as it stands in training or in evaluation."""
        y = x if self.expand is None else self.expand(x)
        y = self.project(self.filters(y))
        return x + y if self.adds_input else y


class EfficientNetLite(nnx.Module):
    """EfficientNet-Lite, trainable; `inference` gives the form that is fast.

    Parameters
    ----------
    width, depth
        How much wider and deeper than Lite0 the stages are. The stem and the head keep their width,
        the first and the last stage their depth.
    classes
        Number of outputs.
    """

    def __init__(self, width: float, depth: float, *, classes: int = 1000, rngs: nnx.Rngs) -> None:
        self.stem = ConvNorm(3, STEM_CHANNELS, kernel=3, stride=2, rngs=rngs)
        stages = []
        inputs = STEM_CHANNELS
        for place, stage in enumerate(STAGES):
            scaled = place not in {0, len(STAGES) - 1}
            repeats = math.ceil(stage.repeats * depth) if scaled else stage.repeats
            outputs = round_channels(stage.outputs * width)
            blocks = []
            for repeat in range(repeats):
                stride = stage.stride if repeat == 0 else 1
                block = Block(inputs, outputs, stage.kernel, stride, stage.expand, rngs=rngs)
                blocks.append(block)
                inputs = outputs
            stages.append(nnx.List(blocks))
        self.stages = nnx.List(stages)
        self.head = ConvNorm(inputs, HEAD_CHANNELS, rngs=rngs)
        self.classifier = nnx.Linear(HEAD_CHANNELS, classes, rngs=rngs)

    def features(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b 1280"]:
        """The embedding: the mean over all places of the last map."""
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x).mean(axis=(1, 2))

    def __call__(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b classes"]:
        """Logits from pictures whose values are about -1 to 1."""
        return self.classifier(self.features(x))


def round_channels(channels: float, divisor: int = 8) -> int:
    """The nearest multiple of 8, but never more than a tenth below what was asked for."""
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded


def inference(
    model: EfficientNetLite,
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
        ``apply(params, x) -> {"logits": (b, classes), "embedding": (b, 1280)}``.
    """
    blocks = [block for stage in model.stages for block in stage]
    params = {
        "stem": model.stem.folded(),
        "blocks": [
            (
                None if block.expand is None else block.expand.folded(),
                block.filters.folded(),
                block.project.folded(),
            )
            for block in blocks
        ],
        "head": model.head.folded(),
        "classifier": _linear(model.classifier),
    }
    strides = [block.filters.stride for block in blocks]

    def apply(params: dict[str, Any], x: Float[Array, "b h w 3"]) -> dict[str, Float[Array, "b n"]]:
        x = relu6(conv(x, params["stem"].kernel, 2) + params["stem"].bias)
        for layers, stride in zip(params["blocks"], strides, strict=True):
            x = inverted_residual(x, *layers, stride=stride)
        x = relu6(pointwise(x, params["head"].kernel[0, 0]) + params["head"].bias)
        embedding = x.mean(axis=(1, 2))
        logits = embedding @ params["classifier"].kernel + params["classifier"].bias
        return {"logits": logits, "embedding": embedding}

    return params, apply


def _linear(layer: nnx.Linear) -> Folded:
    assert layer.bias is not None, "the layer is made with a bias"
    return Folded(layer.kernel[...], layer.bias[...])
