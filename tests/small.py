"""Small functions in place of networks: every verb runs without a download and finds something."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from flax import nnx
from jax import numpy as jnp

import imagesasdata as iad
from imagesasdata.arrays.faces import columns as face
from imagesasdata.arrays.text.pieces import Piece, Word
from imagesasdata.networks.ocr import rapidocr
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.card import ModelCard
from imagesasdata.networks.zoo.class_names import coco, imagenet
from imagesasdata.networks.zoo.family import TextSide, Words

SIDE = 16
# A logit, a box (center, width, height) and six points, relative to the anchor in the middle.
_FACE = [9.0, 0, 0, 10, 10, -2, -2, 2, -2, 0, 0, 0, 2, -4, 0, 4, 0]
_SENTENCE = "a small picture"


class Color(nnx.Module):
    """The mean color of a picture, and two classes."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.out = nnx.Linear(3, 2, rngs=rngs)

    def features(self, x: Any) -> Any:
        return x.mean(axis=(1, 2))

    def __call__(self, x: Any) -> Any:
        return self.out(self.features(x))


def _outputs(card: ModelCard) -> Callable[[Any, Any], dict[str, Any]]:
    """A function with all the outputs that verbs read of such a model."""
    classes, vector = card.classes or 1, card.embedding_size or 3
    anchors = np.full(((SIDE // 4) ** 2, len(_FACE)), -9.0, np.float32)
    anchors[5] = _FACE

    def apply(params: Any, pixels: Any) -> dict[str, Any]:
        count = pixels.shape[0]
        color = pixels.astype(jnp.float32).mean(axis=(1, 2)) + jnp.float32(1)

        def whole(values: Any) -> Any:
            return jnp.broadcast_to(jnp.asarray(values), (count, *np.shape(values)))

        def wide(size: int) -> Any:
            return jnp.pad(color, ((0, 0), (0, max(size - 3, 0))))[:, :size]

        years = whole(np.eye(100, dtype=np.float32)[40])
        some = whole(np.full(classes, 1 / classes, np.float32))
        return {
            "logits": wide(classes),
            "embedding": wide(vector),
            "unsafe": color[:, 0] / jnp.float32(300),
            "text": whole(np.int32([0])),
            "nearness": pixels.astype(jnp.float32)[..., 0],
            "near": whole(anchors),
            "age": years,
            "gender": whole(np.float32([0.9])),
            "race": some,
            "expression": some,
            "boxes": whole(np.float32([[2, 2, 9, 9], [4, 4, 12, 12]])),
            "scores": whole(np.float32([0.9, 0.8])),
            "classes": whole(np.int32([0, 1])),
        }

    return apply


def _model(name: str) -> registry.Model:
    card = registry.card(name)
    small = replace(card, preprocess=replace(card.preprocess, size=SIDE))
    labels = coco if "detect_objects" in card.tasks else imagenet
    return registry.Model(small, {"none": np.zeros(1, np.float32)}, _outputs(card), name, labels)


def _text_side(name: str) -> TextSide:
    size = registry.card(name).embedding_size

    def embed(params: Any, ids: Any) -> dict[str, Any]:
        return {"embedding": jnp.eye(size, dtype=jnp.float32)[ids[:, 0]]}

    def tokenize(texts: Sequence[str]) -> np.ndarray:
        return np.array([[len(text) % 3] for text in texts], np.int32)

    return TextSide(tokenize, np.zeros(1), embed, 4.0)


def _words(name: str) -> Words:
    return Words(lambda prompt, room: {}, lambda numbers: _SENTENCE, asks=False)


def _read(pixels: np.ndarray) -> list[Piece]:
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    words = (Word("two", 0.9, corners), Word("words", 0.9, corners))
    return [Piece("two words", 0.9, corners, words)]


@contextmanager
def small_networks() -> Iterator[None]:
    """Within a ``with`` block, every model is small; ``"small"`` is one that can be trained."""
    models: dict[str, registry.Model] = {}

    def load(name: str, **_: Any) -> registry.Model:
        if name in registry._added:
            return registry._added[name].model
        if name not in models:
            models[name] = _model(name)
        return models[name]

    put = {
        registry.load: load,
        registry.load_text: lambda name, **_: _text_side(name),
        registry.load_words: _words,
    }
    verbs = [getattr(iad, name) for name in iad.__all__]  # so that their modules are there
    assert verbs
    with pytest.MonkeyPatch.context() as patch:
        for module in [one for name, one in sys.modules.items() if name.startswith("imagesasdata")]:
            for name in ("load", "load_text", "load_words"):
                old = getattr(module, name, None)
                if callable(old) and old in put:
                    patch.setattr(module, name, put[old])
        patch.setattr(rapidocr, "load", lambda threads, scripts: _read)
        faces = sys.modules["imagesasdata.verbs.faces.detect_faces"]
        patch.setattr(faces, "zooms", lambda *_: (1.0,))  # a face for each look
        patch.setattr(registry, "_added", {})
        iad.register_model("small", Color(nnx.Rngs(0)), labels=["no", "yes"], size=SIDE)
        yield


# What `detect_faces` gives of a face, for verbs that take a table of faces.
FACE = {
    column.name: 0 if column.kind == "int64" else float(number)
    for number, column in enumerate(face.DETECTED, 3)
}
