"""`detect_objects` and `count_objects`: a made model whose answers are known, and COCO's labels."""

from __future__ import annotations

import contextlib
import io
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.networks.zoo import registry
from imagesasdata.networks.zoo.card import Preprocess
from imagesasdata.networks.zoo.class_names import coco
from imagesasdata.verbs.things import detect_objects as detect_module
from tests.conftest import Kind, encoded

COLUMNS = ["object_id", "object", "score", "x", "y", "width", "height"]


def red_and_blue(params: Any, pixels: Any) -> dict[str, Any]:
    """Takes the red part of a picture for a person (0.9) and the blue one for a car (0.6)."""
    import jax
    from jax import numpy as jnp

    def look(picture: Any) -> dict[str, Any]:
        boxes, scores = [], []
        for channel, score in ((0, 0.9), (2, 0.6)):
            others = picture[..., 1].astype(jnp.int32)
            mask = (picture[..., channel] > 180) & (others < 60)
            rows, columns = mask.any(1), mask.any(0)
            size = len(rows)
            ends = size - columns[::-1].argmax(), size - rows[::-1].argmax()
            boxes.append(jnp.stack([columns.argmax(), rows.argmax(), *ends]))
            scores.append(jnp.where(mask.any(), score, 0.0))
        return {
            "boxes": jnp.stack(boxes).astype(jnp.float32),
            "scores": jnp.stack(scores),
            "classes": jnp.asarray([0, 2]),
        }

    return jax.vmap(look)(pixels)


@pytest.fixture
def made_model(monkeypatch: pytest.MonkeyPatch) -> None:
    card = replace(
        registry.card("centernet"),
        preprocess=Preprocess(128, interpolation="bilinear", fit="letterbox"),
    )
    model = registry.Model(card, np.zeros(1), red_and_blue, "made", coco)
    monkeypatch.setattr(detect_module, "load", lambda name, **_: model)


@pytest.fixture
def scenes(tmp_path: Path) -> list[str]:
    """A person and a car in a wide picture, a person in a high one that EXIF turns, nothing."""
    wide = Image.new("RGB", (640, 320), "green")
    wide.paste("red", (100, 40, 200, 240))
    wide.paste("blue", (400, 160, 600, 280))
    wide.save(tmp_path / "wide.png")
    lying = Image.new("RGB", (400, 800), "green")
    lying.paste("red", (0, 600, 200, 800))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned right by 90 degrees
    lying.save(tmp_path / "turned.jpg", quality=95, subsampling=0, exif=exif)
    Image.new("RGB", (50, 50), "green").save(tmp_path / "empty.png")
    return [str(tmp_path / name) for name in ("wide.png", "turned.jpg", "empty.png")]


def test_things(kind: Kind, made_model: None, scenes: list[str]) -> None:
    got = iad.detect_objects(kind.make({"path": [*scenes, "gone.png", None]}))
    assert kind.is_kind(got)
    columns = kind.columns(got)
    assert list(columns) == ["image_id", "path", *COLUMNS, "image_error"]
    assert columns["image_id"] == [0, 0, 1, 3, 4]
    assert columns["object_id"][:3] == [0, 1, 0]
    assert columns["object"][:3] == ["person", "car", "person"]
    assert columns["score"][:3] == pytest.approx([0.9, 0.6, 0.9])
    boxes = np.array([[columns[side][row] for side in COLUMNS[3:]] for row in range(3)])
    truth = [[100, 40, 100, 200], [400, 160, 200, 120], [0, 0, 200, 200]]
    np.testing.assert_allclose(boxes, truth, atol=11)
    assert columns["image_error"][3] == "file not found"


@pytest.mark.parametrize("lying", [True, False])
def test_small_things_in_a_long_picture(made_model: None, lying: bool, tmp_path: Path) -> None:
    """Eight persons in a row of eight squares: the whole shows them as one."""
    image = Image.new("RGB", (1600, 200), "green")
    for left in range(80, 1600, 200):
        image.paste("red", (left, 60, left + 40, 140))
    path = tmp_path / "long.png"
    (image if lying else image.transpose(Image.Transpose.ROTATE_270)).save(path)
    things = iad.detect_objects(path, labels="person")
    across, down = ("x", "y") if lying else ("y", "x")
    sizes = ("width", "height") if lying else ("height", "width")
    near = things[things[sizes[0]] < 100].sort_values(across)
    assert near[across].tolist() == pytest.approx(list(range(80, 1600, 200)), abs=3)
    assert near[down].tolist() == pytest.approx([60] * 8, abs=3)
    assert near[list(sizes)].to_numpy() == pytest.approx(np.array([[40, 80]] * 8), abs=5)


def test_options(made_model: None, scenes: list[str]) -> None:
    assert iad.detect_objects(scenes, threshold=0.7)["object"].tolist() == ["person", "person"]
    assert iad.detect_objects(scenes, labels="car")["object"].tolist() == ["car"]
    kept = iad.detect_objects(scenes, labels=["car"], keep_empty=True)
    assert kept["image_id"].tolist() == [0, 1, 2]
    assert kept["object"].isna().tolist() == [False, True, True]
    assert len(iad.detect_objects(scenes[2])) == 0


def test_counts(kind: Kind, made_model: None, scenes: list[str]) -> None:
    table = kind.make({"path": [*scenes, "gone.png"], "likes": [1, 2, 3, 4]})
    got = kind.columns(iad.count_objects(table, labels=("car", "person", "traffic light")))
    assert list(got) == ["path", "likes", "n_car", "n_person", "n_traffic_light", "image_error"]
    assert got["n_person"] == [1, 1, 0, None]
    assert got["n_car"] == [1, 0, 0, None]
    assert len(iad.count_objects(scenes).columns) == 2 + 80 + 1


def test_batches_change_nothing(made_model: None, scenes: list[str]) -> None:
    one, many = (iad.detect_objects(scenes, batch_size=size) for size in (1, 3))
    pd.testing.assert_frame_equal(one, many)


def test_odd_pictures(made_model: None, tmp_path: Path) -> None:
    for name, size in {"dot": (1, 1), "wide": (20_000, 4)}.items():
        Image.new("RGB", size, "red").save(tmp_path / f"{name}.png")
    (tmp_path / "broken.jpg").write_bytes(encoded(Image.new("RGB", (90, 90), "red"))[:300])
    got = iad.detect_objects(tmp_path)
    assert got["image_id"].tolist() == [0, 1, 2]
    assert "runcated" in got["image_error"][0]
    assert got.loc[1, ["width", "height"]].tolist() == [1, 1]
    assert got.loc[2, "width"] == 20_000


def test_results_are_remembered(made_model: None, scenes: list[str], tmp_path: Path) -> None:
    first = iad.detect_objects(scenes, cache=tmp_path / "cache")
    pd.testing.assert_frame_equal(iad.detect_objects(scenes, cache=tmp_path / "cache"), first)


def test_an_empty_table_and_a_clash(kind: Kind, made_model: None) -> None:
    got = kind.columns(iad.detect_objects(kind.make({"path": []})))
    assert list(got) == ["image_id", "path", *COLUMNS, "image_error"]
    with pytest.raises(iad.NameClashError, match="'n_car' already"):
        iad.count_objects(kind.make({"path": ["a.png"], "n_car": [1]}), labels="car")


@pytest.mark.parametrize(
    ("chosen", "error", "message"),
    [
        (
            {"labels": "persn"},
            iad.UnknownNameError,
            "Unknown label 'persn'.\nHint: did you mean 'pers",
        ),
        ({"labels": ()}, iad.ArgumentError, "labels is empty"),
        ({"threshold": 2}, iad.ArgumentError, "threshold must be from 0 to 1, got 2"),
        ({"decode": "slow"}, iad.UnknownNameError, "Unknown decode 'slow'"),
    ],
)
def test_misuse(
    made_model: None, chosen: dict[str, Any], error: type[Exception], message: str
) -> None:
    for verb in (iad.detect_objects, iad.count_objects):
        with pytest.raises(error, match=message):
            verb("gone.png", **chosen)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({}, "finds what you name, and labels is missing or empty.\nHint: for example labels="),
        ({"labels": []}, "labels is missing or empty"),
        ({"labels": ["a flag", " "]}, "One of the labels is empty"),
        ({"labels": ["a flag", "a flag"]}, "'a flag' is given twice"),
        ({"labels": "a flag", "template": "a photo"}, "must contain one {} for the label"),
    ],
)
def test_misuse_of_a_model_that_takes_any_words(chosen: dict[str, Any], message: str) -> None:
    for verb in (iad.detect_objects, iad.count_objects):
        with pytest.raises(iad.ArgumentError, match=message):
            verb("gone.png", model="owlvit_b32", **chosen)


def test_a_template_for_a_model_that_reads_nothing(made_model: None) -> None:
    with pytest.raises(iad.ArgumentError, match="'centernet' reads no texts, so it takes no templ"):
        iad.detect_objects("gone.png", template="a photo of {}")


def test_a_model_that_reads_texts_and_finds_nothing() -> None:
    with pytest.raises(iad.ArgumentError, match="'clip_vit_b32' cannot detect_objects"):
        iad.detect_objects("gone.png", model="clip_vit_b32", labels="a flag")


def test_texts_for_boxes_are_none_for_whole_pictures() -> None:
    with pytest.raises(
        iad.ArgumentError,
        match="'owlvit_b32' does not read texts for the task zero_shot.\nHint: these do: clip_vit_b32",
    ):
        registry.load_text("owlvit_b32")


def test_the_usual_threshold_is_the_models(made_model: None, scenes: list[str]) -> None:
    assert len(iad.detect_objects(scenes)) == len(iad.detect_objects(scenes, threshold=0.4)) == 3
    asked = {name: registry.card(name).threshold for name in ("detr_resnet50", "owlvit_b32")}
    assert asked == {"detr_resnet50": 0.7, "owlvit_b32": 0.1}


def test_other_models() -> None:
    with pytest.raises(
        iad.ArgumentError, match="cannot detect_objects.\nHint: these can: centernet"
    ):
        iad.detect_objects("gone.png", model="efficientnet_lite0")


def test_without_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def offline(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setenv("IMAGESASDATA_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(socket, "getaddrinfo", offline)
    with pytest.raises(iad.WeightsError, match="nanodet.json.*\nHint: .*weights add"):
        registry.network("nanodet")


def test_the_names_of_cocos_things() -> None:
    assert len(coco().names) == len(set(coco().names)) == 80
    assert coco().names[79] == "toothbrush"


@pytest.mark.parity
@pytest.mark.parametrize(
    ("model", "least_map", "least_ap50", "least_people"),
    [("centernet", 0.27, 0.44, 0.75), ("nanodet", 0.25, 0.36, 0.8)],
)
def test_accuracy_on_labeled_photos(
    model: str,
    least_map: float,
    least_ap50: float,
    least_people: float,
    shared_data: Path,
    bring_weights: Callable[..., None],
) -> None:
    bring_weights(model)
    pytest.importorskip("pycocotools", reason="pycocotools is not installed")
    boxes = pd.read_csv(shared_data / "objects" / "boxes.csv")
    files = sorted(path.name for path in (shared_data / "objects").glob("*.jpg"))
    found = iad.detect_objects(
        [str(shared_data / "objects" / name) for name in files], model=model, threshold=0.01
    )
    mean, at_half, people = average_precision(
        boxes.assign(image=boxes["path"].map(files.index)), found
    )
    assert mean >= least_map
    assert at_half >= least_ap50
    assert people >= least_people


def average_precision(truth: pd.DataFrame, found: pd.DataFrame) -> tuple[float, float, float]:
    """mAP, AP50, and the share of people found by boxes that overlap theirs by half."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    names = coco().names
    sides = ["x", "y", "width", "height"]
    annotations = [
        {
            "id": number + 1,
            "image_id": int(row.image),
            "category_id": names.index(row.object),
            "bbox": [row.x, row.y, row.width, row.height],
            "area": row.width * row.height,
            "iscrowd": int(row.iscrowd),
        }
        for number, row in enumerate(truth.itertuples())
    ]
    results = [
        {
            "image_id": int(row.image_id),
            "category_id": names.index(row.object),
            "bbox": [getattr(row, side) for side in sides],
            "score": row.score,
        }
        for row in found.itertuples()
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        labels = COCO()
        labels.dataset = {
            "info": {},
            "images": [
                {"id": int(number)} for number in sorted({*truth["image"], *found["image_id"]})
            ],
            "categories": [{"id": number, "name": name} for number, name in enumerate(names)],
            "annotations": annotations,
        }
        labels.createIndex()
        evaluation = COCOeval(labels, labels.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    # Thresholds of overlap, kinds of things, sizes, numbers of boxes looked at.
    recall = evaluation.eval["recall"][0, names.index("person"), 0, -1]
    return float(evaluation.stats[0]), float(evaluation.stats[1]), float(recall)
