"""Sources: the bytes of a path, or what is wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

import fsspec
import pytest

from imagesasdata.errors import ImageError
from imagesasdata.files import sources
from imagesasdata.files.listing import list_files
from imagesasdata.files.sources import Files
from tests.conftest import encoded, picture


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "tree" / "sub").mkdir(parents=True)
    (tmp_path / "tree" / "b.jpg").write_bytes(b"b.jpg")
    return tmp_path / "tree"


def test_home_folders(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tree))
    assert list_files("~/b.jpg") == [f"{tree}/b.jpg"]
    with Files() as files:
        assert files.read("~/b.jpg") == b"b.jpg"
        assert files.read(f"file://{tree}/b.jpg") == b"b.jpg"


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


def test_memory() -> None:
    fsspec.filesystem("memory").pipe_file("/shelf/m.jpg", b"four")
    (path,) = list_files("memory://shelf")
    with Files() as files:
        assert files.read(path) == b"four"
        assert files.stamp(path) is None


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("photos.zip", b"PK\3\4" + bytes(60), "is a zip archive that is damaged or cut off"),
        ("photos", b"PK\5\6" + bytes(18), "is a zip archive, not a picture: give it by itself"),
        ("photos.tar", bytes(257) + b"ustar" + bytes(300), "is a tar archive, not a picture"),
        (
            "photos.tar.gz",
            b"\x1f\x8b" + bytes(60),
            "is a packed archive (gzip), not a picture; unpack",
        ),
        ("photos.7z", b"7z\xbc\xaf\x27\x1c" + bytes(60), "is a packed archive (7z), not a picture"),
        ("posts.csv", b"id,path\n1,a.jpg\n", "is a table (.csv), not a picture"),
        ("Posts.XLSX", b"PK\3\4" + bytes(60), "is a table (.xlsx), not a picture"),
        ("posts.parquet", b"PAR1" + bytes(60), "is a table (.parquet), not a picture"),
    ],
)
def test_other_kinds_of_files(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(data)
    with Files() as files, pytest.raises(ImageError) as caught:
        files.read(str(tmp_path / name))
    assert caught.value.message.startswith(why)


def test_pictures_with_endings_of_tables(tmp_path: Path) -> None:
    photo = encoded(picture())
    (tmp_path / "photo.csv").write_bytes(photo)
    with Files() as files:
        assert files.read(str(tmp_path / "photo.csv")) == photo


def test_names_that_are_too_long() -> None:
    with Files() as files, pytest.raises(ImageError, match="not a possible file name: .*too long"):
        files.read("x" * 5000 + ".jpg")
