"""OWL-ViT (Minderer et al. 2022): applies CLIP at every patch, to find things by texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from imagesasdata.networks.nn.detections import Detections, corners, suppress
from imagesasdata.networks.nn.transformer import dense, dense_of, scale_of, scaled
from imagesasdata.networks.nn.vision_transformer import inference_everywhere
from imagesasdata.networks.zoo.architectures.clip import CLIP, IMAGE, PATCH, TEXT

SIZE, LENGTH = 768, 16
# The largest overlap with a better box of the same text. (The authors keep all boxes.)
OVERLAP = 0.5
# The key of the texts' vectors among the parameters.
ASKED = "asked"
_TINY = 1e-6


class OWLViT(nnx.Module):
    """CLIP's two encoders, and heads that give each patch a box and a vector, trainable."""

    def __init__(self, *, rngs: nnx.Rngs) -> None:
        width = IMAGE.width
        self.clip = CLIP(size=SIZE, length=LENGTH, rngs=rngs)
        self.merge = nnx.LayerNorm(width, epsilon=IMAGE.epsilon, rngs=rngs)
        # Projection to the space of texts; shift and scale of a cosine.
        self.kind = nnx.Linear(width, TEXT.width, rngs=rngs)
        self.shift = nnx.Linear(width, 1, rngs=rngs)
        self.scale = nnx.Linear(width, 1, rngs=rngs)
        self.box = nnx.List([nnx.Linear(width, out, rngs=rngs) for out in (width, width, 4)])


def inference(
    model: OWLViT,
) -> tuple[
    dict[str, Any],
    Callable[[dict[str, Any], Float[Array, "b 768 768 3"]], Detections],
]:
    """The vision encoder and heads, as folded parameters and a pure function.

    Returns
    -------
    params
        Pytree of arrays. Before use, add the vectors of the texts, (texts, d), as
        ``params["asked"]``.
    apply
        ``apply(params, x)``: for each patch a box, in pixels, and the text that fits best.
    """
    params, see = inference_everywhere(model.clip.image)
    params |= {
        "merge": scale_of(model.merge),
        "kind": dense_of(model.kind),
        "shift": dense_of(model.shift),
        "scale": dense_of(model.scale),
        "box": [dense_of(layer) for layer in model.box],
    }

    def apply(params: dict[str, Any], x: Float[Array, "b 768 768 3"]) -> Detections:
        logits, boxes = answers(params, see, x)
        found = Detections(
            corners(boxes[..., :2] * SIZE, boxes[..., 2:] * SIZE),
            jax.nn.sigmoid(logits.max(axis=-1)),
            logits.argmax(axis=-1).astype(jnp.int32),
        )
        return jax.vmap(lambda one: suppress(one, OVERLAP))(found)

    return params, apply


def answers(
    params: dict[str, Any],
    see: Callable[[dict[str, Any], jax.Array], jax.Array],
    x: Float[Array, "b 768 768 3"],
) -> tuple[Float[Array, "b n texts"], Float[Array, "b n 4"]]:
    """For each patch, logits over texts and a box, whose center and sides are shares of the picture."""
    seen = see(params, x)
    y = scaled(seen[:, 1:] * seen[:, :1], params["merge"], IMAGE.epsilon)
    fit = _unit(dense(y, params["kind"])) @ _unit(params[ASKED]).T
    logits = (fit + dense(y, params["shift"])) * (jax.nn.elu(dense(y, params["scale"])) + 1)
    box = y
    for layer in params["box"][:-1]:
        box = jax.nn.gelu(dense(box, layer), approximate=False)
    return logits, jax.nn.sigmoid(dense(box, params["box"][-1]) + _own_places())


def _own_places() -> Float[np.ndarray, "n 4"]:
    """The bias of each patch's box, so that an output of 0 means the patch itself."""
    side = SIZE // PATCH
    down, across = np.mgrid[1 : side + 1, 1 : side + 1] / side
    sides = np.full_like(down, 1 / side)
    shares = np.stack([across, down, sides, sides], axis=-1).reshape(-1, 4)
    return (np.log(shares + 1e-4) - np.log1p(1e-4 - shares)).astype(np.float32)


def _unit(vectors: Float[Array, "*b d"]) -> Float[Array, "*b d"]:
    return vectors / (jnp.linalg.norm(vectors, axis=-1, keepdims=True) + _TINY)
