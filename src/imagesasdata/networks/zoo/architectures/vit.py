"""ViT-B/16 (Dosovitskiy et al. 2021), torchvision's version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.networks.nn.transformer import Form
from imagesasdata.networks.nn.vision_transformer import VisionTransformer, classifier_inference

VIT_B = Form(width=768, depth=12, heads=12, epsilon=1e-6)
SIZE, PATCH = 224, 16


class ViT(nnx.Module):
    """A vision transformer with a classifier, trainable; `inference` returns the fast form.

    Parameters
    ----------
    form
        Width and depth; `VIT_B`.
    classes
        Number of outputs.
    """

    def __init__(self, form: Form = VIT_B, *, classes: int = 1000, rngs: nnx.Rngs) -> None:
        self.body = VisionTransformer(form, size=SIZE, patch=PATCH, rngs=rngs)
        self.classifier = nnx.Linear(form.width, classes, rngs=rngs)

    @property
    def stages(self) -> Sequence[Any]:
        """The blocks, each a stage."""
        return self.body.stages

    def features(self, x: Float[Array, "b 224 224 3"]) -> Float[Array, "b d"]:
        """The embedding: the class token after the last block, normalized."""
        return self.body(x)

    def __call__(self, x: Float[Array, "b 224 224 3"]) -> Float[Array, "b classes"]:
        """Logits from pictures with mean 0 and standard deviation 1."""
        return self.classifier(self.features(x))


def inference(
    model: ViT,
) -> tuple[
    dict[str, Any],
    Callable[[dict[str, Any], Float[Array, "b 224 224 3"]], dict[str, Float[Array, "b n"]]],
]:
    """The network as folded parameters and a pure function of them and of a batch.

    Returns
    -------
    params
        Pytree of arrays.
    apply
        ``apply(params, x) -> {"logits": (b, classes), "embedding": (b, d)}``.
    """
    return classifier_inference(model.body, model.classifier)
