"""Depth Anything V2 (Yang et al. 2024): how near each part of a picture is, from a single picture.

A DINOv2 transformer sees the picture; a head (DPT, Ranftl et al. 2021) makes maps of several sizes of
what four of its blocks give, and adds them up from the coarsest to the finest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.networks.nn.bilinear import resize_maps
from imagesasdata.networks.nn.conv import pointwise
from imagesasdata.networks.nn.initial import normal
from imagesasdata.networks.nn.layers import Conv
from imagesasdata.networks.nn.transformer import Form
from imagesasdata.networks.nn.vision_transformer import VisionTransformer, inference_maps
from imagesasdata.networks.zoo.architectures.dinov2 import VIT_S

SIZE, PATCH = 518, 14
# What the sides of the first two maps are multiplied by; the last is halved.
_FACTORS = (4, 2)


class Design(NamedTuple):
    """The sizes of a network: of four maps, after which blocks they are taken, and of the head."""

    form: Form
    after: tuple[int, int, int, int]
    maps: tuple[int, int, int, int]
    fused: int
    last: int


SMALL = Design(VIT_S, after=(3, 6, 9, 12), maps=(48, 96, 192, 384), fused=64, last=32)


class DepthAnything(nnx.Module):
    """Depth Anything, trainable. `inference` returns the fast form."""

    def __init__(self, design: Design = SMALL, *, rngs: nnx.Rngs) -> None:
        self.body = VisionTransformer(design.form, size=SIZE, patch=PATCH, rngs=rngs)
        self.head = Head(design, rngs=rngs)
        self.after = design.after

    @property
    def stages(self) -> Sequence[Any]:
        """The blocks, each a stage."""
        return self.body.stages

    def __call__(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b h w"]:
        """Nearness at each pixel of normalized pictures, whose sides are multiples of 14."""
        return self.head(self.body.maps(x, self.after))


class Head(nnx.Module):
    """From the maps of four blocks, each (b, r, c, d), to nearness at each pixel."""

    def __init__(self, design: Design, *, rngs: nnx.Rngs) -> None:
        width, fused, half = design.form.width, design.fused, design.fused // 2
        self.projections = nnx.List([Conv(width, n, padding=0, rngs=rngs) for n in design.maps])
        self.enlargements = nnx.List(
            [Enlarge(n, by, rngs=rngs) for n, by in zip(design.maps[:2], _FACTORS, strict=True)]
        )
        last = design.maps[-1]
        self.halving = Conv(last, last, kernel=3, stride=2, padding=1, rngs=rngs)
        self.narrowings = nnx.List(
            [Conv(n, fused, kernel=3, padding=1, bias=False, rngs=rngs) for n in design.maps]
        )
        # The coarsest first.
        self.fusions = nnx.List(
            [Fusion(fused, first=number == 0, rngs=rngs) for number in range(len(design.maps))]
        )
        self.out1 = Conv(fused, half, kernel=3, padding=1, rngs=rngs)
        self.out2 = Conv(half, design.last, kernel=3, padding=1, activation="relu", rngs=rngs)
        self.out3 = Conv(design.last, 1, padding=0, activation="relu", rngs=rngs)

    def __call__(self, maps: list[jax.Array]) -> Float[Array, "b h w"]:
        """Apply the head."""
        rows, columns = maps[0].shape[1:3]
        own = [project(x) for project, x in zip(self.projections, maps, strict=True)]
        sized = [
            *(enlarge(x) for enlarge, x in zip(self.enlargements, own[:2], strict=True)),
            own[2],
            self.halving(own[3]),
        ]
        narrow = [layer(x) for layer, x in zip(self.narrowings, sized, strict=True)][::-1]
        sizes = [(x.shape[1], x.shape[2]) for x in narrow]
        finest = (2 * sizes[-1][0], 2 * sizes[-1][1])
        fused = None
        for fusion, x, size in zip(self.fusions, narrow, [*sizes[1:], finest], strict=True):
            fused = fusion(x, fused, size)
        assert fused is not None, "there are four maps"
        y = resize_maps(self.out1(fused), PATCH * rows, PATCH * columns, corners=True)
        return self.out3(self.out2(y))[..., 0]


class Enlarge(nnx.Module):
    """Each cell of a map becomes a square of cells (a transposed convolution without overlap)."""

    def __init__(self, channels: int, by: int, *, rngs: nnx.Rngs) -> None:
        shape = (channels, by, by, channels)
        self.kernel = nnx.Param(normal(rngs, shape, channels**-0.5))
        self.bias = nnx.Param(jnp.zeros(channels))

    def __call__(self, x: Float[Array, "b h w c"]) -> Float[Array, "b oh ow c"]:
        """Apply the layer."""
        batch, rows, columns, channels = x.shape
        by = self.kernel.shape[1]
        y = pointwise(x, self.kernel[...].reshape(channels, -1))
        y = y.reshape(batch, rows, columns, by, by, channels).transpose(0, 1, 3, 2, 4, 5)
        return y.reshape(batch, by * rows, by * columns, channels) + self.bias[...]


class Fusion(nnx.Module):
    """Adds a finer map to what is known so far, and resizes the sum for the next map."""

    def __init__(self, channels: int, *, first: bool, rngs: nnx.Rngs) -> None:
        self.finer = None if first else Residual(channels, rngs=rngs)
        self.both = Residual(channels, rngs=rngs)
        self.projection = Conv(channels, channels, padding=0, rngs=rngs)

    def __call__(
        self, x: Float[Array, "b h w c"], known: jax.Array | None, size: tuple[int, int]
    ) -> Float[Array, "b oh ow c"]:
        """Apply the layer."""
        if known is not None and self.finer is not None:
            x = known + self.finer(x)
        return self.projection(resize_maps(self.both(x), *size, corners=True))


class Residual(nnx.Module):
    """Two convolutions, each of values above zero, added to the input."""

    def __init__(self, channels: int, *, rngs: nnx.Rngs) -> None:
        self.first = Conv(channels, channels, kernel=3, padding=1, activation="relu", rngs=rngs)
        self.second = Conv(channels, channels, kernel=3, padding=1, rngs=rngs)

    def __call__(self, x: Float[Array, "b h w c"]) -> Float[Array, "b h w c"]:
        """Apply the layer."""
        return x + self.second(self.first(jax.nn.relu(x)))


def inference(
    model: DepthAnything,
) -> tuple[
    dict[str, Any],
    Callable[[dict[str, Any], Float[Array, "b h w 3"]], dict[str, Float[Array, "b h w"]]],
]:
    """The network as folded parameters and a pure function of them and of a batch.

    Returns
    -------
    params
        Pytree of arrays.
    apply
        ``apply(params, x) -> {"nearness": (b, h, w)}``.
    """
    body, maps = inference_maps(model.body, model.after)
    graph, head = nnx.split(model.head)

    def apply(params: dict[str, Any], x: jax.Array) -> dict[str, jax.Array]:
        return {"nearness": nnx.merge(graph, params["head"])(maps(params["body"], x))}

    return {"body": body, "head": head}, apply
