"""Names as data: the folder of a picture, and fields by a pattern."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pandas as pd
import pytest

import imagesasdata as iad
from imagesasdata.errors import ArgumentError, GuessWarning, NameClashError
from imagesasdata.files.names import Pattern, folder_of, parts_of
from tests.conftest import Kind, encoded, picture

PHOTO = encoded(picture(), quality=90)
NAMES = ["train/cat/1.jpg", "train/dog/1.jpg", "test/cat/2.jpg", "train/x.jpg"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in NAMES:
        file = tmp_path / "set" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(PHOTO)
    return tmp_path / "set"


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/a/b/c.jpg", ["a", "b", "c.jpg"]),
        ("./c.jpg", ["c.jpg"]),
        ("../b/c.jpg", ["..", "b", "c.jpg"]),
        ("file:///a%20b/%C3%A9.jpg", ["a b", "é.jpg"]),
        ("file:///caf%E9/c.jpg", ["caf\\xe9", "c.jpg"]),
        ("https://host/a/b%20c/d.jpg?x=/y/z.jpg#t", ["a", "b c", "d.jpg"]),
        ("s3://bucket/a/c.jpg", ["a", "c.jpg"]),
        ("zip://in/c.jpg::/a/b.zip", ["in", "c.jpg"]),
        ("zip://in/c.jpg#entry=2::/a/b.zip", ["in", "c.jpg"]),
        ("/a/clip.mp4#t=1.5#xywh=1,2,3,4", ["a", "clip.mp4"]),
    ],
)
def test_parts(path: str, parts: list[str]) -> None:
    assert parts_of(path) == parts
    expected = parts[-2] if len(parts) > 1 else None
    assert folder_of(path) == expected


def test_no_folder() -> None:
    assert [folder_of(path) for path in (None, "", "c.jpg", "../c.jpg")] == [None] * 4


def test_the_folder_comes_by_itself(tree: Path, tmp_path: Path) -> None:
    got = iad.read_images(tree)
    assert list(got.columns)[:4] == ["image_id", "path", "folder", "format"]
    assert got["folder"].tolist() == ["cat", "cat", "dog", "train"]
    listed = iad.read_images([tree / "train" / "dog" / "1.jpg", tmp_path / "gone" / "x.jpg"])
    assert listed["folder"].tolist() == ["dog", "gone"]
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as file:
        for name in [*NAMES, "top.jpg"]:
            file.writestr(name, PHOTO)
    zipped = iad.read_images(tmp_path / "set.zip")
    assert zipped["folder"].fillna("").tolist() == ["cat", "", "cat", "dog", "train"]
    many = iad.read_images(tree, frames="all")
    assert many["folder"].tolist() == got["folder"].tolist()
    assert "p_folder" in iad.read_images(tree, prefix="p_").columns
    assert "folder" not in iad.read_images(pd.DataFrame({"path": [str(tree / NAMES[0])]})).columns


def test_a_folder_of_the_users_own_stays(kind: Kind, tree: Path) -> None:
    table = kind.make({"path": [str(tree / NAMES[0])], "folder": ["mine"]})
    assert kind.columns(iad.read_images(table))["folder"] == ["mine"]


@pytest.mark.parametrize(
    ("pattern", "path", "fields"),
    [
        ("{outlet}/{date}_{title}", "bbc/2020-01-02_a_b.jpg", ("bbc", "2020-01-02", "a_b")),
        ("{outlet}/{date}_{title}", "bbc/2020.JPG", None),
        ("{id}", "00123.jpg", ("00123",)),
        ("{id}", "3.5 million", ("3.5 million",)),
        ("{id}", "x.jpg_large", ("x",)),
        ("{id}", "x.jpg?w=600", ("x",)),
        ("{id}.{kind}", "a.b.jpg", ("a", "b.jpg")),
        ("IMG_{n}", "IMG_7.png", ("7",)),
        ("IMG_{n}", "img_7.png", None),
        ("{a}--{b}", "1-2--3.jpg", ("1-2", "3")),
        ("{a}(1)", "x(1).jpg", ("x",)),
        ("{year}/{_}/{n}", "2020/x/1.jpg", ("2020", "x", "1")),
        ("{id}_{n}", "_1.jpg", None),
    ],
)
def test_patterns(pattern: str, path: str, fields: tuple[str, ...] | None) -> None:
    got = Pattern(pattern).cells([path, None])
    expected = fields or (None,) * len(got)
    assert tuple(cells[0] for cells in got.values()) == expected
    assert all(cells[1] is None for cells in got.values())


def test_in_a_folder_the_whole_path_matches(tree: Path) -> None:
    with pytest.warns(
        GuessWarning, match=r"1 of 4 paths do not match .* first is '.*x.jpg'"
    ) as told:
        got = iad.read_images(tree, pattern="{split}/{label}/{n}")
    assert len(told) == 1
    assert got["split"].fillna("").tolist() == ["test", "train", "train", ""]
    assert got["label"].fillna("").tolist() == ["cat", "cat", "dog", ""]
    assert got["n"].fillna("").tolist() == ["2", "1", "1", ""]
    with pytest.warns(GuessWarning, match="3 of 4 paths"):
        short = iad.read_images(tree, pattern="{split}/{n}")
    assert short["split"].tolist()[-1] == "train"
    listed = iad.read_images(sorted(tree.rglob("*/cat/*.jpg")), pattern="{label}/{n}")
    assert listed["label"].tolist() == ["cat", "cat"]


def test_in_every_kind_of_table(kind: Kind, tree: Path) -> None:
    table = kind.make({"path": [str(tree / NAMES[0]), None, str(tree / NAMES[1])]})
    with pytest.warns(GuessWarning, match="1 of 3 paths"):
        got = kind.columns(iad.read_images(table, pattern="{label}/{n}"))
    assert got["label"] == ["cat", None, "dog"]
    assert list(got)[:3] == ["path", "label", "n"]


def test_names_below_a_folder_that_is_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bytes(tmp_path / "set") + b"/caf\xe9"
    os.makedirs(folder)
    Path(os.fsdecode(folder + b"/1.jpg")).write_bytes(PHOTO)
    monkeypatch.chdir(tmp_path)
    got = iad.read_images("set", pattern="{label}/{n}")
    assert got[["label", "n", "folder"]].to_numpy().tolist() == [["caf\\xe9", "1", "caf\\xe9"]]


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("*.jpg", r"pattern='\*.jpg' has no fields in braces.\nHint: for example pattern="),
        ("{a", "has no fields in braces"),
        ("{a}}", "has no fields in braces"),
        ("{}", "has a field '', no column name"),
        ("{a b}", "has a field 'a b', no column name"),
        ("{a}_{a}", "has the same field twice"),
        ("{a}{b}", "has two fields with nothing between them"),
    ],
)
def test_patterns_that_cannot_be(tree: Path, pattern: str, why: str) -> None:
    with pytest.raises(ArgumentError, match=why):
        iad.read_images(tree, pattern=pattern)


def test_fields_overwrite_no_column(tree: Path) -> None:
    for name in ("path", "image_id", "width", "folder", "image_error"):
        with pytest.raises(
            NameClashError, match=f"The pattern has a field '{name}', which is a column"
        ):
            iad.read_images(tree, pattern=f"{{{name}}}/{{n}}")
    table = pd.DataFrame({"path": [str(tree / NAMES[0])], "label": ["mine"]})
    with pytest.raises(NameClashError, match="The table has a column 'label' already"):
        iad.read_images(table, pattern="{label}/{n}")
