"""EfficientNet-Lite beside its PyTorch original: the same weights, the same pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.arrays.pixels import center_square
from imagesasdata.engine.runner import Runner
from imagesasdata.files.decode import decode
from imagesasdata.networks.weights.pth import read_pth
from imagesasdata.networks.weights.store import locate
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.families.efficientnet_lite import FAMILY

torch = pytest.importorskip("torch")
original = pytest.importorskip("efficientnet_lite_pytorch")
pytestmark = pytest.mark.parity

CARDS = {card.name: card for card in FAMILY.cards}


SMALLEST, *MIDDLE, LARGEST = sorted(CARDS)


@pytest.fixture(
    scope="module",
    params=[SMALLEST, *(pytest.param(name, marks=pytest.mark.soak) for name in MIDDLE), LARGEST],
)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def oracle(name: str) -> Any:
    module = original.EfficientNet.from_name(name.replace("_", "-"))
    module.load_state_dict(torch.load(locate(CARDS[name].weights[0]), weights_only=True))
    return module.eval()


def as_torch(pixels: np.ndarray) -> Any:
    normal = (pixels.astype(np.float32) - 127.0) / 128.0
    return torch.from_numpy(np.ascontiguousarray(normal.transpose(0, 3, 1, 2)))


def photos_and_noise(folder: Path, size: int, share: float) -> np.ndarray:
    names = ["chelsea.jpg", "coffee.jpg", "rocket.jpg"]
    photos = [center_square(decode((folder / name).read_bytes()), size, share) for name in names]
    noise = np.random.default_rng(0).integers(0, 256, (2, size, size, 3), dtype=np.uint8)
    return np.concatenate([np.stack(photos), noise])


@pytest.mark.parametrize("batch", [1, 5])
def test_jitted_logits_and_embeddings(name: str, batch: int, example_photos: Path) -> None:
    model = registry.load(name, task="classify")
    prepare = model.card.preprocess
    pixels = photos_and_noise(example_photos, prepare.size, prepare.share)
    runner = Runner(model.program, device="cpu", batch_size=batch)
    parts = [
        runner(pixels[i : i + batch], 0) for i in range(0, len(pixels) // batch * batch, batch)
    ]
    logits = np.concatenate([part["logits"] for part in parts])
    embedding = np.concatenate([part["embedding"] for part in parts])
    module = oracle(name)
    with torch.inference_mode():
        expected = module(as_torch(pixels)).numpy()[: len(logits)]
        maps = module.extract_features(as_torch(pixels)).numpy()[: len(logits)]
    assert np.abs(logits - expected).max() < 1e-3
    assert np.abs(embedding - maps.mean(axis=(2, 3))).max() < 1e-3


def test_the_trainable_module_gives_the_same(name: str, example_photos: Path) -> None:
    from flax import nnx

    from imagesasdata.networks.nn.normalize import normalize

    card = CARDS[name]
    module = registry.network(name)
    module.eval()
    prepare = card.preprocess
    pixels = photos_and_noise(example_photos, prepare.size, prepare.share)[:2]
    logits = nnx.jit(lambda m, x: m(normalize(x, prepare.mean, prepare.sd)))(module, pixels)
    with torch.inference_mode():
        expected = oracle(name)(as_torch(pixels)).numpy()
    assert np.abs(np.asarray(logits) - expected).max() < 1e-3


def test_weights_are_read_as_pytorch_reads_them(name: str) -> None:
    path = locate(CARDS[name].weights[0])
    ours, theirs = read_pth(path), torch.load(path, weights_only=True)
    assert list(ours) == list(theirs)
    for key, values in ours.items():
        np.testing.assert_array_equal(values, theirs[key].numpy())


def test_parameters_are_counted_right(name: str) -> None:
    count = sum(parameter.numel() for parameter in oracle(name).parameters())
    assert CARDS[name].parameters == count


def usual(image: Image.Image, size: int) -> np.ndarray:
    """Preprocessing as the network's authors describe it: resize, then crop."""
    scale = (size + 32) / min(image.size)
    wide, high = (round(side * scale) for side in image.size)
    image = image.resize((wide, high), Image.Resampling.BICUBIC)
    left, top = (wide - size) // 2, (high - size) // 2
    return np.asarray(image.crop((left, top, left + size, top + size)))


def test_real_photos(shared_data: Path) -> None:
    labels = pd.read_csv(shared_data / "classify" / "labels.csv")
    labels["path"] = [str(shared_data / "classify" / name) for name in labels["path"]]
    module = oracle("efficientnet_lite0")
    prepare = CARDS["efficientnet_lite0"].preprocess

    def top1(pixels: list[np.ndarray]) -> np.ndarray:
        with torch.inference_mode():
            return np.concatenate(
                [module(as_torch(one[None])).numpy().argmax(axis=1) for one in pixels]
            )

    files = [Path(path).read_bytes() for path in labels["path"]]
    same_pixels = [
        center_square(decode(file, short_side=256), prepare.size, prepare.share) for file in files
    ]
    ours = iad.classify(labels, prefix="our_")
    ids = registry.load("efficientnet_lite0", task="classify").labels().ids
    assert ours["our_label_id"].tolist() == [ids[place] for place in top1(same_pixels)]
    authors = top1([usual(decode(file), prepare.size) for file in files])
    accuracy = (ours["our_label_id"] == labels["wnid"]).mean()
    assert accuracy >= (authors == labels["class_index"]).mean() - 0.01
