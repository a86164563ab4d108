"""The names that OWL-ViT's parameters have in the safetensors file of its authors' model page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from imagesasdata.networks.weights.assign import Slot, assign, under
from imagesasdata.networks.weights.torch_names import layer_norm, linear
from imagesasdata.networks.zoo.architectures.owlvit import OWLViT
from imagesasdata.networks.zoo.names import clip as clip_weights

_CLIP = "owlvit."
# The numbers 0, 1, 2, ..., and the positions of patches, which some versions saved.
_IGNORED = ("position_ids", "box_bias")


def load(model: OWLViT, state: Mapping[str, np.ndarray]) -> None:
    """Put the file's tensors into a model, in place.

    Raises
    ------
    WeightsError
        When a parameter is missing, left over or of another shape.
    """
    heads = {name: values for name, values in state.items() if not name.startswith(_CLIP)}
    before = "vision_model.pre_layernorm"
    assign(clip_weights.slots(model.clip, before=before), under(state, _CLIP), ignored=_IGNORED)
    assign(_heads(model), heads, ignored=_IGNORED)


def _heads(model: OWLViT) -> Iterator[Slot]:
    yield from layer_norm(model.merge, "layer_norm")
    yield from linear(model.kind, "class_head.dense0")
    yield from linear(model.shift, "class_head.logit_shift")
    yield from linear(model.scale, "class_head.logit_scale")
    for number, layer in enumerate(model.box):
        yield from linear(layer, f"box_head.dense{number}")
