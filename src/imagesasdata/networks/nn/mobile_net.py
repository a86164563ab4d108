"""The network of inverted residual blocks that MobileNetV2 and EfficientNet-Lite share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.networks.nn.conv import Padding, conv, pointwise
from imagesasdata.networks.nn.inverted_residual import inverted_residual
from imagesasdata.networks.nn.layers import ConvNorm, linear_of, relu6

STEM_CHANNELS = 32
HEAD_CHANNELS = 1280


class Stage(NamedTuple):
    """A sequence of equal blocks; only the first has the stride."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    outputs: int


class Block(nnx.Module):
    """An inverted residual block: expand, filter each channel, project."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int,
        expand: int,
        *,
        same: bool,
        epsilon: float,
        rngs: nnx.Rngs,
    ) -> None:
        wide = inputs * expand
        self.expand = ConvNorm(inputs, wide, epsilon=epsilon, rngs=rngs) if expand > 1 else None
        self.filters = ConvNorm(
            wide,
            wide,
            kernel=kernel,
            stride=stride,
            by_channel=True,
            padding=_padding(kernel, same),
            epsilon=epsilon,
            rngs=rngs,
        )
        self.project = ConvNorm(wide, outputs, activation=None, epsilon=epsilon, rngs=rngs)
        self.adds_input = stride == 1 and inputs == outputs

    def __call__(self, x: Float[Array, "b h w i"]) -> Float[Array, "b oh ow o"]:
        """Apply the block, in its training or evaluation mode."""
        y = x if self.expand is None else self.expand(x)
        y = self.project(self.filters(y))
        return x + y if self.adds_input else y


class MobileNet(nnx.Module):
    """Inverted residual blocks between a convolution and a mean, trainable.

    `inference` returns the fast form.

    Parameters
    ----------
    stages
        The stages.
    classes
        Number of outputs.
    same
        Whether maps are padded as in TensorFlow (SAME), or equally on every side.
    epsilon
        Added to variances in normalization.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        *,
        classes: int,
        same: bool,
        epsilon: float,
        rngs: nnx.Rngs,
    ) -> None:
        self.stem = ConvNorm(
            3,
            STEM_CHANNELS,
            kernel=3,
            stride=2,
            padding=_padding(3, same),
            epsilon=epsilon,
            rngs=rngs,
        )
        runs = []
        inputs = STEM_CHANNELS
        for repeats, kernel, stride, expand, outputs in stages:
            blocks = []
            for repeat in range(repeats):
                step = stride if repeat == 0 else 1
                blocks.append(
                    Block(
                        inputs,
                        outputs,
                        kernel,
                        step,
                        expand,
                        same=same,
                        epsilon=epsilon,
                        rngs=rngs,
                    )
                )
                inputs = outputs
            runs.append(nnx.List(blocks))
        self.stages = nnx.List(runs)
        self.head = ConvNorm(inputs, HEAD_CHANNELS, epsilon=epsilon, rngs=rngs)
        self.classifier = nnx.Linear(HEAD_CHANNELS, classes, rngs=rngs)

    def features(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b 1280"]:
        """The embedding: the mean over all positions of the last map."""
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x).mean(axis=(1, 2))

    def __call__(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b classes"]:
        """Logits from normalized pictures."""
        return self.classifier(self.features(x))


def inference(
    model: MobileNet,
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
        "classifier": linear_of(model.classifier),
    }
    stem_padding = model.stem.padding
    forms = [(block.filters.stride, block.filters.padding) for block in blocks]

    def apply(params: dict[str, Any], x: Float[Array, "b h w 3"]) -> dict[str, Float[Array, "b n"]]:
        x = relu6(conv(x, params["stem"].kernel, 2, stem_padding) + params["stem"].bias)
        for layers, (stride, padding) in zip(params["blocks"], forms, strict=True):
            x = inverted_residual(x, *layers, stride=stride, padding=padding)
        x = relu6(pointwise(x, params["head"].kernel[0, 0]) + params["head"].bias)
        embedding = x.mean(axis=(1, 2))
        logits = embedding @ params["classifier"].kernel + params["classifier"].bias
        return {"logits": logits, "embedding": embedding}

    return params, apply


def _padding(kernel: int, same: bool) -> Padding:
    return "same" if same else kernel // 2
