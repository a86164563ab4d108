"""`summary`, `feature_maps` and `explain` as a user calls them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from flax import nnx
from PIL import Image

import imagesasdata as iad
from imagesasdata.networks.inside.layers import REST
from imagesasdata.networks.modules import class_number
from imagesasdata.networks.zoo.class_names import imagenet
from tests.conftest import Kind
from tests.networks.inside.networks import Small

# The rows of the lecture slide: what VGG16's layers have learned.
SLIDE = [1728, 36864, 73728, 147456, 294912, 589824, 589824, 1179648]
SLIDE += [2359296] * 5 + [102760448, 16777216, 4096000]


def test_the_slide_of_vgg16() -> None:
    table = iad.summary("vgg16")
    assert [count for count in table["weights"][:-1] if count] == SLIDE
    assert table["values"].iloc[0] == 150_528
    assert table["output"].tolist()[:4] == ["224 x 224 x 3"] + ["224 x 224 x 64"] * 2 + [
        "112 x 112 x 64"
    ]
    assert table["formula"].tolist()[2] == "(3*3*64)*64"
    pools = table[table["kind"] == "max pool 2x2"]
    assert pools["receptive_field"].tolist() == [6, 16, 44, 100, 212]
    total = table.iloc[-1]
    assert total["layer"] == "total"
    assert total["weights"] + total["biases"] == 138_357_544
    # The slide says 24 million values and 93 MB; its rows, which are these, sum up to less.
    assert total["values"] == 15_237_608
    assert total["bytes"] == 4 * 15_237_608


def test_kinds_of_tables_and_modules_of_ones_own() -> None:
    module = Small(rngs=nnx.Rngs(0))
    polars = iad.summary(module, input_size=16, backend="polars")
    assert polars["receptive_field"].to_list() == [1, 3, 3, 4, 8, 16, None]
    assert iad.summary(module, input_size=16, backend="pyarrow").num_rows == 7


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: iad.summary("vgg61"), "Unknown model 'vgg61'.\nHint: did you mean 'vgg1"),
        (lambda: iad.summary(3), "Expected a model's name or a Flax module, got int"),
        (
            lambda: iad.summary(Small(rngs=nnx.Rngs(0))),
            "does not say how large its pictures are.\nHint: give input_size=224",
        ),
        (lambda: iad.summary("vgg16", input_size=100), "cannot take pictures of 100 x 100 pixels"),
        (lambda: iad.summary("vgg16", input_size=0), "input_size must be at least 1"),
        (lambda: iad.feature_maps("x.jpg", "vgg16", "stages.0.9"), "No layer 'stages.0.9' gives"),
        (lambda: iad.feature_maps("x.jpg", "vgg16", "hidden.0"), "These do: .*max_pool_5"),
        (
            lambda: iad.feature_maps(["x.jpg"], "vgg16", "stages.0.0"),
            r"image must be a path, got \['x.jpg'\].\nHint: for example image=",
        ),
        (lambda: iad.feature_maps("x.jpg", 3, "stages.0.0"), "model must be text, got 3"),
        (
            lambda: iad.feature_maps("x.jpg", "vgg16", "stages.0.0", top=0),
            "top must be at least 1",
        ),
        (lambda: iad.feature_maps(model="vgg16"), "one picture, got NoneType.*needs no picture"),
        (lambda: iad.feature_maps(of="filter"), "Unknown drawing 'filter'.\nHint: did you"),
        (
            lambda: iad.feature_maps("x.jpg", of="filters"),
            "Filters are the same for every picture.\nHint: leave out the picture",
        ),
        (
            lambda: iad.feature_maps(None, "vgg16", "max_pool_1", of="filters"),
            "has filters of more than one pixel",
        ),
        (lambda: iad.explain("examples/photos", 3), "a model's name or a fitted model, got int"),
        (lambda: iad.explain("examples/photos", method="cam"), "Unknown method 'cam'.\nHint: did"),
        (
            lambda: iad.explain("examples/photos", "dinov2_small"),
            "cannot classify.\nHint: these can",
        ),
        (lambda: iad.explain("examples/photos", target="tench fish"), "Unknown class .* 'tench'"),
        (lambda: iad.explain("examples/photos", target=1000), "There is no class number 1000"),
    ],
)
def test_misuse(call: Any, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGESASDATA_OFFLINE", "1")  # no mistake needs weights to be found out
    with pytest.raises(iad.ImagesAsDataError, match=f"(?s){message}"):
        call()


def test_classes_by_name_id_and_number() -> None:
    labels = imagenet()
    assert class_number("espresso", labels) == class_number("n07920052", labels) == 967
    assert class_number(967, labels) == 967
    with pytest.raises(
        iad.ArgumentError, match="Several classes are called 'missile'.\nHint: give "
    ):
        class_number("missile", labels)
    with pytest.raises(iad.UnknownNameError, match="iad.classify gives the names") as caught:
        class_number("zzzz", labels)
    assert len(str(caught.value)) < 200
    with pytest.raises(iad.ArgumentTypeError, match="name, id or number, got float"):
        class_number(1.5, labels)  # type: ignore[arg-type]


@pytest.mark.slow
def test_figures(example_photos: Path, tmp_path: Path) -> None:
    photo = example_photos / "chelsea.jpg"
    figure = iad.feature_maps(photo, "efficientnet_lite0", "head", top=5, to=tmp_path / "maps.png")
    assert [len(figure.axes), figure.get_suptitle()] == [
        5,
        "efficientnet_lite0, head: 7 x 7 x 1280",
    ]
    with Image.open(tmp_path / "maps.png") as picture:
        assert picture.width > 300
    figure = iad.feature_maps(of="filters", to=tmp_path / "filters.png")
    assert "stem: 32 filters of 3 x 3 x 3" in figure.get_suptitle()
    assert figure.axes[0].images[0].get_array().shape == (3, 3, 3)
    figure = iad.feature_maps(layer="stages.2.0.filters", of="filters", top=4)
    assert "144 filters of 5 x 5 x 1" in figure.get_suptitle()
    figure = iad.feature_maps(photo)  # the first layer's maps
    assert [len(figure.axes), figure.get_suptitle()] == [
        32,
        "efficientnet_lite0, stem: 112 x 112 x 32",
    ]
    with pytest.raises(iad.ImageError, match="not found"):
        iad.feature_maps("gone.jpg", "efficientnet_lite0", "stem")


def test_explain_adds_files_beside_the_rows(
    kind: Kind, example_photos: Path, tmp_path: Path
) -> None:
    columns: dict[str, list[Any]] = {
        "path": [str(example_photos / "coffee.jpg"), None, str(example_photos / "broken.jpg")],
        "y": [1.5, 2.5, 3.5],
    }
    table = kind.make(columns)
    got = iad.explain(table, to=tmp_path / "heat", progress=False)
    assert kind.is_kind(got)
    cells = kind.columns(got)
    names = ["heat_path", "heat_label", "heat_label_prob", "heat_x", "heat_y", "image_error"]
    assert list(cells) == ["path", "y", *names]
    assert cells["heat_label"] == ["espresso", None, None]
    assert 0.9 < cells["heat_label_prob"][0] < 1
    assert 0 < cells["heat_x"][0] < 1
    assert cells["image_error"][0] is None
    assert cells["image_error"][1].startswith("no path")
    with Image.open(cells["heat_path"][0]) as picture:
        assert (picture.size, picture.mode) == ((224, 224), "RGB")


def test_explain_other_classes_and_alone(example_photos: Path, tmp_path: Path) -> None:
    photo = str(example_photos / "coffee.jpg")
    got = iad.explain(photo, target="tea cup", overlay=False, to=tmp_path, prefix="cup_")
    assert got["cup_heat_label"].tolist() == ["tea cup"]
    with Image.open(got["cup_heat_path"][0]) as picture:
        assert picture.mode == "L"
        values = np.asarray(picture)
    assert values.max() == 255
    clash = pd.DataFrame({"path": [photo], "heat_label_prob": [1]})
    with pytest.raises(iad.NameClashError, match="heat_label_prob"):
        iad.explain(clash, to=tmp_path)
    empty = iad.explain(pd.DataFrame({"path": []}), to=tmp_path)
    assert "heat_path" in empty.columns
    assert len(empty) == 0


@pytest.mark.slow
def test_parts_that_pictures_do_not_run_through() -> None:
    table = iad.summary("clip_vit_b32", backend="polars")
    assert table.filter(table["layer"] == REST)["weights"].item() > 60_000_000
