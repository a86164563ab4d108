"""DINOv2 ViT-S/14 (Oquab et al. 2024): a vision transformer trained without labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.networks.nn.transformer import Form
from imagesasdata.networks.nn.vision_transformer import VisionTransformer, classifier_inference

VIT_S = Form(width=384, depth=12, heads=6, epsilon=1e-6, scaled=True)
SIZE, PATCH = 224, 14


class DINOv2(nnx.Module):
    """DINOv2, trainable; it has no classifier. `inference` returns the fast form."""

    def __init__(self, form: Form = VIT_S, *, rngs: nnx.Rngs) -> None:
        self.body = VisionTransformer(form, size=SIZE, patch=PATCH, rngs=rngs)

    @property
    def stages(self) -> Sequence[Any]:
        """The blocks, each a stage."""
        return self.body.stages

    def features(self, x: Float[Array, "b 224 224 3"]) -> Float[Array, "b d"]:
        """The embedding: the class token after the last block, normalized."""
        return self.body(x)

    def __call__(self, x: Float[Array, "b 224 224 3"]) -> Float[Array, "b d"]:
        """The embedding of pictures with mean 0 and standard deviation 1."""
        return self.features(x)


def inference(
    model: DINOv2,
) -> tuple[
    dict[str, Any],
    Callable[[dict[str, Any], Float[Array, "b 224 224 3"]], dict[str, Float[Array, "b d"]]],
]:
    """The network as folded parameters and a pure function of them and of a batch.

    Returns
    -------
    params
        Pytree of arrays.
    apply
        ``apply(params, x) -> {"embedding": (b, d)}``.
    """
    return classifier_inference(model.body, None)
