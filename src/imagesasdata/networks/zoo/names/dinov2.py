"""The names that DINOv2's parameters have in the published safetensors file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from imagesasdata.networks.nn.bicubic import resize_grid
from imagesasdata.networks.nn.vision_transformer import VisionTransformer
from imagesasdata.networks.weights.assign import Slot, assign
from imagesasdata.networks.weights.torch_names import conv, layer_norm, linear
from imagesasdata.networks.zoo.architectures.dinov2 import DINOv2

# The token of masked patches in training; not needed for inference.
IGNORED = ("mask_token",)


def load(model: DINOv2, state: Mapping[str, np.ndarray]) -> None:
    """Put the file's arrays into a model, in place.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    assign(slots(model.body), state, ignored=IGNORED)


def slots(body: VisionTransformer, start: str = "") -> Iterator[Slot]:
    """The parameters of the transformer, whose names begin with ``start``."""
    yield from conv(body.patches, f"{start}embeddings.patch_embeddings.projection")
    yield Slot(f"{start}embeddings.cls_token", body.token, lambda values: values[0, 0])
    side = round((body.places.shape[0] - 1) ** 0.5)
    yield Slot(
        f"{start}embeddings.position_embeddings",
        body.places,
        lambda values: _places(values[0], side),
    )
    blocks = [block for stage in body.stages for block in stage]
    for number, block in enumerate(blocks):
        name = f"{start}encoder.layer.{number}."
        yield from layer_norm(block.norm1, f"{name}norm1")
        attention = block.attention
        for part in ("query", "key", "value"):
            yield from linear(getattr(attention, part), f"{name}attention.attention.{part}")
        yield from linear(attention.out, f"{name}attention.output.dense")
        if block.scale1 is not None and block.scale2 is not None:
            yield Slot(f"{name}layer_scale1.lambda1", block.scale1)
            yield Slot(f"{name}layer_scale2.lambda1", block.scale2)
        yield from layer_norm(block.norm2, f"{name}norm2")
        yield from linear(block.widen, f"{name}mlp.fc1")
        yield from linear(block.narrow, f"{name}mlp.fc2")
    yield from layer_norm(body.norm, f"{start}layernorm")


def _places(values: np.ndarray, side: int) -> np.ndarray:
    """The position vectors, resized from the file's, which are for larger pictures."""
    old = round((len(values) - 1) ** 0.5)
    grid = resize_grid(values[1:].reshape(old, old, -1), side, side)
    return np.concatenate([values[:1], grid.reshape(side * side, -1)])
