"""`show`: pictures beside columns in a notebook, text in a terminal, and nothing that runs."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import imagesasdata as iad
from tests.conftest import Kind

EVIL = "<script>alert('x')</script>"


class Read(HTMLParser):
    """The tags and the texts of a page, as a browser finds them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "img":
            self.images.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def page(shown: Any) -> Read:
    return Read(shown._repr_html_())


def test_a_thumbnail_for_each_row(kind: Kind, folder: Path) -> None:
    paths = sorted(map(str, folder.iterdir()))
    table = kind.make({"path": paths, "likes": [1.23456] * 8, "note": ["ok", None] * 4})
    read = page(iad.show(table, n=3, thumbnail=24))
    assert len(read.images) == 3
    assert {(image["width"], image["height"]) for image in read.images} == {("24", "16")}
    picture = Image.open(io.BytesIO(base64.b64decode(read.images[0]["src"].split(",")[1])))  # type: ignore[union-attr]
    with Image.open(paths[0]) as original:
        expected = np.asarray(original.resize((24, 16), Image.Resampling.BOX), float)
    assert np.abs(np.asarray(picture, float) - expected).mean() < 12
    assert read.texts.count("1.23") == 3
    assert "None" not in read.texts
    assert read.texts[-1] == "The first 3 of 8 rows."
    assert read.tags.count("tr") == 4


def test_a_terminal_gets_text(folder: Path) -> None:
    photos = iad.read_images(folder)
    text = str(iad.show(photos, columns=["width", "format"], n=2))
    assert text.splitlines() == [
        "path   width  format",
        "0.jpg  48     JPEG",
        "1.jpg  48     JPEG",
        "The first 2 of 8 rows.",
    ]


def test_names_that_are_no_text(folder: Path) -> None:
    photos = iad.read_images(folder)[["path"]].assign(n=range(8)).rename(columns={"n": 5})
    shown = iad.show(photos, n=1)
    assert str(shown).splitlines()[0].split() == ["path", "5"]
    assert ">5</th>" in shown._repr_html_()


def test_nothing_in_a_table_is_markup(tmp_path: Path) -> None:
    file = tmp_path / "<img src=x onerror=alert(1)>.jpg"
    Image.new("RGB", (30, 20)).save(file)
    table = pd.DataFrame({"path": [str(file), None], EVIL: [EVIL, '" onload="alert(2)']})
    shown = iad.show(table)
    read = page(shown)
    assert set(read.tags) == {"table", "thead", "tbody", "tr", "th", "td", "img", "em", "p"}
    assert EVIL in "".join(read.texts)
    assert [set(image) for image in read.images] == [{"alt", "width", "height", "src"}]
    assert "<script" not in shown._repr_html_()


def test_a_broken_picture_and_none(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"")
    table = pd.DataFrame({"path": [str(tmp_path / "broken.jpg"), None]})
    read = page(iad.show(table))
    assert "file is empty (0 bytes)" in read.texts
    assert "no path" in read.texts
    assert read.images == []


def test_vectors_are_counted_not_printed(example_photos: Path) -> None:
    table = pd.DataFrame({"path": [str(example_photos / "coffee.jpg")], "v": [np.zeros(1280)]})
    assert "1,280 numbers" in page(iad.show(table)).texts
    assert "1,280 numbers" in str(iad.show(table))


def test_an_empty_table(kind: Kind) -> None:
    shown = iad.show(kind.make({"path": [], "label": []}))
    assert page(shown).texts == ["path", "label", "0 rows."]
    assert str(shown).endswith("0 rows.")


def test_another_column_of_paths(example_photos: Path) -> None:
    table = pd.DataFrame({"out_path": [str(example_photos / "coffee.jpg")]})
    assert len(page(iad.show(table, path="out_path")).images) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": ["labl"]}, "The table has no column 'labl'"),
        ({"path": "file"}, "The table has no column 'file'"),
        ({"n": 0}, "n must be at least 1, got 0"),
        ({"thumbnail": 0}, "thumbnail must be at least 1, got 0"),
    ],
)
def test_misuse(options: dict[str, Any], message: str) -> None:
    with pytest.raises(iad.ImagesAsDataError, match=re.escape(message)):
        iad.show(pd.DataFrame({"path": ["a"], "label": ["b"]}), **options)


def test_the_table_stays_as_it_is(folder: Path) -> None:
    photos = iad.read_images(folder)
    before = photos.copy()
    shown = iad.show(photos)
    shown._repr_html_()
    repr(shown)
    pd.testing.assert_frame_equal(photos, before)
