"""OWL-ViT beside transformers: a random network of full size, written as the published file is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.arrays.pixels import center_square
from imagesasdata.engine.texts import embed_text
from imagesasdata.files.decode import decode
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.architectures import owlvit
from tests.parity import references
from tests.parity.references import close, normal

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("tokenizers")

pytestmark = pytest.mark.parity

NAME = "owlvit_b32"
LABELS = ["a flag", "crowd", "photo of a crow"]


@pytest.fixture(scope="module")
def reference() -> Iterator[references.TwoSided]:
    with references.in_place(NAME, references.owlvit_b32) as made:
        yield made


def theirs(reference: references.TwoSided, pixels: np.ndarray, texts: list[str]) -> object:
    x = torch.from_numpy(np.ascontiguousarray(normal(NAME, pixels).transpose(0, 3, 1, 2)))
    tokens = reference.tokenizer(
        texts, padding="max_length", truncation=True, max_length=16, return_tensors="pt"
    )
    # Each picture is asked all of the texts.
    tokens = {name: values.repeat(len(pixels), 1) for name, values in tokens.items()}
    with torch.inference_mode():
        return reference.model(pixel_values=x, **tokens)


def test_logits_and_boxes(reference: references.TwoSided) -> None:
    import jax

    from imagesasdata.networks.nn.vision_transformer import inference_everywhere

    noise = np.random.default_rng(0).integers(0, 256, (2, 24, 24, 3), np.uint8)
    pixels = np.stack([np.asarray(Image.fromarray(one).resize((768, 768))) for one in noise])
    expected = theirs(reference, pixels, LABELS)
    network = registry.network(NAME)
    params, _ = owlvit.inference(network)
    params["asked"] = embed_text(NAME, LABELS, task="detect_objects")
    _, see = inference_everywhere(network.clip.image)
    run = jax.jit(lambda params, x: owlvit.answers(params, see, x))
    logits, boxes = run(params, normal(NAME, pixels))
    assert close(np.asarray(logits), expected.logits.numpy())
    assert np.abs(np.asarray(boxes) - expected.pred_boxes.numpy()).max() < 1e-3
    assert sum(p.numel() for p in reference.model.parameters()) == registry.card(NAME).parameters


def test_what_is_named_is_looked_for(reference: references.TwoSided, example_photos: Path) -> None:
    photo = example_photos / "coffee.jpg"
    things = iad.detect_objects(photo, model=NAME, labels=LABELS, threshold=0.0, decode="exact")
    image = decode(photo.read_bytes())
    pixels = center_square(image, 768, 1.0, stretch=True)[None]
    prepared = transformers.OwlViTImageProcessorPil()(image, return_tensors="np")["pixel_values"]
    assert np.abs(normal(NAME, pixels) - prepared.transpose(0, 2, 3, 1)).max() < 1e-4
    outputs = theirs(reference, pixels, [f"a photo of {label}" for label in LABELS])
    found = transformers.OwlViTImageProcessorPil().post_process_object_detection(
        outputs, threshold=0.0, target_sizes=[(image.height, image.width)]
    )[0]
    boxes = found["boxes"].numpy().clip(0, [image.width, image.height] * 2)
    # The surest of all is in the table, and all of the table among the reference's.
    order = np.argsort(-found["scores"].numpy())
    assert things["object"][0] == LABELS[int(found["labels"][order[0]])]
    assert things["score"][0] == pytest.approx(float(found["scores"][order[0]]), rel=1e-3)
    corners = things[["x", "y", "width", "height"]].to_numpy(float, copy=True)
    corners[:, 2:] += corners[:, :2]
    assert 0 < len(things) <= 576
    for thing, box in zip(things.itertuples(), corners, strict=True):
        same = np.abs(boxes - box).max(axis=1) < 0.5
        same &= np.abs(found["scores"].numpy() - thing.score) < 1e-3
        assert (found["labels"].numpy()[same] == LABELS.index(thing.object)).any()


def test_counts(reference: references.TwoSided, example_photos: Path) -> None:
    photo = example_photos / "coffee.jpg"
    counts = iad.count_objects(photo, model=NAME, labels=LABELS, template="{}", threshold=0.0)
    assert counts.columns.tolist()[-4:-1] == ["n_a_flag", "n_crowd", "n_photo_of_a_crow"]


def test_a_text_that_is_too_long(reference: references.TwoSided) -> None:
    with pytest.raises(iad.ArgumentError, match="too long: the model reads 14 parts of words"):
        iad.detect_objects("gone.png", model=NAME, labels=["a flag " * 8])


def test_a_file_of_another_network(reference: references.TwoSided, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    family, card = registry._find(NAME)
    state = load_file(reference.files[0])
    for name in ("owlvit.text_projection.weight", "class_head.logit_shift.bias"):
        rest = {key: values for key, values in state.items() if key != name}
        save_file(rest, tmp_path / "other.safetensors")
        short = name.removeprefix("owlvit.")
        with pytest.raises(iad.WeightsError, match=f"no '{short}'"):
            family.read(card, [tmp_path / "other.safetensors"])
