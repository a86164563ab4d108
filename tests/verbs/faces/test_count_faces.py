"""`count_faces`: counts by picture, in the rows given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.arrays.faces.counts import (
    age_class,
    certain_from,
    count_columns,
    counted,
    label_class,
)
from imagesasdata.errors import DroppedImagesWarning, ImageError, NameClashError
from tests.conftest import REPO, Kind

PHOTOS = "examples/photos"
GOOD, NOBODY, BROKEN = (f"{PHOTOS}/{name}.jpg" for name in ("astronaut", "coins", "broken"))


@pytest.fixture(autouse=True)
def _weights(bring_weights: Any) -> None:
    bring_weights("blazeface_full")


def test_each_kind_of_table(kind: Kind) -> None:
    paths = [NOBODY, GOOD, BROKEN, None, GOOD]
    done = iad.count_faces(kind.make({"path": paths, "image_id": list("edcba")}))
    assert kind.is_kind(done)
    got = kind.columns(done)
    assert list(got) == ["path", "image_id", "n_faces", "image_error"]
    assert got["n_faces"] == [0, 1, None, None, 1]
    assert [error is None for error in got["image_error"]] == [True, True, False, False, True]
    empty = iad.count_faces(pd.DataFrame({"path": pd.Series([], dtype=str)}))
    assert list(empty) == ["path", "n_faces", "image_error"]


def test_counts_are_those_of_the_faces_that_are_found() -> None:
    photos = pd.DataFrame({"path": sorted(str(one) for one in (REPO / PHOTOS).glob("*.jpg"))})
    faces = iad.detect_faces(photos)
    found = faces[faces.face_id.notna()].groupby("image_id").size()
    counts = iad.count_faces(photos)
    assert counts.n_faces.dtype == "Int64"
    readable = counts[counts.image_error.isna()]
    assert readable.n_faces.tolist() == found.reindex(readable.index, fill_value=0).tolist()


@pytest.mark.filterwarnings("ignore::imagesasdata.AppearanceWarning")
def test_counts_by_attribute(bring_weights: Any) -> None:
    bring_weights("faceres", "mini_xception")
    faces = iad.analyze_faces(GOOD, attributes=["gender", "expression", "age"])
    row = iad.count_faces([GOOD, NOBODY], attributes=["gender", "age"], certainty=0)
    gender = faces.gender[0]
    assert row[f"n_gender_{gender}"].tolist() == [1, 0]
    assert row["n_gender_uncertain"].tolist() == [0, 0]
    assert row[f"gender_{gender}_share"].fillna(-1).tolist() == [1, -1]
    strict = iad.count_faces(GOOD, attributes="gender", certainty=1)
    assert strict.n_gender_uncertain.tolist() == [1]
    assert strict.gender_female_share.isna().all()
    assert not [name for name in strict if "age" in name.split("_")]


def test_classes() -> None:
    ages = [(3.0, 17.9), (10.0, 20.0), (18.0, 64.0), (65.0, 99.0)]
    assert [age_class(*one) for one in ages] == [
        "child",
        None,
        "adult",
        "senior",
    ]
    assert age_class(None, None) is None
    assert label_class("female", 0.8, 0.8) == "female"
    assert label_class("female", 0.79, 0.8) is None
    assert label_class(None, None, 0.0) is None
    assert [certain_from(name, None) for name in ("gender", "race", "expression")] == [
        0.8,
        0.8,
        0.6,
    ]
    assert certain_from("expression", 0.0) == 0.0
    cells = counted("gender", ["female", "male", "female", None, "female"])
    assert cells == {
        "n_gender_female": 3,
        "n_gender_male": 1,
        "n_gender_uncertain": 1,
        "gender_female_share": 0.75,
        "gender_male_share": 0.25,
    }
    assert [column.name for column in count_columns("gender")] == list(cells)
    assert counted("gender", [None])["gender_male_share"] is None


def test_failures() -> None:
    table = pd.DataFrame({"path": [GOOD, BROKEN]})
    with pytest.raises(ImageError, match="^Row 1 .*broken"):
        iad.count_faces(table, on_error="raise")
    with pytest.warns(DroppedImagesWarning, match="^count_faces: 1 of 2 pictures"):
        assert iad.count_faces(table, on_error="drop").n_faces.tolist() == [1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"certainty": 1.5}, "certainty must be from 0 to 1, got 1.5"),
        ({"attributes": ["sex"]}, "Unknown attribute 'sex'"),
        ({"max_pixels": 0}, "max_pixels must be at least 1"),
    ],
)
def test_misuse(options: dict[str, Any], message: str) -> None:
    with pytest.raises(iad.ImagesAsDataError, match=message):
        iad.count_faces(GOOD, **options)


def test_a_clash_is_told(tmp_path: Path) -> None:
    with pytest.raises(NameClashError, match="column 'n_faces' already"):
        iad.count_faces(pd.DataFrame({"path": [str(tmp_path / "gone.jpg")], "n_faces": ["two"]}))
