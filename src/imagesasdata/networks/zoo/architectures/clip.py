"""CLIP ViT-B/32 (Radford et al. 2021): pictures and texts as vectors in one space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Int

from imagesasdata.networks.nn.transformer import (
    Block,
    Form,
    after_norm,
    dense,
    folded,
    normal,
    run_blocks,
)
from imagesasdata.networks.nn.vision_transformer import VisionTransformer
from imagesasdata.networks.nn.vision_transformer import inference as vision_inference

IMAGE = Form(width=768, depth=12, heads=12, epsilon=1e-5, gelu="quick_gelu")
TEXT = Form(width=512, depth=12, heads=8, epsilon=1e-5, gelu="quick_gelu", causal=True)
SIZE, PATCH = 224, 32
SPACE = 512
WORDS, LENGTH = 49_408, 77


class TextTransformer(nnx.Module):
    """The text encoder, trainable; a text has up to ``length`` tokens."""

    def __init__(self, form: Form, *, length: int, rngs: nnx.Rngs) -> None:
        draw = jax.random.normal
        self.form = form
        self.words = nnx.Param(0.02 * draw(rngs.params(), (WORDS, form.width)))
        self.places = nnx.Param(0.01 * draw(rngs.params(), (length, form.width)))
        self.stages = nnx.List([nnx.List([Block(form, rngs=rngs)]) for _ in range(form.depth)])
        self.norm = nnx.LayerNorm(form.width, epsilon=form.epsilon, rngs=rngs)

    def __call__(self, ids: Int[Array, "b n"]) -> Float[Array, "b d"]:
        """The output at the end token of each text, normalized."""
        x = self.words[...][ids] + self.places[...]
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.norm(at_end(x, ids))


class CLIP(nnx.Module):
    """CLIP, trainable; it has no classifier.

    `image_inference` and `text_inference` return the fast forms.

    Parameters
    ----------
    size
        Side of the pictures in pixels.
    length
        Tokens of the longest text.
    """

    def __init__(self, *, size: int = SIZE, length: int = LENGTH, rngs: nnx.Rngs) -> None:
        self.image = VisionTransformer(IMAGE, size=size, patch=PATCH, before=True, rngs=rngs)
        self.image_projection = nnx.Linear(IMAGE.width, SPACE, use_bias=False, rngs=rngs)
        self.text = TextTransformer(TEXT, length=length, rngs=rngs)
        self.text_projection = nnx.Linear(TEXT.width, SPACE, use_bias=False, rngs=rngs)
        # The logarithm of the factor that cosines are multiplied by before the softmax.
        self.scale = nnx.Param(jnp.log(1 / 0.07))

    @property
    def stages(self) -> Sequence[Any]:
        """The blocks of the vision encoder, each a stage."""
        return self.image.stages

    def features(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b 512"]:
        """The embedding of pictures; not scaled to length one."""
        return self.image_projection(self.image(x))

    def text_features(self, ids: Int[Array, "b n"]) -> Float[Array, "b 512"]:
        """The embedding of texts, given as token ids; not scaled to length one."""
        return self.text_projection(self.text(ids))

    def __call__(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b 512"]:
        """The embedding of pictures with mean 0 and standard deviation 1."""
        return self.features(x)


def at_end(x: Float[Array, "b n d"], ids: Int[Array, "b n"]) -> Float[Array, "b d"]:
    """The output at the first end token of each text, which is the token with the highest id."""
    return x[jnp.arange(x.shape[0]), ids.argmax(axis=1)]


def image_inference(
    model: CLIP,
) -> tuple[
    dict[str, Any],
    Callable[[dict[str, Any], Float[Array, "b h w 3"]], dict[str, Float[Array, "b 512"]]],
]:
    """The vision encoder, as folded parameters and a pure function.

    Returns
    -------
    params
        Pytree of arrays.
    apply
        ``apply(params, x) -> {"embedding": (b, 512)}``.
    """
    params, vector = vision_inference(model.image)
    params["projection"] = after_norm(model.image.norm, model.image_projection)

    def apply(
        params: dict[str, Any], x: Float[Array, "b h w 3"]
    ) -> dict[str, Float[Array, "b 512"]]:
        return {"embedding": dense(vector(params, x), params["projection"])}

    return params, apply


def text_inference(
    model: CLIP,
) -> tuple[
    dict[str, Any],
    Callable[[dict[str, Any], Int[Array, "b n"]], Float[Array, "b 512"]],
]:
    """The text encoder, as folded parameters and a pure function of token ids.

    Returns
    -------
    params
        Pytree of arrays.
    apply
        ``apply(params, ids) -> (b, 512)``.
    """
    form = model.text.form
    params = {
        "words": np.asarray(model.text.words[...]),
        "places": np.asarray(model.text.places[...]),
        "blocks": [folded(block) for stage in model.text.stages for block in stage],
        "projection": after_norm(model.text.norm, model.text_projection),
    }

    def apply(params: dict[str, Any], ids: Int[Array, "b n"]) -> Float[Array, "b 512"]:
        x = params["words"][ids] + params["places"]
        x = at_end(run_blocks(params["blocks"], x, form), ids)
        return dense(normal(x, form.epsilon), params["projection"])

    return params, apply
