"""`caption` with a model that writes down the color it sees; what it is for is in the parity tests."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

import imagesasdata as iad
from imagesasdata import cli
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.card import ModelCard, Preprocess
from imagesasdata.networks.zoo.family import Family, Inference, Words
from tests.conftest import Kind

COLORS = ("red", "green", "blue")


def begin(prompt: str | None, room: int) -> dict[str, np.ndarray]:
    return {"text": np.full(room, COLORS.index(prompt) if prompt else -1, np.int32)}


def write(numbers: Sequence[int]) -> str:
    return " ".join(COLORS[number] for number in numbers)


def look(params: dict[str, Any], x: Any) -> dict[str, Any]:
    import jax.numpy as jnp

    seen = x.mean(axis=(1, 2)).argmax(axis=-1)[:, None].astype(jnp.int32)
    return {"text": jnp.where(params["text"] < 0, seen, params["text"])}


def family(*, asks: bool = False) -> Family:
    card = ModelCard(
        name="colors",
        title="Colors",
        architecture="none",
        tasks=("caption",),
        weights=(),
        preprocess=Preprocess(8, fit="stretch"),
        parameters=0,
        license="none",
        training_data="none",
        score={},
        score_source="none",
        limits=(),
        citation="none",
    )
    return Family(
        cards=(card,),
        read=lambda card, files: {},
        inference=lambda params: Inference(params, look),
        words=lambda params, files: Words(begin, write, asks),
        kept=False,
    )


@pytest.fixture
def colors(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, family())


def _use(monkeypatch: pytest.MonkeyPatch, one: Family) -> None:
    monkeypatch.setattr(registry, "FAMILIES", (*registry.FAMILIES, one))
    registry._load.cache_clear()
    registry._load_words.cache_clear()


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    paths = []
    for place, name in enumerate(COLORS):
        path = tmp_path / f"{name}.png"
        Image.new("RGB", (20, 30), tuple(200 * (place == one) for one in range(3))).save(path)
        paths.append(str(path))
    return paths


def test_texts_and_a_picture_that_cannot_be_read(
    colors: None, pictures: list[str], kind: Kind
) -> None:
    table = kind.make({"path": [*pictures, None, "gone.png"], "n": [1, 2, 3, 4, 5]})
    done = iad.caption(table, model="colors", max_words=2, progress=False)
    assert kind.is_kind(done)
    columns = kind.columns(done)
    assert columns["n"] == [1, 2, 3, 4, 5]
    assert columns["caption"] == ["red red", "green green", "blue blue", None, None]
    assert columns["image_error"][:3] == [None] * 3
    assert all(columns["image_error"][3:])


def test_an_empty_table_and_rows_with_the_same_name(colors: None, pictures: list[str]) -> None:
    empty = iad.caption(pd.DataFrame({"path": []}), model="colors", progress=False)
    assert empty.columns.tolist() == ["path", "caption", "image_error"]
    table = pd.DataFrame({"path": pictures[:2]}, index=["a", "a"])
    done = iad.caption(table, model="colors", max_words=1, progress=False)
    assert done.index.tolist() == ["a", "a"]
    assert done.caption.tolist() == ["red", "green"]


def test_names_that_clash(colors: None, pictures: list[str]) -> None:
    table = pd.DataFrame({"path": pictures, "caption": "by hand"})
    with pytest.raises(iad.NameClashError, match="has a column 'caption' already"):
        iad.caption(table, model="colors")
    done = iad.caption(table, model="colors", max_words=1, prefix="model_", progress=False)
    assert done.model_caption.tolist() == list(COLORS)


def test_a_prompt_is_another_result(colors: None, pictures: list[str], tmp_path: Path) -> None:
    for prompt, expected in ((None, "red"), ("blue", "blue"), (None, "red")):
        done = iad.caption(
            pictures[0],
            model="colors",
            prompt=prompt,
            max_words=1,
            cache=tmp_path / "kept",
            progress=False,
        )
        assert done.caption.tolist() == [expected]


def test_from_a_shell(colors: None, pictures: list[str], tmp_path: Path) -> None:
    to = tmp_path / "captions.csv"
    words = [
        "caption",
        *pictures,
        "--model",
        "colors",
        "--max-words",
        "1",
        "--to",
        str(to),
        "--quiet",
    ]
    done = CliRunner().invoke(cli.app, words)
    assert done.exit_code == 0, done.output
    assert pd.read_csv(to).caption.tolist() == list(COLORS)


@pytest.mark.parametrize(
    ("chosen", "error", "message"),
    [
        (
            {"prompt": 3},
            iad.ArgumentTypeError,
            "prompt must be text, got 3.\nHint: for example prompt=",
        ),
        ({"prompt": " "}, iad.ArgumentError, "prompt is empty.\nHint: leave it out, or give"),
        ({"max_words": 0}, iad.ArgumentError, "max_words must be at least 1, got 0"),
        ({"decode": "slow"}, iad.UnknownNameError, "Unknown decode 'slow'"),
        (
            {"model": "centernet"},
            iad.ArgumentError,
            "'centernet' cannot caption.\nHint: these can: blip_base, blip_vqa_base, colors",
        ),
        (
            {"model": "blip"},
            iad.UnknownNameError,
            "Unknown model 'blip'.\nHint: did you mean 'blip_base'",
        ),
    ],
)
def test_misuse(colors: None, chosen: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        iad.caption("gone.png", **{"model": "colors", **chosen})


def test_a_model_that_must_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, family(asks=True))
    with pytest.raises(
        iad.ArgumentError,
        match="'colors' answers questions, and no question was given.\nHint: give one",
    ):
        iad.caption("gone.png", model="colors")


def test_without_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setenv("IMAGESASDATA_HOME", str(tmp_path))
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    with pytest.raises(
        iad.WeightsError, match="blip-image-captioning-base.bin.*\nHint: .*weights add"
    ):
        iad.caption("gone.png")
