"""DETR beside transformers: a random network of full size, written as the published file is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.arrays.pixels import letterbox
from imagesasdata.engine.runner import Runner
from imagesasdata.networks.program import Network
from imagesasdata.networks.weights import store
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.architectures import detr
from imagesasdata.networks.zoo.class_names import coco
from tests.parity import references

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

pytestmark = pytest.mark.parity


class Reference(NamedTuple):
    """The reference itself and its file."""

    model: Any
    file: Path

    def __call__(self, pixels: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Logits and boxes for a square whose upper left (height, width) is the picture."""
        height, width = size
        preprocess = registry.card("detr_resnet50").preprocess
        normal = (pixels - np.float32(preprocess.mean)) / np.float32(preprocess.sd)
        mask = np.zeros(pixels.shape[:2], np.int64)
        mask[:height, :width] = 1
        normal = normal * mask[..., None].astype(np.float32)
        with torch.inference_mode():
            found = self.model(
                torch.from_numpy(np.ascontiguousarray(normal.transpose(2, 0, 1)))[None],
                torch.from_numpy(mask)[None],
            )
        return found.logits[0].numpy(), found.pred_boxes[0].numpy()


@pytest.fixture(scope="module")
def reference() -> Iterator[Reference]:
    """The reference, whose file stands in the place of the published one."""
    with (
        tempfile.TemporaryDirectory(prefix="parity-") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        model, file = references.detr_resnet50(Path(folder))
        patch.setattr(store, "locate", lambda wanted, **_: file)
        registry._load.cache_clear()
        yield Reference(model, file)
    registry._load.cache_clear()


def square(width: int, height: int, side: int, seed: int = 0) -> np.ndarray:
    """A picture in the corner of a black square; some of its pixels are black, too."""
    pixels = np.zeros((side, side, 3), np.uint8)
    noise = np.random.default_rng(seed).integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    pixels[:height, :width] = np.asarray(Image.fromarray(noise).resize((width, height)))
    pixels[10:20, 10:20] = 0
    return pixels


@pytest.mark.parametrize(("width", "height"), [(320, 240), (200, 320), (320, 320)])
def test_logits_and_boxes(reference: Reference, width: int, height: int) -> None:
    pixels = square(width, height, 320)
    logits, boxes = reference(pixels, (height, width))
    network = registry.network("detr_resnet50")
    family = registry._find("detr_resnet50")[0]
    params = family.inference(network).params
    preprocess = registry.card("detr_resnet50").preprocess
    mean, sd = np.float32(preprocess.mean), np.float32(preprocess.sd)

    def answers(params: Any, pixels: Any) -> dict[str, Any]:
        from imagesasdata.networks.zoo.architectures.resnet import body

        seen = detr.without_margin((pixels - mean) / sd, (np.float32(0.5) - mean) / sd)
        ours = detr.answers(params, body(network.backbone)[1], seen)
        return {"logits": ours[0], "boxes": ours[1], "size": seen.size}

    got = Runner(Network(answers, params), device="cpu", batch_size=1)(
        pixels[None].astype(np.float32), 0
    )
    assert got["size"][0].tolist() == [width, height]
    assert logits.std() > 0.1
    assert boxes.std() > 0.01
    assert np.abs(got["logits"][0] - logits).max() < 1e-3 * np.abs(logits).max()
    assert np.abs(got["boxes"][0] - boxes).max() < 1e-3


def test_things_in_a_photo(reference: Reference, example_photos: Path) -> None:
    photo = example_photos / "coffee.jpg"
    things = iad.detect_objects(
        photo, model="detr_resnet50", threshold=0.0, decode="exact", progress=False
    )
    with Image.open(photo) as image:
        width, height = image.size
        pixels, (across, down) = letterbox(image.convert("RGB"), 1088)
    size = (round(height * down), round(width * across))
    logits, boxes = reference(pixels, size)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    # The numbers that name a kind of thing, in the order of the names.
    chances = chances[:, list(detr.KINDS)]
    expected = sorted(chances.max(axis=1), reverse=True)
    assert len(things) == len(expected) == 100
    np.testing.assert_allclose(things["score"], expected, rtol=2e-3)
    best = int(chances.max(axis=1).argmax())
    assert things["object"][0] == coco().names[int(chances[best].argmax())]
    middle, sides = boxes[best, :2], boxes[best, 2:]
    corners = np.concatenate([middle - sides / 2, middle + sides / 2])
    corners *= [width, height] * 2
    left, top, right, bottom = np.clip(corners, 0, [width, height] * 2)
    box = things[["x", "y", "width", "height"]].to_numpy(float)[0]
    np.testing.assert_allclose(box, [left, top, right - left, bottom - top], atol=2)


def test_a_file_of_another_network(reference: Reference, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    family, card = registry._find("detr_resnet50")
    state = load_file(reference.file)
    for name, message in (
        ("model.decoder.layernorm.bias", "no 'model.decoder.layernorm.bias'"),
        ("model.backbone.conv_encoder.model.conv1.weight", "no 'conv1.weight'"),
    ):
        rest = {key: values for key, values in state.items() if key != name}
        save_file(rest, tmp_path / "other.safetensors")
        with pytest.raises(iad.WeightsError, match=message):
            family.read(card, [tmp_path / "other.safetensors"])


def test_a_wholly_black_picture() -> None:
    import jax.numpy as jnp

    black = jnp.full((1, 64, 64, 3), -2, jnp.float32)
    seen = detr.without_margin(black, np.full(3, -1, np.float32))
    assert seen.size.tolist() == [[1, 1]]


def test_cocos_numbers() -> None:
    assert len(detr.KINDS) == len(coco().names) == 80
    by_name = dict(zip(coco().names, detr.KINDS, strict=True))
    # As COCO's annotations have them.
    assert [by_name[name] for name in ("person", "stop sign", "tv", "toothbrush")] == [
        1,
        13,
        72,
        90,
    ]
