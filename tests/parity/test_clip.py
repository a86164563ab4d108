"""CLIP beside transformers: both sides on random weights, its tokenizer, and `zero_shot` as a whole."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import imagesasdata as iad
from imagesasdata.arrays.pixels import center_square
from imagesasdata.engine.runner import Runner
from imagesasdata.engine.texts import embed_text
from imagesasdata.files.decode import decode
from imagesasdata.networks.zoo import registry
from tests.parity import references
from tests.parity.references import close, normal

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("tokenizers")

pytestmark = pytest.mark.parity

TEXTS = [
    "a photo of a crowd with flags.",
    "Photo! of 3 flags & a crow's flag",
    "",
    "  two   spaces, naïve café 抗议 ",
    "a flag " * 30,
]


@pytest.fixture(scope="module")
def clip() -> Iterator[references.TwoSided]:
    with references.in_place("clip_vit_b32", references.clip_vit_b32) as reference:
        yield reference


def their_text(clip: references.TwoSided, texts: list[str]) -> np.ndarray:
    tokens = clip.tokenizer(
        texts, padding=True, truncation=True, max_length=77, return_tensors="pt"
    )
    with torch.inference_mode():
        return _vectors(clip.model.get_text_features(**tokens))


def their_image(clip: references.TwoSided, pixels: np.ndarray) -> np.ndarray:
    seen = normal("clip_vit_b32", pixels)
    x = torch.from_numpy(np.ascontiguousarray(seen.transpose(0, 3, 1, 2)))
    with torch.inference_mode():
        return _vectors(clip.model.get_image_features(pixel_values=x))


def _vectors(output: object) -> np.ndarray:
    return getattr(output, "pooler_output", output).numpy()  # type: ignore[union-attr]


def test_the_side_that_sees(clip: references.TwoSided) -> None:
    model = registry.load("clip_vit_b32", task="embed")
    pixels = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    got = Runner(model.program, device="cpu", batch_size=2)(pixels, 0)
    assert close(got["embedding"], their_image(clip, pixels))


def test_the_side_that_reads(clip: references.TwoSided) -> None:
    assert close(embed_text("clip_vit_b32", TEXTS), their_text(clip, TEXTS))


def test_numbers_of_words(clip: references.TwoSided) -> None:
    ours = registry.load_text("clip_vit_b32").tokenize(TEXTS)
    theirs = clip.tokenizer(TEXTS, padding="max_length", truncation=True, max_length=77)
    assert ours.tolist() == theirs["input_ids"]
    assert ours.shape == (len(TEXTS), 77)


def test_a_text_that_is_too_long(clip: references.TwoSided) -> None:
    with pytest.raises(iad.ArgumentError, match="too long: the model reads 75 parts of words"):
        registry.load_text("clip_vit_b32").tokenize(["a flag " * 60])


def test_zero_shot(clip: references.TwoSided, example_photos: Path) -> None:
    labels = ["a crowd", "a flag", "something else"]
    photos = [str(example_photos / name) for name in ("chelsea.jpg", "rocket.jpg", "camera.png")]
    done = iad.zero_shot(photos, labels=labels, decode="exact")
    pixels = np.stack(
        [center_square(decode(Path(photo).read_bytes()), 224, 1.0) for photo in photos]
    )
    image, text = (
        vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        for vectors in (
            their_image(clip, pixels),
            their_text(clip, [f"a photo of {label}." for label in labels]),
        )
    )
    logits = math.exp(clip.model.logit_scale.item()) * image @ text.T
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    columns = ["label_prob_a_crowd", "label_prob_a_flag", "label_prob_something_else"]
    np.testing.assert_allclose(done[columns], expected, atol=1e-3)
    assert done.label.tolist() == [labels[best] for best in expected.argmax(axis=1)]


def test_the_trainable_network_gives_the_same(clip: references.TwoSided) -> None:
    from flax import nnx

    network = registry.network("clip_vit_b32")
    ids = registry.load_text("clip_vit_b32").tokenize(TEXTS[:2])
    got = nnx.jit(lambda network, ids: network.text_features(ids))(network, ids)
    assert close(np.asarray(got), their_text(clip, TEXTS[:2]))
    assert len(network.stages) == 12
