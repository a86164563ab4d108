"""A network that PyTorch saved with a last layer of its own classes, registered and run in JAX."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import imagesasdata as iad
from imagesasdata.networks.zoo import registry
from tests.conftest import encoded, picture
from tests.parity import references

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.parity

SIDE = 64


@pytest.fixture(autouse=True)
def _no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_added", {})


@pytest.fixture
def written(tmp_path: Path) -> references.Written:
    return references.resnet(18, tmp_path, classes=2)


def wrapped(file: Path, form: str) -> Path:
    """The same state dict, as people save it."""
    state: Any = torch.load(file, weights_only=True)
    if form == "spread":
        state = {f"module.{name}": values for name, values in state.items()}
    if form == "checkpoint":
        momentum = {
            "state": {0: {"momentum_buffer": torch.ones(2)}},
            "param_groups": [{"lr": 1e-4}],
        }
        state = {
            "epoch": 3,
            "model_state_dict": state,
            "optimizer_state_dict": momentum,
            "loss": 0.5,
        }
    place = file.with_name(f"{form}.pth")
    torch.save(state, place, _use_new_zipfile_serialization=form != "old")
    return place


@pytest.mark.parametrize("form", ["plain", "old", "spread", "checkpoint"])
def test_equal_to_pytorch(written: references.Written, form: str, tmp_path: Path) -> None:
    file = wrapped(written.files[0], form)
    card = iad.register_model(
        "protest", "resnet18", weights=file, labels=["negative", "positive"], size=SIDE, share=1.0
    )
    assert (card.classes, card.embedding_size) == (2, 512)
    assert card.parameters == written.count
    # Of the input's own size, so that nothing is resized.
    photo = tmp_path / "photo.png"
    photo.write_bytes(encoded(picture(SIDE, SIDE), "PNG"))
    got = iad.classify(photo, model="protest", probs=True, device="cpu")
    pixels = np.float32(np.asarray(picture(SIDE, SIDE).convert("RGB")))[None]
    mean, sd = np.float32(card.preprocess.mean), np.float32(card.preprocess.sd)
    expected = written.outputs((pixels - mean) / sd)
    logits = expected["logits"][0].astype(np.float64)
    chances = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    names = ["label_prob_negative", "label_prob_positive"]
    np.testing.assert_allclose(got[names].to_numpy()[0], chances, atol=1e-4)
    assert got.label[0] == ["negative", "positive"][int(chances.argmax())]
    vector = iad.embed(photo, model="protest", device="cpu").embedding[0]
    largest = np.abs(expected["embedding"]).max()
    np.testing.assert_allclose(vector, expected["embedding"][0], atol=1e-4 * largest)


def test_other_classes_and_code_are_refused(written: references.Written) -> None:
    file = written.files[0]
    with pytest.raises(
        iad.WeightsError, match=r"'fc.weight' has shape(.|\n)*a label for each output"
    ):
        iad.register_model("protest", "resnet18", weights=file, labels=["a", "b", "c"])
    with pytest.raises(iad.WeightsError, match="another network"):
        iad.register_model("protest", "mobilenet_v2", weights=file, labels=["a", "b"])
    torch.save(written.module, file)
    with pytest.raises(iad.WeightsError, match=r"network.state_dict\(\)"):
        iad.register_model("protest", "resnet18", weights=file, labels=["a", "b"])
