"""Turn a detector's raw outputs into boxes, with static shapes, so that all of it is compiled."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, Int


class Detections(NamedTuple):
    """Boxes of one picture (left, top, right, bottom), the highest score first.

    Their number is fixed; suppressed boxes have score 0.
    """

    boxes: Float[Array, "n 4"]
    scores: Float[Array, " n"]
    classes: Int[Array, " n"]


def corners(middles: Float[Array, "*n 2"], sides: Float[Array, "*n 2"]) -> Float[Array, "*n 4"]:
    """Boxes from their centers and their width and height."""
    return jnp.concatenate([middles - sides / 2, middles + sides / 2], axis=-1)


def overlap(boxes: Float[Array, "n 4"]) -> Float[Array, "n n"]:
    """Intersection over union of all pairs of boxes."""
    low = jnp.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = jnp.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    common = jnp.prod(jnp.maximum(high - low, 0), axis=-1)
    areas = jnp.prod(jnp.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=-1)
    return common / jnp.maximum(areas[:, None] + areas[None, :] - common, 1e-9)


def suppress(found: Detections, limit: float) -> Detections:
    """Class-aware non-maximum suppression.

    In order of score, a box is dropped if it overlaps a kept box of its own class by more than
    ``limit``. A dropped box keeps its position, with score 0.
    """
    order = jnp.argsort(-found.scores, stable=True)
    boxes, scores, classes = (part[order] for part in found)
    same = classes[:, None] == classes[None, :]
    rivals = (overlap(boxes) > limit) & same
    earlier = jnp.tril(jnp.ones(rivals.shape, bool), k=-1)

    def decide(index: Int[Array, ""], kept: Bool[Array, " n"]) -> Bool[Array, " n"]:
        beaten = jnp.any(rivals[index] & earlier[index] & kept)
        return kept.at[index].set(~beaten)

    kept = lax.fori_loop(0, len(scores), decide, jnp.ones(len(scores), bool))
    return Detections(boxes, jnp.where(kept, scores, 0), classes)


def strongest(
    boxes: Float[Array, "places 4"], chances: Float[Array, "places classes"], count: int
) -> Detections:
    """The pairs of cell and class with the highest scores."""
    classes = chances.shape[1]
    scores, flat = lax.top_k(chances.ravel(), count)
    return Detections(boxes[flat // classes], scores, flat % classes)


def distances_to_boxes(
    logits: Float[Array, "places 4 bins"], stride: int, width: int
) -> Float[Array, "places 4"]:
    """Boxes from distributions over the distances to the left, top, right and bottom edge.

    Distances are measured from the center of a cell, of ``stride`` pixels, in a map that is ``width``
    cells wide. An edge's distance, in strides, is the mean of its distribution (Generalized Focal
    Loss, Li et al. 2020).
    """
    places, _, bins = logits.shape
    away = stride * (jax.nn.softmax(logits, axis=-1) @ jnp.arange(bins, dtype=logits.dtype))
    numbers = jnp.arange(places)
    middles = (jnp.stack([numbers % width, numbers // width], axis=-1) + 0.5) * stride
    return jnp.concatenate([middles - away[:, :2], middles + away[:, 2:]], axis=-1)
