"""SigLIP 2 beside transformers on random weights, smaller but of the published form."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from PIL import Image

import imagesasdata as iad
from imagesasdata.arrays.pixels import center_square
from imagesasdata.engine.runner import Runner
from imagesasdata.engine.texts import embed_text
from imagesasdata.networks.nn.transformer import Form
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.architectures import siglip
from imagesasdata.networks.zoo.families import siglip as family
from tests.parity import references
from tests.parity.references import close, normal

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")

pytestmark = pytest.mark.parity

MODEL = "siglip2_b16"
WORDS = 200
TEXTS = ["A photo of a Crowd with flags.", "", "  two   spaces, naïve café ", "a flag " * 7]
PHOTO = "examples/photos/astronaut.jpg"


def written(folder: Path) -> references.TwoSided:
    both = {
        "hidden_size": 32,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "hidden_act": "gelu_pytorch_tanh",
    }
    config = transformers.SiglipConfig(
        text_config={**both, "vocab_size": WORDS, "projection_size": 32},
        vision_config={**both, "image_size": 224, "patch_size": 16},
    )
    torch.manual_seed(0)
    model = transformers.SiglipModel(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.normal_(0, 0.3 if weight.ndim > 1 else 0.1)
        model.logit_scale.fill_(math.log(10))
        model.logit_bias.fill_(-2.0)
    model.save_pretrained(folder)
    marks = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    letters = [*"▁abcdefghijklmnopqrstuvwxyz.,", "fl", "ag", "flag"]
    vocab = {word: number for number, word in enumerate([*marks, *letters])}
    tokenizer = transformers.Siglip2Tokenizer(
        vocab=vocab, merges=[("f", "l"), ("a", "g"), ("fl", "ag")]
    )
    tokenizer.save_pretrained(folder)
    files = [folder / "model.safetensors", folder / "tokenizer.json"]
    return references.TwoSided(files, model, tokenizer)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[references.TwoSided]:
    form = Form(width=32, depth=2, heads=4, epsilon=1e-6, gelu="gelu_tanh")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMAGESASDATA_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr(siglip, "FORM", form)
        patch.setattr(siglip, "WORDS", WORDS)
        card = replace(registry.card(MODEL), embedding_size=32)
        families = [replace(family.FAMILY, cards=(card,)), *registry.FAMILIES]
        patch.setattr(registry, "FAMILIES", tuple(families))
        with references.in_place(MODEL, written) as reference:
            yield reference


def ids(small: references.TwoSided, texts: list[str]) -> np.ndarray:
    """As its makers make them: in small letters, an end, and padding up to 64."""
    rows = small.tokenizer(texts, add_special_tokens=False)["input_ids"]
    return np.array([[*row, 1, *[0] * (63 - len(row))] for row in rows])


def their_text(small: references.TwoSided, texts: list[str]) -> np.ndarray:
    with torch.inference_mode():
        return vectors(small.model.get_text_features(torch.from_numpy(ids(small, texts))))


def their_image(small: references.TwoSided, pixels: np.ndarray) -> np.ndarray:
    x = torch.from_numpy(np.float32(normal(MODEL, pixels)).transpose(0, 3, 1, 2).copy())
    with torch.inference_mode():
        return vectors(small.model.get_image_features(pixel_values=x))


def vectors(output: Any) -> np.ndarray:
    return getattr(output, "pooler_output", output).numpy()


def test_both_sides(small: references.TwoSided) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), dtype=np.uint8)
    model = registry.load(MODEL, task="embed")
    got = Runner(model.program, device="cpu", batch_size=2)(pixels, 0)
    assert close(got["embedding"], their_image(small, pixels))
    side = registry.load_text(MODEL)
    np.testing.assert_array_equal(side.tokenize(TEXTS), ids(small, TEXTS))
    assert close(embed_text(MODEL, TEXTS), their_text(small, TEXTS))
    network = registry.network(MODEL)
    seen = jnp.asarray(normal(MODEL, pixels), jnp.float32)
    got = nnx.jit(lambda network, x: network(x))(network, seen)
    assert close(np.asarray(got), their_image(small, pixels))
    given = jnp.asarray(ids(small, TEXTS), jnp.int32)
    read = nnx.jit(lambda network, ids: network.text_features(ids))(network, given)
    assert close(np.asarray(read), their_text(small, TEXTS))
    with pytest.raises(iad.ArgumentError, match="too long: the model reads 63 parts of words"):
        side.tokenize(["a b c d e f g " * 9])


def test_zero_shot(small: references.TwoSided) -> None:
    labels = ["a crowd", "a flag", "something else"]
    with Image.open(PHOTO) as file:
        image = file.convert("RGB")
    # The published settings.
    processor = transformers.SiglipImageProcessorPil(
        size={"height": 224, "width": 224}, resample=2, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )
    seen = processor(images=[image], return_tensors="pt")["pixel_values"]
    mine = center_square(image, 224, 1.0, "bilinear", stretch=True)
    np.testing.assert_allclose(normal(MODEL, mine).transpose(2, 0, 1), seen[0], atol=1e-5)
    texts = [f"a photo of {label}." for label in labels]
    with torch.inference_mode():
        output = small.model(
            input_ids=torch.from_numpy(ids(small, texts)),
            pixel_values=torch.from_numpy(
                np.float32(normal(MODEL, mine[None])).transpose(0, 3, 1, 2).copy()
            ),
        )
    logits = output.logits_per_image.numpy()[0]
    columns = ["label_prob_a_crowd", "label_prob_a_flag", "label_prob_something_else"]
    each = iad.zero_shot([PHOTO], labels=labels, several=True, model=MODEL, decode="exact")
    np.testing.assert_allclose(each[columns].iloc[0], 1 / (1 + np.exp(-logits)), atol=1e-4)
    assert each.label[0] == labels[int(logits.argmax())]
    assert each.label_prob[0] == each[columns].iloc[0].max()
    one = iad.zero_shot([PHOTO], labels=labels[:1], several=True, model=MODEL, decode="exact")
    assert one.label_prob[0] == pytest.approx(each.label_prob_a_crowd[0])
    shares = iad.zero_shot([PHOTO], labels=labels, model=MODEL, decode="exact")
    expected = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(shares[columns].iloc[0], expected, atol=1e-4)
    # The same vectors rank pictures by words, and score emotions.
    found = iad.find_similar([PHOTO], "a flag", model=MODEL, top=1)
    assert len(found) == 1
    shares = iad.score_emotions([PHOTO], model=MODEL)
    assert shares.filter(regex="evoked_prob").iloc[0].sum() == pytest.approx(1)
