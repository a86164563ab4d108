"""The names that CLIP's parameters have in the published PyTorch file of OpenAI's model page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from imagesasdata.networks.nn.transformer import Block
from imagesasdata.networks.weights.assign import Slot, assign
from imagesasdata.networks.weights.torch_names import conv, layer_norm, linear
from imagesasdata.networks.zoo.architectures.clip import CLIP

# The numbers 0, 1, 2, ..., which some versions saved.
_IGNORED = ("position_ids",)


# The normalization before the vision blocks; the typo is the file's.
BEFORE = "vision_model.pre_layrnorm"


def load(model: CLIP, state: Mapping[str, np.ndarray]) -> None:
    """Put a PyTorch state dict into a model, in place.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    assign(slots(model), state, ignored=_IGNORED)


def slots(model: CLIP, *, before: str = BEFORE) -> Iterator[Slot]:
    """The slot of each parameter; ``before`` is the file's name of the first normalization."""
    image, text = model.image, model.text
    prefix = "vision_model.embeddings."
    yield Slot(f"{prefix}class_embedding", image.token)
    yield from conv(image.patches, f"{prefix}patch_embedding")
    yield Slot(f"{prefix}position_embedding.weight", image.places)
    if image.before is not None:
        yield from layer_norm(image.before, before)
    yield from blocks([b for stage in image.stages for b in stage], "vision_model")
    yield from layer_norm(image.norm, "vision_model.post_layernorm")
    yield from linear(model.image_projection, "visual_projection")

    prefix = "text_model.embeddings."
    yield Slot(f"{prefix}token_embedding.weight", text.words)
    yield Slot(f"{prefix}position_embedding.weight", text.places)
    yield from blocks([b for stage in text.stages for b in stage], "text_model")
    yield from layer_norm(text.norm, "text_model.final_layer_norm")
    yield from linear(model.text_projection, "text_projection")
    yield Slot("logit_scale", model.scale)


def blocks(them: Sequence[Block], tower: str) -> Iterator[Slot]:
    """The slots of a tower's blocks."""
    for number, block in enumerate(them):
        name = f"{tower}.encoder.layers.{number}."
        yield from layer_norm(block.norm1, f"{name}layer_norm1")
        attention = block.attention
        yield from linear(attention.query, f"{name}self_attn.q_proj")
        yield from linear(attention.key, f"{name}self_attn.k_proj")
        yield from linear(attention.value, f"{name}self_attn.v_proj")
        yield from linear(attention.out, f"{name}self_attn.out_proj")
        yield from layer_norm(block.norm2, f"{name}layer_norm2")
        yield from linear(block.widen, f"{name}mlp.fc1")
        yield from linear(block.narrow, f"{name}mlp.fc2")
