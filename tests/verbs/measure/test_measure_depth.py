"""`measure_depth` with a made network, for which bright is near."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.class_names import coco
from imagesasdata.verbs.measure import measure_depth as module
from tests.conftest import Kind

COLUMNS = ["depth_near_share", "depth_separation", "depth_center", "depth_downward"]


@pytest.fixture
def shapes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The shapes of the batches that the made network got."""
    seen: list[tuple[int, ...]] = []

    def apply(params: Any, pixels: Any) -> dict[str, Any]:
        seen.append(pixels.shape)
        return {"nearness": pixels.astype("float32").mean(axis=-1)}

    card = registry.card("depth_anything_v2_small")
    card = replace(card, preprocess=replace(card.preprocess, size=56, multiple=7))
    model = registry.Model(card, np.zeros(1), apply, "made", coco)
    monkeypatch.setattr(module, "load", lambda name, **_: model)
    return seen


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    """A bright middle, a picture that brightens downward, and a plain one."""
    middle = np.full((160, 240, 3), 20, np.uint8)
    middle[40:120, 60:180] = 220
    slope = np.broadcast_to(np.arange(0, 240, 2).astype(np.uint8)[:, None, None], (120, 80, 3))
    paths = []
    for name, pixels in {"middle": middle, "slope": slope, "plain": middle * 0 + 90}.items():
        paths.append(str(tmp_path / f"{name}.png"))
        Image.fromarray(np.ascontiguousarray(pixels)).save(paths[-1])
    return paths


def test_columns(kind: Kind, shapes: list[tuple[int, ...]], pictures: list[str]) -> None:
    got = kind.columns(iad.measure_depth(kind.make({"path": [*pictures, "gone.png", None]})))
    assert list(got) == ["path", *COLUMNS, "image_error"]
    assert got["depth_near_share"][0] == pytest.approx(0.25, abs=0.02)
    assert got["depth_separation"][0] > 0.9
    assert got["depth_center"][0] > 0.9
    assert abs(got["depth_downward"][0]) < 0.02
    assert got["depth_downward"][1] > 0.99
    assert got["depth_separation"][1] == pytest.approx(0.75, abs=0.02)
    for name in COLUMNS:
        assert got[name][2:] == [None, None, None]
    # An even picture is no failure.
    assert got["image_error"][2] is None
    assert got["image_error"][3] == "file not found"


def test_pictures_keep_their_shapes(
    shapes: list[tuple[int, ...]], pictures: list[str], tmp_path: Path
) -> None:
    Image.new("RGB", (900, 30), "white").save(tmp_path / "long.png")
    iad.measure_depth([*pictures, tmp_path / "long.png"])
    assert {shape[1:] for shape in shapes} == {(56, 84, 3), (84, 56, 3), (7, 112, 3)}
    assert {shape[0] for shape in shapes} == {1}


def test_empty_and_misuse(shapes: list[tuple[int, ...]], pictures: list[str]) -> None:
    empty = iad.measure_depth(pd.DataFrame({"path": pd.Series([], dtype=str)}), prefix="d_")
    assert list(empty.columns) == ["path", *(f"d_{name}" for name in COLUMNS), "image_error"]
    with pytest.raises(iad.NameClashError, match="'depth_center' already"):
        iad.measure_depth(pd.DataFrame({"path": pictures, "depth_center": [1, 2, 3]}))
    with pytest.raises(iad.UnknownNameError, match="Unknown decode 'slow'"):
        iad.measure_depth(pictures, decode="slow")  # type: ignore[arg-type]


def test_the_model() -> None:
    assert iad.models("measure_depth").model.tolist() == ["depth_anything_v2_small"]
    card = str(iad.model_card("depth_anything_v2_small"))
    assert "whole picture in its own shape, its shorter side about 518 pixels" in card
    with pytest.raises(iad.ArgumentError, match="'clip_vit_b32' cannot measure_depth"):
        iad.measure_depth("gone.jpg", model="clip_vit_b32")
