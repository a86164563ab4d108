"""SigLIP 2 B/16 (Tschannen et al. 2025): pictures and texts as vectors, and each pair by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Int

from imagesasdata.networks.nn.conv import conv
from imagesasdata.networks.nn.layers import Conv
from imagesasdata.networks.nn.transformer import (
    Attention,
    Block,
    Form,
    after_norm,
    attend,
    dense,
    dense_of,
    folded,
    gelu,
    normal,
    run_blocks,
)

FORM = Form(width=768, depth=12, heads=12, epsilon=1e-6, gelu="gelu_tanh")
SIZE, PATCH = 224, 16
WORDS, LENGTH = 256_000, 64


class Pooling(nnx.Module):
    """One vector from the patches: a learned query attends to them, then two dense layers."""

    def __init__(self, form: Form, *, rngs: nnx.Rngs) -> None:
        self.form = form
        self.query = nnx.Param(jax.random.normal(rngs.params(), (1, form.width)))
        self.attention = Attention(form, rngs=rngs)
        self.norm = nnx.LayerNorm(form.width, epsilon=form.epsilon, rngs=rngs)
        self.widen = nnx.Linear(form.width, 4 * form.width, rngs=rngs)
        self.narrow = nnx.Linear(4 * form.width, form.width, rngs=rngs)

    def __call__(self, x: Float[Array, "b n d"]) -> Float[Array, "b d"]:
        """Apply the layer."""
        layer = self.attention
        asked = jnp.broadcast_to(self.query[...], (x.shape[0], 1, self.form.width))
        taken = attend(layer.query(asked), layer.key(x), layer.value(x), self.form.heads)
        y = layer.out(taken)[:, 0]
        return y + self.narrow(gelu(self.widen(self.norm(y)), self.form.gelu))


class SigLIP(nnx.Module):
    """SigLIP 2, trainable; it has no classifier.

    `image_inference` and `text_inference` return the fast forms.

    Parameters
    ----------
    form
        The settings of the blocks of both sides.
    words
        Size of the vocabulary.
    size
        Side of the pictures in pixels.
    """

    def __init__(
        self, form: Form = FORM, *, words: int = WORDS, size: int = SIZE, rngs: nnx.Rngs
    ) -> None:
        draw, width = jax.random.normal, form.width
        self.form = form
        self.patches = Conv(3, width, kernel=PATCH, stride=PATCH, padding=0, bias=True, rngs=rngs)
        self.places = nnx.Param(0.02 * draw(rngs.params(), ((size // PATCH) ** 2, width)))
        # Each block is a stage.
        self.stages = nnx.List([nnx.List([Block(form, rngs=rngs)]) for _ in range(form.depth)])
        self.norm = nnx.LayerNorm(width, epsilon=form.epsilon, rngs=rngs)
        self.pooling = Pooling(form, rngs=rngs)
        self.words = nnx.Param(0.02 * draw(rngs.params(), (words, width)))
        self.text_places = nnx.Param(0.01 * draw(rngs.params(), (LENGTH, width)))
        self.text_blocks = nnx.List([Block(form, rngs=rngs) for _ in range(form.depth)])
        self.text_norm = nnx.LayerNorm(width, epsilon=form.epsilon, rngs=rngs)
        self.projection = nnx.Linear(width, width, rngs=rngs)
        # The logarithm of the factor of cosines, and what is added before the sigmoid.
        self.scale = nnx.Param(jnp.log(jnp.array([10.0])))
        self.bias = nnx.Param(jnp.array([-10.0]))

    def features(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b d"]:
        """The embedding of pictures; not scaled to length one."""
        patches = self.patches(x)
        x = patches.reshape(x.shape[0], -1, self.form.width) + self.places[...]
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.pooling(self.norm(x))

    def text_features(self, ids: Int[Array, "b n"]) -> Float[Array, "b d"]:
        """The embedding of texts, given as token ids; not scaled to length one."""
        x = self.words[...][ids] + self.text_places[...]
        for block in self.text_blocks:
            x = block(x)
        return self.projection(self.text_norm(x[:, -1]))

    def __call__(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b d"]:
        """The embedding of pictures of values from -1 to 1."""
        return self.features(x)


_Apply = Callable[[dict[str, Any], Any], Any]


def image_inference(model: SigLIP) -> tuple[dict[str, Any], _Apply]:
    """The side that sees, as folded parameters and a pure function: ``{"embedding": (b, d)}``."""
    form, pooling = model.form, model.pooling
    attention = pooling.attention
    query = np.asarray(attention.query(pooling.query[...]))
    params = {
        "patches": model.patches.folded(),
        "places": np.asarray(model.places[...]),
        "blocks": _folded(block for stage in model.stages for block in stage),
        "query": query,
        "key": after_norm(model.norm, attention.key),
        "value": after_norm(model.norm, attention.value),
        "out": dense_of(attention.out),
        "widen": after_norm(pooling.norm, pooling.widen),
        "narrow": dense_of(pooling.narrow),
    }

    def apply(params: dict[str, Any], x: Float[Array, "b h w 3"]) -> dict[str, Any]:
        layer = params["patches"]
        patches = conv(x, layer.kernel, PATCH, 0) + layer.bias
        y = patches.reshape(x.shape[0], -1, form.width) + params["places"]
        y = normal(run_blocks(params["blocks"], y, form), form.epsilon)
        asked = jnp.broadcast_to(params["query"], (x.shape[0], 1, form.width))
        taken = attend(asked, dense(y, params["key"]), dense(y, params["value"]), form.heads)
        y = dense(taken[:, 0], params["out"])
        wide = gelu(dense(normal(y, form.epsilon), params["widen"]), form.gelu)
        return {"embedding": y + dense(wide, params["narrow"])}

    return params, apply


def text_inference(model: SigLIP) -> tuple[dict[str, Any], _Apply]:
    """The side that reads, as folded parameters and a pure function of token ids: (b, d)."""
    form = model.form
    params = {
        "words": np.asarray(model.words[...]),
        "places": np.asarray(model.text_places[...]),
        "blocks": _folded(model.text_blocks),
        "projection": after_norm(model.text_norm, model.projection),
    }

    def apply(params: dict[str, Any], ids: Int[Array, "b n"]) -> Float[Array, "b d"]:
        x = run_blocks(params["blocks"], params["words"][ids] + params["places"], form)
        # The last place, which is padding in most texts, holds what the whole says.
        return dense(normal(x[:, -1], form.epsilon), params["projection"])

    return params, apply


def _folded(blocks: Any) -> Sequence[Any]:
    return [folded(block) for block in blocks]
