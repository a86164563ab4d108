"""`zero_shot` with a small space of its own: pictures are their mean color, texts are colors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.engine import texts as _text
from imagesasdata.errors import ArgumentError, ArgumentTypeError, NameClashError
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.family import TextSide
from imagesasdata.verbs.classify import zero_shot as module
from tests.conftest import Kind

COLORS = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1)}


def tokenize(texts: Sequence[str]) -> np.ndarray:
    """Which color each text names; -1 for none."""
    names = list(COLORS)
    found = [[i for i, name in enumerate(names) if name in text] or [-1] for text in texts]
    return np.array([one[:1] for one in found], np.int32)


def describe(params: np.ndarray, ids: Any) -> dict[str, Any]:
    return {"embedding": params[ids[:, 0]]}


@pytest.fixture(autouse=True)
def _color_space(monkeypatch: pytest.MonkeyPatch) -> None:
    from flax import nnx

    class MeanColor(nnx.Module):
        def features(self, x: Any) -> Any:
            return x.mean(axis=(1, 2))

    monkeypatch.setattr(registry, "_added", {})
    iad.register_model("colors", MeanColor(), size=8, sd=(255, 255, 255))
    added = registry._added["colors"]
    card = replace(added.model.card, tasks=("embed", "zero_shot"))
    registry._added["colors"] = added._replace(model=replace(added.model, card=card))
    side = TextSide(tokenize, np.float32(list(COLORS.values())), describe, 5.0)
    monkeypatch.setattr(module, "load_text", lambda name, **_: side)
    monkeypatch.setattr(_text, "load_text", lambda name, **_: side)


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    paths = []
    for name, color in COLORS.items():
        path = tmp_path / f"{name}.png"
        Image.new("RGB", (20, 20), tuple(200 * one for one in color)).save(path)
        paths.append(str(path))
    return paths


def test_the_label_that_fits_and_its_probability(pictures: list[str], kind: Kind) -> None:
    broken = str(Path(pictures[0]).with_name("broken.jpg"))
    Path(broken).write_bytes(b"no picture")
    table = kind.make({"path": [*pictures, broken], "y": [1, 2, 3, 4]})
    done = iad.zero_shot(table, labels=["blue", "red", "green"], model="colors")
    assert kind.is_kind(done)
    columns = kind.columns(done)
    assert columns["label"] == ["red", "green", "blue", None]
    # A cosine of 1 for one label, 0 for the two others, times the scale.
    expected = np.exp(5.0) / (np.exp(5.0) + 2)
    assert columns["label_prob"][:3] == pytest.approx([expected] * 3)
    assert columns["label_prob_red"][:3] == pytest.approx([expected, *[(1 - expected) / 2] * 2])
    assert columns["image_error"][3]
    assert columns["label_prob_blue"][3] is None


def test_an_empty_table_and_clashing_names(kind: Kind) -> None:
    empty = iad.zero_shot(
        kind.make({"path": []}), labels=["red", "blue!"], model="colors", prefix="z_"
    )
    names = [
        "path",
        "z_label",
        "z_label_prob",
        "z_label_prob_red",
        "z_label_prob_blue",
        "image_error",
    ]
    assert list(kind.columns(empty)) == names
    taken = kind.make({"path": ["a"], "label_prob_red": [1.0]})
    with pytest.raises(NameClashError, match="label_prob_red"):
        iad.zero_shot(taken, labels=["red", "blue"], model="colors")


def test_labels_that_make_the_same_name_are_numbered(pictures: list[str]) -> None:
    done = iad.zero_shot(pictures, labels=["red", "red.", "抗议"], model="colors")
    assert [name for name in done if name.startswith("label_prob_")] == [
        "label_prob_red_1",
        "label_prob_red_2",
        "label_prob_n_",
    ]


def test_the_template_is_filled(pictures: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(
        module,
        "embed_text",
        lambda model, texts, device: (
            seen.extend(texts) or np.eye(3, dtype=np.float32)[: len(texts)]
        ),
    )
    iad.zero_shot(pictures, labels=["x", "y"], template="{} in a street", model="colors")
    assert seen == ["x in a street", "y in a street"]


def test_texts_in_more_than_one_batch() -> None:
    texts = ["red", "blue", "green"] * 5
    vectors = _text.embed_text("colors", texts)
    np.testing.assert_array_equal(vectors, [COLORS[text] for text in texts])


@pytest.mark.parametrize(
    ("labels", "template", "message"),
    [
        ([], "{}", "labels needs at least two texts, got 0.\nHint: add one for everything else"),
        (["a"], "{}", "labels needs at least two texts, got 1"),
        (["a", " "], "{}", "One of the labels is empty"),
        (["a", "b", "a"], "{}", "The label 'a' is given twice.\nHint: leave one of them out"),
        (["a", "b"], "a photo", "must contain one {} for the label"),
        (["a", "b"], "{} and {}", "must contain one {}"),
    ],
)
def test_labels_that_cannot_be_used(labels: list[str], template: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        iad.zero_shot("nowhere", labels=labels, template=template, model="colors")


def test_several_labels_each_by_itself(
    pictures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        ArgumentError,
        match='shares among the labels, not a .*\nHint: model="siglip2_b16" for several',
    ):
        iad.zero_shot(pictures, labels=["red", "blue"], several=True, model="colors")
    with pytest.raises(ArgumentError, match="labels needs at least one text, got 0"):
        iad.zero_shot(pictures, labels=[], several=True, model="colors")
    for bias in (-2.0, 0.0):
        side = TextSide(tokenize, np.float32(list(COLORS.values())), describe, 5.0, bias)
        for place in (module, _text):
            monkeypatch.setattr(place, "load_text", lambda name, side=side, **_: side)
        done = iad.zero_shot(pictures, labels=["blue"], several=True, model="colors")
        # The cosine is 1 for the blue picture, 0 for the others.
        expected = 1 / (1 + np.exp(-np.array([bias, bias, bias + 5])))
        np.testing.assert_allclose(done.label_prob, expected, rtol=1e-5)


def test_labels_that_are_no_list() -> None:
    with pytest.raises(ArgumentTypeError, match="labels must be a list of texts, got 'red'"):
        iad.zero_shot("nowhere", labels="red", model="colors")


def test_models_without_a_text_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with pytest.raises(
        ArgumentError,
        match="'resnet50' cannot zero_shot.\nHint: these can: clip_vit_b32",
    ):
        iad.zero_shot(pd.DataFrame({"path": ["a"]}), labels=["a", "b"], model="resnet50")
