"""Pictures that verbs write: their names, their formats, and what cannot be written."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagesasdata.errors import ArgumentError, ImageError, UnknownNameError
from imagesasdata.files.outputs import output
from imagesasdata.files.writing import Folder, folder
from tests.conftest import picture

PIXELS = np.asarray(picture())


@pytest.mark.parametrize(
    ("source", "stem"),
    [
        ("photos/a cat.jpg", "a_cat"),
        (r"C:\photos\cat.jpg", "cat"),
        ("zip://in/cat.jpg::archive.zip", "cat"),
        ("clip.mp4#t=2.5", "clip.mp4-t-2.5"),
        ("été.png", "été"),
        ("a.b.jpg", "a.b"),
        ("x" * 300 + ".jpg", "x" * 60),
        ("/", "picture"),
    ],
)
def test_a_name_is_the_sources_own(source: str, stem: str, tmp_path: Path) -> None:
    name = Folder(tmp_path, "png").name(source).name
    assert name[:-13] == stem
    assert name[-13] == "-"
    assert name.endswith(".png")
    assert int(name[-12:-4], 16) >= 0


@pytest.mark.parametrize("letter", ["x", "é", "字", "𐌰"])
def test_no_name_is_longer_than_a_disk_takes(letter: str, tmp_path: Path) -> None:
    to = Folder(tmp_path, "webp").name(f"{letter * 300}.jpg", suffix="-boundaries")
    Folder(tmp_path, "webp").write(PIXELS, to)
    whole = letter * (250 // len(letter.encode()))
    with output(tmp_path / f"{whole}.csv") as file:
        file.write(b"x")
    assert sorted(tmp_path.iterdir()) == sorted([to, tmp_path / f"{whole}.csv"])


def test_names_tell_what_a_picture_depends_on(tmp_path: Path) -> None:
    place = Folder(tmp_path, "jpeg")
    names = [
        place.name("a/cat.jpg"),
        place.name("b/cat.jpg"),
        place.name("a/cat.jpg", "blur"),
        place.name("a/cat.jpg", "blur", 2),
        place.name("a/cat.jpg", suffix="-heat"),
    ]
    assert len(set(names)) == len(names)
    assert place.name("a/cat.jpg", "blur") == names[2]
    assert names[4].name.endswith("-heat.jpg")
    assert all(name.parent == tmp_path for name in names)


@pytest.mark.parametrize(
    ("kind", "ending", "opened"),
    [
        ("jpeg", ".jpg", "JPEG"),
        ("png", ".png", "PNG"),
        ("tiff", ".tif", "TIFF"),
        ("webp", ".webp", "WEBP"),
    ],
)
def test_each_format(kind: str, ending: str, opened: str, tmp_path: Path) -> None:
    place = folder(tmp_path / "new" / "deep", kind)
    to = place.name("a.jpg")
    assert to.suffix == ending
    place.write(PIXELS, to)
    with Image.open(to) as again:
        assert again.format == opened
        difference = np.abs(np.asarray(again).astype(int) - PIXELS)
    assert difference.max() == 0 if kind in ("png", "tiff") else difference.mean() < 4


def test_quality_can_be_chosen(tmp_path: Path) -> None:
    place = folder(tmp_path, "jpeg")
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    place.write(noise, tmp_path / "fine.jpg")
    place.write(noise, tmp_path / "coarse.jpg", quality=10)
    assert os.path.getsize(tmp_path / "coarse.jpg") < os.path.getsize(tmp_path / "fine.jpg") / 2


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    place = folder(tmp_path, "jpeg")
    (tmp_path / "there.jpg").write_bytes(b"before")
    with pytest.raises(ImageError, match="^result cannot be written: "):
        place.write(np.zeros((2, 70_000, 3), np.uint8), tmp_path / "there.jpg")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [
        ("there.jpg", b"before")
    ]
    with pytest.raises(ImageError, match="^result cannot be written: "):
        place.write(PIXELS, tmp_path / "gone" / "a.jpg")


def test_places_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError) as unknown:
        folder(tmp_path, "gif")
    assert str(unknown.value).startswith("Unknown format 'gif'.\nHint: ")
    assert str(unknown.value).endswith("Known: jpeg, png, tiff, webp.")
    with pytest.raises(ArgumentError) as remote:
        folder("s3://bucket/out", "png")
    assert str(remote.value) == (
        "to='s3://bucket/out' is not on this machine.\n"
        "Hint: give a local folder and copy it there afterwards."
    )
    (tmp_path / "file").touch()
    with pytest.raises(ArgumentError) as taken:
        folder(tmp_path / "file", "png")
    assert str(taken.value) == (
        f"The folder to='{tmp_path / 'file'}' cannot be written: File exists.\n"
        "Hint: give a folder, which is made if need be."
    )


def test_a_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ArgumentError, match="cannot be written: permission denied"):
        folder(tmp_path, "png")


def test_the_users_home_may_be_written_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder("~/out", "png").place == tmp_path / "out"
    assert (tmp_path / "out").is_dir()
