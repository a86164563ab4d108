"""Saliency maps: which parts of a picture a class's score comes from, by three jitted methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax import lax
from jaxtyping import Array, Float, Int, UInt8

from imagesasdata.errors import ArgumentError
from imagesasdata.networks.inside.layers import trace
from imagesasdata.networks.inside.tape import Tape, run
from imagesasdata.networks.nn.normalize import normalize

Method = Literal["gradcam", "integrated_gradients", "occlusion"]

# Steps from the mean color to the picture. With this many, the parts sum to the score within a few
# percent for the networks that were tried.
STEPS = 20
# The patch that covers part of the picture, and its step, as fractions of the picture's side.
PATCH, STRIDE = 4, 8

# Explains the predicted class instead of a given one.
MOST_PROBABLE = -1

Heat = Callable[[Any, Array], dict[str, Array]]


def heat(
    network: nnx.Module,
    size: int,
    method: Method,
    mean: Sequence[float],
    sd: Sequence[float],
) -> tuple[Heat, Any]:
    """A pure function from parameters and pictures to heat, and the parameters.

    Parameters
    ----------
    network
        A network that returns logits.
    size
        Side of its pictures in pixels.
    method
        One of the three methods.
    mean, sd
        Mean and standard deviation for normalizing pixels.

    Returns
    -------
    apply
        ``apply(params, pixels) -> {"heat": (b, size, size), "logits": (b, classes),
        "target": (b,)}``; the heat is from 0 to 1, or 0 everywhere if nothing supports the class.
    params
        The network's state as ``"network"``, and the class to explain as ``"target"``
        (`MOST_PROBABLE` at first). It is a parameter, so that another class needs no compilation.

    Raises
    ------
    ArgumentError
        When the network returns no logits, or has no map for Grad-CAM.
    """
    graph, state = nnx.split(network)
    tape = trace(network, size)
    if len(tape.calls[-1].y.shape) != 2:
        raise ArgumentError("The network gives no logits.", "explain needs one that classifies.")
    layer = _last_map(tape) if method == "gradcam" else ""

    def apply(params: Any, pixels: UInt8[Array, "b h w 3"]) -> dict[str, Array]:
        def forward(x: Array, tape: Tape) -> Array:
            return run(nnx.merge(graph, params["network"]), x, tape)

        def logits(x: Array) -> Array:
            return forward(x, Tape())

        x = normalize(pixels, mean, sd)
        predicted = logits(x)
        target = params["target"]
        chosen = jnp.where(target == MOST_PROBABLE, predicted.argmax(axis=-1), target)
        if method == "gradcam":
            raw = grad_cam(forward, layer, x, chosen)
        elif method == "integrated_gradients":
            parts = integrated_gradients(logits, x, chosen)
            raw = jnp.maximum(_blurred(parts.sum(axis=-1), size // 16), jnp.zeros((), x.dtype))
        else:
            raw = occlusion(logits, x, chosen)
        return {"heat": _scaled(raw, size), "logits": predicted, "target": chosen}

    return apply, {"network": state, "target": np.int32(MOST_PROBABLE)}


def grad_cam(
    forward: Callable[[Array, Tape], Array],
    layer: str,
    x: Float[Array, "b h w 3"],
    chosen: Int[Array, " b"],
) -> Float[Array, "b mh mw"]:
    """The channels of a map, weighted by how much the score rises with each; positive parts only.

    Parameters
    ----------
    forward
        Computes the logits of pictures and records the layers on a tape.
    layer
        The layer whose map is used.
    x
        Normalized pictures.
    chosen
        The class of each picture.
    """
    shape = jax.eval_shape(lambda x: _map(forward, layer, x), x)

    def score(nudge: Array) -> tuple[Array, Array]:
        tape = Tape({layer: nudge})
        outputs = forward(x, tape)
        here = next(call for call in reversed(tape.flat()) if call.path == layer)
        return _chosen(outputs, chosen).sum(), here.y

    # Pictures of a batch do not interact: the gradient of the sum holds each picture's own gradient.
    slopes, maps = jax.grad(score, has_aux=True)(jnp.zeros(shape.shape, shape.dtype))
    by_channel = slopes.mean(axis=(1, 2), keepdims=True)
    return jnp.maximum((by_channel * maps).sum(axis=-1), jnp.zeros((), maps.dtype))


def integrated_gradients(
    score: Callable[[Array], Array], x: Float[Array, "b h w 3"], chosen: Int[Array, " b"]
) -> Float[Array, "b h w 3"]:
    """What each value adds to the score on a straight path from the mean color to the picture.

    The parts of a picture sum to its score minus the score of the mean color.
    """
    slope = jax.grad(lambda x: _chosen(score(x), chosen).sum())

    def add(total: Array, share: Array) -> tuple[Array, None]:
        return total + slope(share * x), None

    # The midpoint of each step of the path.
    shares = (jnp.arange(STEPS, dtype=x.dtype) + 0.5) / STEPS
    total, _ = lax.scan(add, jnp.zeros_like(x), shares)
    return x * total / STEPS


def occlusion(
    score: Callable[[Array], Array], x: Float[Array, "b h w 3"], chosen: Int[Array, " b"]
) -> Float[Array, "b mh mw"]:
    """How much the score falls when a patch of the mean color covers each part of the picture."""
    side = x.shape[1]
    patch, stride = side // PATCH, side // STRIDE
    starts = jnp.arange(0, side - patch + 1, stride)
    before = _chosen(score(x), chosen)
    rows = jnp.arange(side)

    def fall(start: Array) -> Array:
        inside = [(rows >= edge) & (rows < edge + patch) for edge in start]
        covered = inside[0][:, None] & inside[1][None, :]
        return before - _chosen(score(jnp.where(covered[..., None], 0.0, x)), chosen)

    grid = jnp.stack(jnp.meshgrid(starts, starts, indexing="ij"), axis=-1).reshape(-1, 2)
    falls = lax.map(fall, grid).T.reshape(len(x), len(starts), len(starts))
    # Patches overlap; a pixel's heat is the mean over the patches that cover it.
    return jnp.maximum(_spread(falls, side, patch, stride), jnp.zeros((), x.dtype))


def _spread(falls: Array, side: int, patch: int, stride: int) -> Array:
    """The mean over the patches that lie on each pixel."""
    starts = jnp.arange(falls.shape[1]) * stride
    rows = jnp.arange(side)
    on = (rows[:, None] >= starts) & (rows[:, None] < starts + patch)
    weights = on.astype(falls.dtype) / jnp.maximum(on.sum(axis=1, keepdims=True), 1)
    return jnp.einsum("ri,bij,cj->brc", weights, falls, weights)


def _map(forward: Callable[[Array, Tape], Array], layer: str, x: Array) -> Array:
    tape = Tape()
    forward(x, tape)
    return next(call for call in reversed(tape.flat()) if call.path == layer).y


def _last_map(tape: Tape) -> str:
    """The layer or block with the last map, which is closest to the decision."""
    ended = []

    def walk(calls: Any) -> None:
        for call in calls:
            walk(call.inner)
            if call.module is not None and len(call.y.shape) == 4 and min(call.y.shape[1:3]) > 1:
                ended.append(call.path)

    walk(tape.calls)
    if not ended:
        raise ArgumentError(
            "Grad-CAM needs a layer that gives a map, and this network has none after its first.",
            'give method="integrated_gradients" or method="occlusion".',
        )
    return ended[-1]


def _chosen(logits: Array, chosen: Array) -> Array:
    return jnp.take_along_axis(logits, chosen[:, None], axis=1)[:, 0]


def _blurred(values: Array, side: int) -> Array:
    """The mean over a square around each pixel, because single pixels are noisy."""
    window = (1, side, side)
    total = lax.reduce_window(
        values, np.zeros((), values.dtype)[()], lax.add, window, (1, 1, 1), "SAME"
    )
    return total / (side * side)


def _scaled(raw: Array, size: int) -> Array:
    """Heat resized to the picture and scaled to a maximum of 1."""
    shape = (raw.shape[0], size, size)
    large = raw if raw.shape == shape else jax.image.resize(raw, shape, "bilinear")
    top = large.max(axis=(1, 2), keepdims=True)
    return jnp.where(top > 0, large / jnp.where(top > 0, top, jnp.ones_like(top)), 0.0)
