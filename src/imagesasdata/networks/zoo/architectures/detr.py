"""DETR (Carion et al. 2020): a fixed number of queries, each of which may detect one thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from imagesasdata.networks.nn.detections import Detections, corners
from imagesasdata.networks.nn.transformer import Dense, Scale, attend, dense, scaled

HEADS = 8
EPSILON = 1e-5
_TEMPERATURE = 10_000.0
# Outputs are COCO's ids 1 to 90, ten of which are unused, and one for "no object".
_UNUSED = (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
KINDS = tuple(number for number in range(1, 91) if number not in _UNUSED)


class Attention(NamedTuple):
    """Attention; positions are added to query and key, but not to value."""

    ask: Dense
    key: Dense
    value: Dense
    out: Dense
    norm: Scale


class Last(NamedTuple):
    """Two dense layers, added and normalized, at the end of every layer."""

    widen: Dense
    narrow: Dense
    norm: Scale


class Encodes(NamedTuple):
    """An encoder layer over the positions of a picture."""

    own: Attention
    last: Last


class Decodes(NamedTuple):
    """A decoder layer over the queries: self-attention, then attention to the picture."""

    own: Attention
    picture: Attention
    last: Last


class Seen(NamedTuple):
    """Pictures padded to squares, with masks of the rows and columns that are not padding."""

    pixels: Float[Array, "b h w 3"]
    rows: Bool[Array, "b h"]
    columns: Bool[Array, "b w"]

    @property
    def size(self) -> Float[Array, "b 2"]:
        """Width and height in pixels."""
        sides = jnp.stack([self.columns.sum(axis=1), self.rows.sum(axis=1)], axis=1)
        return sides.astype(jnp.float32)


def detections(
    params: Mapping[str, Any], maps: Callable[[Any, Any], Any], seen: Seen
) -> Detections:
    """Each query's detection, in pixels of the square."""
    logits, boxes = answers(params, maps, seen)
    chances = jax.nn.softmax(logits, axis=-1)[..., jnp.asarray(KINDS)]
    size = seen.size[:, None]
    return Detections(
        corners(boxes[..., :2] * size, boxes[..., 2:] * size),
        chances.max(axis=-1),
        chances.argmax(axis=-1).astype(jnp.int32),
    )


def answers(
    params: Mapping[str, Any], maps: Callable[[Any, Any], Any], seen: Seen
) -> tuple[Float[Array, "b q k"], Float[Array, "b q 4"]]:
    """For each query, logits over kinds and a box, whose center and sides are shares of the picture."""
    kernel, bias = params["project"]
    found = maps(params["backbone"], seen.pixels) @ kernel + bias
    batch, height, width, depth = found.shape
    rows, columns = _nearest(seen.rows, height), _nearest(seen.columns, width)
    there = (rows[:, :, None] & columns[:, None, :]).reshape(batch, -1)
    places = _places(rows, columns, depth)
    x = found.reshape(batch, -1, depth)
    for layer in params["encoder"]:
        x = _attention(layer.own, x, x, x + places, x + places, there)
        x = _last(layer.last, x)
    told = jnp.broadcast_to(params["questions"], (batch, *params["questions"].shape))
    y = jnp.zeros_like(told)
    for layer in params["decoder"]:
        y = _attention(layer.own, y, y, y + told, y + told, None)
        y = _attention(layer.picture, y, x, y + told, x + places, there)
        y = _last(layer.last, y)
    y = scaled(y, params["norm"], EPSILON)
    box = y
    for layer in params["boxes"][:-1]:
        box = jax.nn.relu(dense(box, layer))
    return dense(y, params["kinds"]), jax.nn.sigmoid(dense(box, params["boxes"][-1]))


def without_margin(x: Float[Array, "b h w 3"], black: Float[np.ndarray, 3]) -> Seen:
    """Find the padding to the right of and below the picture, which is all black.

    ``black`` is a little below the normalized value of the darkest pixel that is not black. Black
    edges of the picture itself also count as padding; there is nothing to detect in them.
    """
    bright = (x > black).any(axis=-1)
    rows, columns = (_up_to_last(bright.any(axis=axis)) for axis in (2, 1))
    inside = rows[:, :, None] & columns[:, None, :]
    return Seen(jnp.where(inside[..., None], x, jnp.float32(0)), rows, columns)


def _up_to_last(there: Bool[Array, "b n"]) -> Bool[Array, "b n"]:
    """True up to the last true value, and at the first position in any case."""
    filled = jnp.flip(jnp.cumsum(jnp.flip(there, axis=1), axis=1) > 0, axis=1)
    return filled.at[:, 0].set(True)


def _nearest(there: Bool[Array, "b n"], count: int) -> Bool[Array, "b count"]:
    return there[:, (np.arange(count) * there.shape[1]) // count]


def _places(
    rows: Bool[Array, "b h"], columns: Bool[Array, "b w"], depth: int
) -> Float[Array, "b n d"]:
    """Position vectors: sines and cosines along the height, then along the width."""
    batch, height, width = *rows.shape, columns.shape[1]
    down, across = (_waves(side, depth // 2) for side in (rows, columns))
    shape = (batch, height, width, depth // 2)
    both = (
        jnp.broadcast_to(down[:, :, None], shape),
        jnp.broadcast_to(across[:, None, :], shape),
    )
    return jnp.concatenate(both, axis=-1).reshape(batch, height * width, depth)


def _waves(there: Bool[Array, "b n"], depth: int) -> Float[Array, "b n d"]:
    """Alternating sines and cosines of positions."""
    count = jnp.cumsum(there, axis=1).astype(jnp.float32)
    share = count / (count[:, -1:] + jnp.float32(1e-6)) * jnp.float32(2 * np.pi)
    lengths = jnp.asarray(_TEMPERATURE ** (np.arange(0, depth, 2) / depth), jnp.float32)
    angles = share[..., None] / lengths
    return jnp.stack([jnp.sin(angles), jnp.cos(angles)], axis=-1).reshape(*share.shape, depth)


def _attention(
    layer: Attention,
    x: jax.Array,
    other: jax.Array,
    asking: jax.Array,
    asked: jax.Array,
    there: jax.Array | None,
) -> jax.Array:
    taken = attend(
        dense(asking, layer.ask),
        dense(asked, layer.key),
        dense(other, layer.value),
        HEADS,
        there=there,
    )
    return scaled(x + dense(taken, layer.out), layer.norm, EPSILON)


def _last(layer: Last, x: jax.Array) -> jax.Array:
    wide = jax.nn.relu(dense(x, layer.widen))
    return scaled(x + dense(wide, layer.narrow), layer.norm, EPSILON)
