"""`score_emotions` with a made model in which what a picture evokes is known."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.engine import texts
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.card import Preprocess
from imagesasdata.networks.zoo.class_names import coco
from imagesasdata.networks.zoo.family import TextSide
from imagesasdata.verbs.measure import score_emotions as module
from tests.conftest import Kind

# Red pictures are near these words, green ones near all others.
RED = ("fear", "unpleasant", "unhappy", "bad", "exciting", "stirs", "intense")


@pytest.fixture
def made_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def apply(params: Any, pixels: Any) -> dict[str, Any]:
        return {"embedding": pixels.astype("float32").mean(axis=(1, 2)) + 1}

    def tokenize(texts: list[str]) -> np.ndarray:
        return np.array([[any(word in text.split() for word in RED)] for text in texts], np.int32)

    def embed(params: Any, ids: Any) -> dict[str, Any]:
        red, green = jnp.array([1.0, 0, 0]), jnp.array([0, 1.0, 0])
        return {"embedding": jnp.where(ids == 1, red, green)}

    card = replace(registry.card("clip_vit_b32"), preprocess=Preprocess(32))
    model = registry.Model(card, np.zeros(1), apply, "made", coco)
    monkeypatch.setattr(module, "load", lambda name, **_: model)
    side = TextSide(tokenize, np.zeros(1), embed, 4.0)
    for place in (module, texts):
        monkeypatch.setattr(place, "load_text", lambda name, **_: side)


@pytest.fixture
def plain(tmp_path: Path) -> list[str]:
    for color in ("red", "lime"):
        Image.new("RGB", (40, 40), color).save(tmp_path / f"{color}.png")
    return [str(tmp_path / f"{color}.png") for color in ("red", "lime")]


def test_mikels(kind: Kind, made_model: None, plain: list[str]) -> None:
    got = kind.columns(iad.score_emotions(kind.make({"path": [*plain, "gone.png"]})))
    assert list(got)[:3] == ["path", "evoked", "evoked_prob_amusement"]
    assert got["evoked"] == ["fear", "amusement", None]
    names = [name for name in got if name.startswith("evoked_prob_")]
    assert len(names) == 8
    assert sum(got[name][0] for name in names) == pytest.approx(1)
    # A red picture is red alone (the made model adds 1 of 256 to each color).
    near, far = 4 * 256 / np.hypot(256, np.hypot(1, 1)), 4 * 1 / np.hypot(256, np.hypot(1, 1))
    expected = np.exp(near) / (np.exp(near) + 7 * np.exp(far))
    assert got["evoked_prob_fear"][0] == pytest.approx(expected, rel=1e-4)
    assert got["image_error"][2] == "file not found"


def test_valence_and_arousal(made_model: None, plain: list[str]) -> None:
    got = iad.score_emotions(plain, scheme="valence_arousal")
    assert got["valence"][0] < 0.1 < 0.9 < got["valence"][1]
    assert got["arousal"][0] > 0.9 > 0.1 > got["arousal"][1]


def test_misuse(made_model: None, plain: list[str]) -> None:
    with pytest.raises(iad.UnknownNameError, match="Unknown scheme 'mikel'.\nHint: did you mean"):
        iad.score_emotions(plain, scheme="mikel")  # type: ignore[arg-type]
    with pytest.raises(iad.NameClashError, match="'evoked' already"):
        iad.score_emotions(pd.DataFrame({"path": plain, "evoked": ["a", "b"]}))


def test_without_weights_no_number_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    with pytest.raises(iad.WeightsError, match="clip-vit-base-patch32.bin .*\nHint: .*weights add"):
        iad.score_emotions("examples/photos")
    with pytest.raises(iad.ArgumentError, match="cannot zero_shot.\nHint: these can: clip_vit_b32"):
        iad.score_emotions("examples/photos", model="efficientnet_lite0")
