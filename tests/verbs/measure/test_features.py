"""`features`, `read_images` and `contact_sheet` on the photos that ship with the project."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from imagesasdata.arrays.measures import GROUPS
from tests.conftest import Kind, encoded, picture


def test_columns_are_those_of_the_groups(kind: Kind, folder: Path) -> None:
    table = kind.make({"path": [str(folder / "0.jpg"), "gone.jpg"]})
    got = kind.columns(iad.features(table, groups=["texture", "size"]))
    wanted = [c.name for group in ("size", "texture") for c in GROUPS[group].columns]
    assert list(got) == ["path", *wanted, "image_error"]
    assert all(got[name][0] is not None and got[name][1] is None for name in wanted)


def test_a_single_group_may_be_a_word(folder: Path) -> None:
    one, many = iad.features(folder, groups="light"), iad.features(folder, groups=["light"])
    pd.testing.assert_frame_equal(one, many)


def test_size_does_not_matter_much(tmp_path: Path, example_photos: Path) -> None:
    with Image.open(example_photos / "coffee.jpg") as photo:
        large = photo.resize((4 * photo.width, 4 * photo.height), Image.Resampling.BICUBIC)
        large.save(tmp_path / "large.jpg", quality=95)
        photo.save(tmp_path / "small.jpg", quality=95)
    got = iad.features(tmp_path, groups=["color", "light"]).drop(columns=["image_id", "light_sum"])
    got = got.select_dtypes("number")  # light_sum is of the stored picture, so 16 times as much
    np.testing.assert_allclose(got.iloc[0], got.iloc[1], rtol=0.05, atol=0.02)


def test_scaled_decoding_gives_about_the_same(tmp_path: Path, example_photos: Path) -> None:
    with Image.open(example_photos / "coffee.jpg") as photo:
        photo.resize((2400, 1600)).save(tmp_path / "large.jpg", quality=95)
    fast, exact = (
        iad.features(tmp_path, groups=["color", "light"], decode=how).select_dtypes("number")
        for how in ("fast", "exact")
    )
    np.testing.assert_allclose(fast.astype(float), exact.astype(float), rtol=0.02, atol=0.01)


@pytest.mark.parametrize(
    ("groups", "error", "message"),
    [
        ("colour", iad.UnknownNameError, "Unknown group of features 'colour'.\nHint: did you mean"),
        ([], iad.ArgumentError, "groups is empty.\nHint: name some of size, color"),
    ],
)
def test_misuse(groups: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        iad.features("gone.jpg", groups=groups)  # type: ignore[arg-type]


def test_read_images_describes_each(kind: Kind, example_photos: Path) -> None:
    names = ["chelsea.jpg", "camera.png"]
    table = kind.make({"path": [str(example_photos / name) for name in names]})
    got = kind.columns(iad.read_images(table))
    assert list(got) == ("path format mode width height bytes sha256 taken_at image_error".split())
    assert got["format"] == ["JPEG", "PNG"]
    assert got["mode"] == ["RGB", "L"]
    assert got["width"] == [451, 512]
    assert got["height"] == [300, 512]
    assert got["bytes"] == [(example_photos / name).stat().st_size for name in names]
    assert pd.Timestamp(got["taken_at"][0]) == datetime(2013, 5, 4, 12, 30)
    assert got["taken_at"][1] is None


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_read_images_makes_the_table_that_is_asked_for(backend: str, folder: Path) -> None:
    got = iad.read_images(folder, backend=backend)  # type: ignore[arg-type]
    assert type(got).__module__.startswith(backend.replace("pyarrow", "pyarrow"))
    assert len(got) == 8


def test_read_images_unknown_backend(folder: Path) -> None:
    with pytest.raises(iad.UnknownNameError, match="Unknown backend 'panda'.\nHint: did you mean"):
        iad.read_images(folder, backend="panda")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.jpg", b"", "file is empty"),
        (
            "text.jpg",
            b"this is no picture",
            "is text ('this is no picture'), which is not a picture",
        ),
        ("page.jpg", b"<!DOCTYPE html><html></html>", "is a web page"),
        ("drawing.png", b"<svg xmlns='x'></svg>", "is an SVG drawing"),
        ("ünï\ncode 'x'.jpg", encoded(picture()), None),
        ("cut.jpg", encoded(picture(400, 300))[:2000], "picture is truncated"),
    ],
)
def test_files_of_every_kind(
    kind: Kind, tmp_path: Path, name: str, data: bytes, reason: str | None
) -> None:
    (tmp_path / name).write_bytes(data)
    got = kind.columns(iad.features(kind.make({"path": [str(tmp_path / name)]}), groups="light"))
    (error,) = got["image_error"]
    assert (error is None) if reason is None else error.startswith(reason)


def test_contact_sheet_shows_pictures_and_reasons(example_photos: Path, tmp_path: Path) -> None:
    photos = iad.classify(example_photos)
    sheet = iad.contact_sheet(photos, label="label", per_row=4, to=tmp_path / "sheet.png")
    captions = [axis.get_xlabel() for axis in sheet.axes]
    assert captions[:2] == ["football helmet", "maze"]
    assert [len(axis.images) for axis in sheet.axes] == [1, 1, 0, *[1] * 8, 0]
    assert "truncated" in sheet.axes[2].texts[0].get_text().replace("\n", " ")
    with Image.open(tmp_path / "sheet.png") as saved:
        assert saved.width > 500
        assert len(saved.convert("RGB").getcolors(1 << 24)) > 1000


def test_contact_sheet_sorts_and_says_when_it_leaves_out(folder: Path) -> None:
    table = pd.DataFrame({"path": sorted(folder.glob("*.jpg")), "y": [3, 1, None, 2, 9, 8, 7, 6]})
    sheet = iad.contact_sheet(table, label="y", sort="y", n=3)
    assert [axis.get_xlabel() for axis in sheet.axes] == ["1", "2", "3"]
    assert sheet.get_suptitle() == "(the first 3 of 8 pictures)"
    with pytest.raises(iad.ColumnError, match="no column 'z'"):
        iad.contact_sheet(table, label="z")


def test_a_row_of_the_contact_sheet_is_as_high_as_its_highest_picture(tmp_path: Path) -> None:
    for name, size in (("wide", (400, 100)), ("square", (200, 200)), ("tall", (50, 200))):
        Image.new("RGB", size, "teal").save(tmp_path / f"{name}.png")
    wide, square, tall = (
        iad.contact_sheet([tmp_path / f"{name}.png"]).get_figheight()
        for name in ("wide", "square", "tall")
    )
    assert square == tall
    assert wide == pytest.approx(square - 1.6 * 0.75)
