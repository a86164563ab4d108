"""BLIP (Li et al. 2022): writes a caption, or answers a question about a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, Int

from imagesasdata.networks.nn.conv import conv
from imagesasdata.networks.nn.layers import Folded
from imagesasdata.networks.nn.transformer import (
    Dense,
    FoldedBlock,
    Form,
    Scale,
    attend,
    dense,
    gelu,
    run_blocks,
    scaled,
)
from imagesasdata.networks.nn.vision_transformer import with_token

SIZE, PATCH = 384, 16
# The width of each attention head, for pictures and for texts.
HEAD = 64
SEES_EPSILON, READS_EPSILON = 1e-5, 1e-12
# BERT's end token, and the number of tokens that BLIP adds to BERT's vocabulary; the first of these
# starts a text.
END, MARKS = 102, 2
# An empty position of a text, before or after the written part.
BLANK = -1


class Sees(NamedTuple):
    """The vision encoder: a vision transformer, of which all tokens are used."""

    patches: Folded
    token: jax.Array
    places: jax.Array
    blocks: list[FoldedBlock]
    norm: Scale


class Layer(NamedTuple):
    """A layer of the text encoder or decoder: self-attention, then cross-attention."""

    ask: Dense
    out: Dense
    norm: Scale
    ask_beside: Dense
    beside: Dense
    out_beside: Dense
    norm_beside: Scale
    widen: Dense
    narrow: Dense
    norm_after: Scale


class Reads(NamedTuple):
    """A text encoder or decoder: embeddings of tokens and positions, and layers."""

    words: jax.Array
    places: jax.Array
    norm: Scale
    layers: list[Layer]


class Head(NamedTuple):
    """The output layer, which predicts the next token from a vector."""

    hidden: Dense
    norm: Scale
    words: jax.Array
    bias: jax.Array


Own = Callable[[jax.Array, jax.Array, jax.Array], jax.Array]
Beside = list[tuple[jax.Array, jax.Array]]


def apply(
    params: Mapping[str, Any], x: Float[Array, "b 384 384 3"]
) -> dict[str, Int[Array, "b length"]]:
    """The texts, as token ids, by greedy decoding.

    ``params`` holds the network's parameters (``sees``, ``writes``, ``head`` and, if it answers
    questions, ``reads``), the beginning of the ``text``, padded with `BLANK`, and the ``question``
    if there is one.
    """
    about = see(params["sees"], x)
    if "question" in params:
        about = read(params["reads"], params["question"], about)
    return {"text": write(params["writes"], params["head"], params["text"], about)}


def see(params: Sees, x: Float[Array, "b h w 3"]) -> Float[Array, "b n d"]:
    """A vector for the class token and for each patch of a picture."""
    width = params.token.shape[-1]
    form = Form(width, len(params.blocks), width // HEAD, SEES_EPSILON)
    patches = conv(x, params.patches.kernel, PATCH, 0) + params.patches.bias
    seen = run_blocks(params.blocks, with_token(patches, params.token, params.places), form)
    return scaled(seen, params.norm, SEES_EPSILON)


def read(
    params: Reads, question: Int[Array, " q"], about: Float[Array, "b n d"]
) -> Float[Array, "b q d"]:
    """A vector for each token of a question about pictures."""
    x = embed(params, question, jnp.arange(question.shape[0]))
    x = jnp.broadcast_to(x, (about.shape[0], *x.shape))
    heads = x.shape[-1] // HEAD
    for layer, other in zip(params.layers, beside(params, about), strict=True):
        x = think(layer, x, other, lambda *own: attend(*own, heads=heads))
    return x


class Written(NamedTuple):
    """The state of decoding: the last position written, the texts, and cached keys and values."""

    place: Int[Array, ""]
    texts: Int[Array, "b length"]
    ended: Bool[Array, " b"]
    memory: list[tuple[jax.Array, jax.Array]]


def write(
    params: Reads, head: Head, text: Int[Array, " length"], about: Float[Array, "b n d"]
) -> Int[Array, "b length"]:
    """Continue a text about each picture, until all texts have ended or are full."""
    batch, length, width = about.shape[0], text.shape[0], params.words.shape[1]
    others = beside(params, about)
    empty = jnp.zeros((batch, length, width), jnp.float32)

    def more(now: Written) -> Bool[Array, ""]:
        return (now.place + 1 < length) & ~now.ended.all()

    def step(now: Written) -> Written:
        place = now.place
        known = jnp.arange(length) <= place
        x = embed(params, lax.dynamic_index_in_dim(now.texts, place, 1, keepdims=False), place)
        x, memory = x[:, None], []
        for layer, other, kept in zip(params.layers, others, now.memory, strict=True):
            x = think(layer, x, other, _remembering(memory, kept, place, known))
        best = next_word(head, x[:, 0])
        given = lax.dynamic_index_in_dim(text, place + 1, keepdims=False)
        word = jnp.where(given != BLANK, given, jnp.where(now.ended, BLANK, best))
        texts = lax.dynamic_update_index_in_dim(now.texts, word, place + 1, 1)
        ended = now.ended | ((given == BLANK) & (word == END))
        return Written(place + 1, texts, ended, memory)

    start = Written(
        jnp.int32(0),
        jnp.broadcast_to(text, (batch, length)),
        jnp.zeros(batch, bool),
        [(empty, empty) for _ in params.layers],
    )
    return lax.while_loop(more, step, start).texts


def _remembering(
    memory: list[tuple[jax.Array, jax.Array]],
    kept: tuple[jax.Array, jax.Array],
    place: Int[Array, ""],
    known: Bool[Array, " length"],
) -> Own:
    """Attention of a new token to itself and earlier ones; ``memory`` caches keys and values."""

    def own(query: jax.Array, key: jax.Array, value: jax.Array) -> jax.Array:
        keys, values = (
            lax.dynamic_update_slice_in_dim(old, new, place, 1)
            for old, new in zip(kept, (key, value), strict=True)
        )
        memory.append((keys, values))
        return attend(query, keys, values, query.shape[-1] // HEAD, there=known)

    return own


def think(
    layer: Layer, x: Float[Array, "b n d"], other: tuple[jax.Array, jax.Array], own: Own
) -> Float[Array, "b n d"]:
    """Apply a layer: self-attention (``own``), then cross-attention."""
    taken = own(*jnp.split(dense(x, layer.ask), 3, axis=-1))
    x = scaled(x + dense(taken, layer.out), layer.norm, READS_EPSILON)
    taken = attend(dense(x, layer.ask_beside), *other, heads=x.shape[-1] // HEAD)
    x = scaled(x + dense(taken, layer.out_beside), layer.norm_beside, READS_EPSILON)
    wide = gelu(dense(x, layer.widen), "gelu")
    return scaled(x + dense(wide, layer.narrow), layer.norm_after, READS_EPSILON)


def beside(params: Reads, about: Float[Array, "b n d"]) -> Beside:
    """For each layer the keys and values of cross-attention, computed once for a whole text."""
    pairs = []
    for layer in params.layers:
        key, value = jnp.split(dense(about, layer.beside), 2, axis=-1)
        pairs.append((key, value))
    return pairs


def embed(params: Reads, ids: Int[Array, " n"], places: Int[Array, "*n"]) -> Float[Array, "n d"]:
    """Embeddings of tokens at their positions."""
    return scaled(params.words[ids] + params.places[places], params.norm, READS_EPSILON)


def next_word(head: Head, x: Float[Array, "b d"]) -> Int[Array, " b"]:
    """The most likely next token."""
    hidden = scaled(gelu(dense(x, head.hidden), "gelu"), head.norm, READS_EPSILON)
    return (hidden @ head.words.T + head.bias).argmax(axis=-1).astype(jnp.int32)
