"""The vision transformer of ViT, DINOv2, CLIP and others: patches as tokens, and a class token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.networks.nn.bicubic import resized
from imagesasdata.networks.nn.conv import conv
from imagesasdata.networks.nn.layers import Conv, Folded
from imagesasdata.networks.nn.transformer import (
    Block,
    Form,
    after_norm,
    dense,
    folded,
    normal,
    run_blocks,
    scale_of,
    scaled,
)


class VisionTransformer(nnx.Module):
    """Blocks over patches and a class token, trainable.

    Parameters
    ----------
    form
        The settings of the blocks.
    size
        Side of the pictures in pixels.
    patch
        Side of a patch in pixels.
    before
        Whether values are normalized before the first block and patches have no bias, as in CLIP.
    """

    def __init__(
        self, form: Form, *, size: int, patch: int, before: bool = False, rngs: nnx.Rngs
    ) -> None:
        self.form = form
        self.patches = Conv(
            3, form.width, kernel=patch, stride=patch, padding=0, bias=not before, rngs=rngs
        )
        places = (size // patch) ** 2 + 1
        draw = jax.random.normal
        self.token = nnx.Param(0.02 * draw(rngs.params(), (form.width,)))
        self.places = nnx.Param(0.02 * draw(rngs.params(), (places, form.width)))
        self.before = nnx.LayerNorm(form.width, epsilon=form.epsilon, rngs=rngs) if before else None
        # Each block is a stage.
        self.stages = nnx.List([nnx.List([Block(form, rngs=rngs)]) for _ in range(form.depth)])
        self.norm = nnx.LayerNorm(form.width, epsilon=form.epsilon, rngs=rngs)

    def __call__(self, x: Float[Array, "b h w 3"]) -> Float[Array, "b d"]:
        """The last block's class token, normalized."""
        x = with_token(self.patches(x), self.token[...], self.places[...])
        if self.before is not None:
            x = self.before(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.norm(x[:, 0])

    def maps(self, x: Float[Array, "b h w 3"], after: Sequence[int]) -> list[jax.Array]:
        """The patches of pictures of any shape after some of the blocks, normalized: (b, r, c, d)."""
        patches = self.patches(x)
        grid = patches.shape[1], patches.shape[2]
        x = with_token(patches, self.token[...], places_of(self.places[...], *grid))
        maps = []
        for number, stage in enumerate(self.stages, 1):
            for block in stage:
                x = block(x)
            if number in after:
                maps.append(_map(self.norm(x), grid))
        return maps


def with_token(
    patches: Float[Array, "b r c d"], token: Float[Array, " d"], places: Float[Array, "n d"]
) -> Float[Array, "b n d"]:
    """The class token and the patches, with position vectors added."""
    batch, _, _, width = patches.shape
    row = patches.reshape(batch, -1, width)
    first = jnp.broadcast_to(token, (batch, 1, width))
    return jnp.concatenate([first, row], axis=1) + places


def places_of(places: Float[Array, "n d"], rows: int, columns: int) -> Float[Array, "m d"]:
    """The position vectors of a token and a square of patches, for another grid of patches."""
    side = round((len(places) - 1) ** 0.5)
    if (rows, columns) == (side, side):
        return places
    grid = resized(places[1:].reshape(side, side, -1), rows, columns)
    return jnp.concatenate([places[:1], grid.reshape(rows * columns, -1)])


def _map(tokens: Float[Array, "b n d"], grid: tuple[int, int]) -> Float[Array, "b r c d"]:
    return tokens[:, 1:].reshape(len(tokens), *grid, -1)


def inference(
    model: VisionTransformer,
) -> tuple[dict[str, Any], Callable[[dict[str, Any], jax.Array], jax.Array]]:
    """The network up to its last normalization, without the scale and shift of that.

    Returns
    -------
    params
        Pytree of arrays.
    apply
        ``apply(params, x) -> (b, d)``. Make the next layer with `after_norm`.
    """
    params, places = _blocks(model)
    epsilon = model.form.epsilon
    return params, lambda params, x: normal(places(params, x)[:, 0], epsilon)


def inference_everywhere(
    model: VisionTransformer,
) -> tuple[dict[str, Any], Callable[[dict[str, Any], jax.Array], jax.Array]]:
    """The network with its last normalization, for the class token and every patch: (b, n, d)."""
    params, places = _blocks(model)
    params["norm"] = scale_of(model.norm)
    epsilon = model.form.epsilon

    return params, lambda params, x: scaled(places(params, x), params["norm"], epsilon)


def inference_maps(
    model: VisionTransformer, after: Sequence[int]
) -> tuple[dict[str, Any], Callable[[dict[str, Any], jax.Array], list[jax.Array]]]:
    """The network as `VisionTransformer.maps`, for pictures of any shape."""
    params, _ = _blocks(model)
    params["norm"] = scale_of(model.norm)
    form, patch = model.form, model.patches.stride

    def apply(params: dict[str, Any], x: jax.Array) -> list[jax.Array]:
        patches = _patches(x, params["patches"], patch)
        grid = patches.shape[1], patches.shape[2]
        x = with_token(patches, params["token"], places_of(params["places"], *grid))
        maps = []
        for start, end in zip((0, *after[:-1]), after, strict=True):
            x = run_blocks(params["blocks"][start:end], x, form)
            maps.append(_map(scaled(x, params["norm"], form.epsilon), grid))
        return maps

    return params, apply


def classifier_inference(
    model: VisionTransformer, classifier: nnx.Linear | None
) -> tuple[dict[str, Any], Callable[[dict[str, Any], jax.Array], dict[str, jax.Array]]]:
    """The network with the class token as embedding and, if it has a classifier, logits."""
    params, vector = inference(model)
    params["norm"] = scale_of(model.norm)
    params["classifier"] = None if classifier is None else after_norm(model.norm, classifier)

    def apply(params: dict[str, Any], x: jax.Array) -> dict[str, jax.Array]:
        y = vector(params, x)
        scale, shift = params["norm"]
        outputs = {"embedding": y * scale + shift}
        if params["classifier"] is not None:
            outputs["logits"] = dense(y, params["classifier"])
        return outputs

    return params, apply


def _blocks(
    model: VisionTransformer,
) -> tuple[dict[str, Any], Callable[[dict[str, Any], jax.Array], jax.Array]]:
    """The network without its last normalization."""
    form, patch = model.form, model.patches.stride
    params = {
        "patches": model.patches.folded(),
        "token": model.token[...],
        "places": model.places[...],
        "before": None if model.before is None else scale_of(model.before),
        "blocks": [folded(block) for stage in model.stages for block in stage],
    }

    def apply(params: dict[str, Any], x: jax.Array) -> jax.Array:
        x = with_token(_patches(x, params["patches"], patch), params["token"], params["places"])
        if params["before"] is not None:
            x = scaled(x, params["before"], form.epsilon)
        return run_blocks(params["blocks"], x, form)

    return params, apply


def _patches(x: jax.Array, layer: Folded, patch: int) -> jax.Array:
    return conv(x, layer.kernel, patch, 0) + layer.bias
