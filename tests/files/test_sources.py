"""Sources: which pictures there are, and what is wrong with a path."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import fsspec
import pytest

from imagesasdata.errors import ArgumentError, ArgumentTypeError, ImageError
from imagesasdata.files import sources
from imagesasdata.files.sources import Files, is_remote, list_files


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    names = (
        "b.jpg a.PNG sub/c.webp sub/deep/d.tiff .hidden.jpg .git/e.jpg notes.txt Thumbs.db x[1].jpg"
    )
    for name in names.split():
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())
    return tmp_path / "tree"


def relative(paths: list[str], root: Path) -> list[str]:
    return [os.path.relpath(path, root) for path in paths]


def test_a_folder_is_searched(tree: Path) -> None:
    expected = ["a.PNG", "b.jpg", "sub/c.webp", "sub/deep/d.tiff", "x[1].jpg"]
    assert relative(list_files(tree), tree) == expected
    assert list_files(str(tree)) == list_files(tree)


def test_globs(tree: Path) -> None:
    assert relative(list_files(f"{tree}/*.jpg"), tree) == ["b.jpg", "x[1].jpg"]
    assert relative(list_files(f"{tree}/**/*.tiff"), tree) == ["sub/deep/d.tiff"]
    assert relative(list_files(tree / "x[1].jpg"), tree) == ["x[1].jpg"], "a file of that name"


def test_lists_keep_their_order_and_what_is_missing(tree: Path) -> None:
    given = [tree / "b.jpg", "gone.jpg", tree / "sub", tree / "a.PNG"]
    names = relative(list_files(given), tree)
    assert [name.rsplit("/")[-1] for name in names] == [
        "b.jpg",
        "gone.jpg",
        "c.webp",
        "d.tiff",
        "a.PNG",
    ]
    assert list_files([]) == []


def test_home_folders(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tree))
    assert list_files("~/b.jpg") == [f"{tree}/b.jpg"]
    with Files() as files:
        assert files.read("~/b.jpg") == b"b.jpg"
        assert files.read(f"file://{tree}/b.jpg") == b"b.jpg"


@pytest.mark.parametrize("where", ["nowhere", "nowhere/a.jpg", "memory://nowhere"])
def test_nothing_there(where: str) -> None:
    with pytest.raises(
        ArgumentError, match=r"There is no folder, picture or archive at .*\nHint: rel"
    ):
        list_files(where)


def test_no_pictures_there(tmp_path: Path) -> None:
    with pytest.raises(
        ArgumentError, match=r"No picture was found in .*\nHint: files ending in .apng"
    ):
        list_files(tmp_path)
    with pytest.raises(ArgumentError, match=r"No picture was found in .*\*.jpg"):
        list_files(f"{tmp_path}/*.jpg")
    with pytest.raises(ArgumentTypeError, match="Expected paths in the list, got int"):
        list_files([1])  # type: ignore[list-item]


def test_archives_and_memory(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "photos.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("in/a.jpg", b"one")
        file.writestr("b.png", b"two")
        file.writestr("notes.txt", b"three")
    expected = [f"zip://b.png::{archive}", f"zip://in/a.jpg::{archive}"]
    assert list_files(archive) == expected
    assert list_files(f"zip://**::{archive}") == expected
    assert list_files(f"zip://in/*.jpg::{archive}") == expected[1:]
    assert list_files(expected[0]) == expected[:1]
    opened = []
    real = fsspec.core.url_to_fs
    monkeypatch.setattr(fsspec.core, "url_to_fs", lambda url: opened.append(url) or real(url))
    with Files() as files:
        assert [files.read(path) for path in expected] == [b"two", b"one"]
        with pytest.raises(ImageError, match="file not found"):
            files.read(f"zip://gone.jpg::{archive}")
    assert len(opened) == 1, "an archive is opened once"
    fsspec.filesystem("memory").pipe_file("/shelf/m.jpg", b"four")
    (path,) = list_files("memory://shelf")
    with Files() as files:
        assert files.read(path) == b"four"
        assert files.stamp(path) is None


def test_reasons(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with open(tmp_path / "huge.jpg", "wb") as file:
        file.truncate(sources.MAX_BYTES + 1)
    with Files() as files:
        for path, message in {
            tree / "gone.jpg": "file not found",
            tree / "sub": "is a folder, not a picture",
            tmp_path / "pipe.jpg": "is not a regular file",
            "a\0b.jpg": "not a possible file name",
            tmp_path / "huge.jpg": "file has 536,870,913 bytes; pictures over 536,870,912 bytes",
        }.items():
            with pytest.raises(ImageError, match=message):
                files.read(str(path))

        def forbidden(self: Path) -> bytes:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "read_bytes", forbidden)
        with pytest.raises(ImageError, match="permission denied"):
            files.read(str(tree / "b.jpg"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read(tree: Path) -> None:
    (tree / "b.jpg").chmod(0)
    with Files() as files, pytest.raises(ImageError, match="permission denied"):
        files.read(str(tree / "b.jpg"))


def test_any_name(tmp_path: Path) -> None:
    for name in (
        "ünï cödé.jpg",
        "new\nline.jpg",
        "'quote\".jpg",
        "#hash?.jpg",
        "%20.jpg",
        "照片.jpg",
    ):
        (tmp_path / name).write_bytes(name.encode())
    paths = list_files(tmp_path)
    with Files() as files:
        assert [files.read(path).decode() for path in paths] == [os.path.basename(p) for p in paths]


def test_stamps_change_with_the_file(tree: Path) -> None:
    with Files() as files:
        before = files.stamp(str(tree / "b.jpg"))
        assert before == files.stamp(str(tree / "b.jpg"))
        (tree / "b.jpg").write_bytes(b"longer than before")
        assert files.stamp(str(tree / "b.jpg")) != before
        assert files.stamp(str(tree / "gone.jpg")) is None


@pytest.mark.parametrize(
    ("path", "remote"),
    [
        ("a.jpg", False),
        ("/a/b.jpg", False),
        ("file:///a/b.jpg", False),
        ("s3://bucket/a.jpg", True),
        ("zip://a.jpg::b.zip", True),
        ("https://example.org/a.jpg", True),
    ],
)
def test_what_is_remote(path: str, remote: bool) -> None:
    assert is_remote(path) is remote
