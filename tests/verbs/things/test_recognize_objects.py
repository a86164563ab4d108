"""`recognize_objects`: examples find themselves, their like, and parts of a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageEnhance

import imagesasdata as iad
from imagesasdata.files.references import Pictures, as_region
from tests.conftest import REPO, Kind

PHOTOS = REPO / "examples" / "photos"
KNOWN = {
    "cat": PHOTOS / "chelsea.jpg",
    "cup": [PHOTOS / "coffee.jpg"],
    "rocket": str(PHOTOS / "rocket.jpg"),
}


@pytest.fixture
def pair(tmp_path: Path) -> str:
    """Two of the photos side by side, made darker."""
    with Image.open(PHOTOS / "coffee.jpg") as left, Image.open(PHOTOS / "rocket.jpg") as right:
        both = Image.new("RGB", (600, 300))
        both.paste(left.convert("RGB").resize((300, 300)), (0, 0))
        both.paste(right.convert("RGB").resize((300, 300)), (300, 0))
    ImageEnhance.Brightness(both).enhance(0.8).save(tmp_path / "pair.png")
    return str(tmp_path / "pair.png")


def test_examples_find_themselves(kind: Kind) -> None:
    paths = [str(PHOTOS / name) for name in ("rocket.jpg", "chelsea.jpg", "broken.jpg")]
    got = kind.columns(iad.recognize_objects(kind.make({"path": paths, "y": [1, 2, 3]}), KNOWN))
    assert list(got) == ["path", "y", "match", "match_distance", "match_margin", "image_error"]
    assert got["match"] == ["rocket", "cat", None]
    np.testing.assert_allclose(got["match_distance"][:2], 0, atol=1e-6)
    assert all(margin > 0.2 for margin in got["match_margin"][:2])
    assert got["image_error"][2] is not None


def test_parts_of_a_picture(kind: Kind, pair: str) -> None:
    boxes = {"x": [0.0, 300.0, None], "y": [0.0, 0.0, None], "width": [300.0, 300.0, None]}
    table = kind.make({"path": [pair] * 3, **boxes, "height": [300.0, 300.0, None]})
    got = kind.columns(iad.recognize_objects(table, KNOWN, regions=True, prefix="logo_"))
    assert got["logo_match"] == ["cup", "rocket", None]
    assert list(got)[:5] == ["path", "x", "y", "width", "height"]
    assert got["path"] == [pair] * 3
    assert "no path" in got["image_error"][2]


def test_every_verb_reads_parts(pair: str) -> None:
    part = iad.read_images([as_region(pair, 300, 10, 200.4, 50)])
    assert part[["width", "height"]].to_numpy().tolist() == [[201, 50]]
    out = iad.read_images([as_region(pair, 700, 0, 10, 10)])
    assert "has no pixel in the part" in out["image_error"][0]
    with Pictures() as files:
        assert files.stamp(as_region(pair, 1, 2, 3, 4)) == files.stamp(pair)


def test_results_are_remembered_for_the_same_examples(pair: str, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = iad.recognize_objects(pair, KNOWN, cache=cache)
    pd.testing.assert_frame_equal(iad.recognize_objects(pair, KNOWN, cache=cache), first)
    fewer = iad.recognize_objects(pair, {"cat": KNOWN["cat"]}, cache=cache)
    assert fewer["match"].tolist() == ["cat"]


@pytest.mark.parametrize(
    ("references", "chosen", "error", "message"),
    [
        (["a.png"], {}, iad.ArgumentTypeError, "references must map names to pictures, got list"),
        ({}, {}, iad.ArgumentError, "references is empty.\nHint: references="),
        ({"a": "gone.png"}, {}, iad.ArgumentError, "There is no folder, picture or archive"),
        (
            {"a": ["gone.png"]},
            {},
            iad.ImageError,
            "The reference 'gone.png' cannot be used: file not",
        ),
        (KNOWN, {"neighbors": 0}, iad.ArgumentError, "neighbors must be at least 1"),
        (KNOWN, {"regions": True}, iad.ColumnError, "The table has no column 'x'"),
    ],
)
def test_misuse(
    references: object, chosen: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        iad.recognize_objects(pd.DataFrame({"path": ["a.png"]}), references, **chosen)  # type: ignore[arg-type]
