"""Listing: every file of a folder is a row, or is counted in one warning."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fsspec
import pandas as pd
import pyarrow.parquet as pq
import pytest

import imagesasdata as iad
from imagesasdata.errors import ArgumentError, ArgumentTypeError, PassedOverWarning
from imagesasdata.files.listing import list_files
from imagesasdata.files.media import VIDEOS
from tests.conftest import encoded, picture

PHOTO = encoded(picture(), quality=90)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    names = "b.jpg a.PNG sub/c.webp sub/deep/d.tiff ._b.jpg .git/e.jpg Thumbs.db x[1].jpg"
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
    assert list_files(given) == [os.fspath(path) for path in given]
    assert list_files([]) == []


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
    with pytest.raises(ArgumentTypeError, match="Expected paths in the list, got 1"):
        list_files([1])  # type: ignore[list-item]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's rights, which open every folder."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def open_to_all(path: Path) -> None:
    for folder in (path, *path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)


LISTS = [
    "photo1.jpg",
    "photo[1].jpg",
    "photo?.jpg",
    "photo*.jpg",
    "gone [2].jpg",
    "**",
    "empty",
    "folder",
    "photos.zip",
    "htp://host/a.jpg",
    "file://host/a.jpg",
    "file:///photo%5B1%5D.jpg",
    "posts.csv",
    "",
    "~nobody/x.jpg",
    "a\0b.jpg",
    "photo1.jpg#frame=7",
    "photo1.jpg",
]


def test_a_list_is_never_a_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list gives a row for each path in order, and the same reasons as a table's column."""
    monkeypatch.chdir(tmp_path)
    for name in ("photo1.jpg", "photo2.jpg"):
        (tmp_path / name).write_bytes(PHOTO)
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.jpg").write_bytes(PHOTO)
    (tmp_path / "posts.csv").write_text("id,path")
    with zipfile.ZipFile("photos.zip", "w") as file:
        file.writestr("a.jpg", PHOTO)
    listed = iad.read_images(LISTS)
    column = iad.read_images(pd.DataFrame({"path": LISTS}))
    assert listed["path"].tolist() == LISTS
    assert listed["image_error"].isna().tolist() == [path == "photo1.jpg" for path in LISTS]
    assert listed["image_error"].tolist() == column["image_error"].tolist()
    reasons = dict(zip(LISTS, listed["image_error"], strict=True))
    assert reasons["gone [2].jpg"] == "file not found"
    assert reasons["folder"] == "is a folder, not a picture"
    assert "give it by itself, not in a list" in reasons["photos.zip"]
    assert "htp://, which is no known kind of address" in reasons["htp://host/a.jpg"]


def test_brackets_in_folders_of_a_glob(tmp_path: Path) -> None:
    for folder in ("data[1]", "data1", "data[1]/x[y]"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jpg").touch()
    assert list_files(f"{tmp_path}/data[1]/*.jpg") == [f"{tmp_path}/data[1]/a.jpg"]
    assert list_files(f"{tmp_path}/data[1]/x[y]/*") == [f"{tmp_path}/data[1]/x[y]/a.jpg"]
    assert list_files(f"{tmp_path}/data[0-9]/*.jpg") == [f"{tmp_path}/data1/a.jpg"]
    assert list_files(f"{tmp_path}/data[1]") == [
        f"{tmp_path}/data[1]/a.jpg",
        f"{tmp_path}/data[1]/x[y]/a.jpg",
    ]


def test_links_to_folders_are_followed(tmp_path: Path) -> None:
    real, tree = tmp_path / "real", tmp_path / "tree"
    (real / "deep").mkdir(parents=True)
    (tree / "own").mkdir(parents=True)
    for file in (real / "a.jpg", real / "deep" / "b.jpg", tree / "own" / "c.jpg"):
        file.write_bytes(PHOTO)
    (tree / "class1").symlink_to(real)
    (tree / "class2").symlink_to(real)
    (tree / "round").symlink_to(tree)
    (real / "deep" / "up").symlink_to(real)
    (tree / "own" / "self").symlink_to("self")
    (tree / "own" / "nowhere.jpg").symlink_to("gone.jpg")
    with pytest.warns(PassedOverWarning, match="1 without an ending"):
        found = list_files(tree)
    # A second class of the same pictures has those of its own folder, and what is below once.
    assert relative(found, tree)[:2] == ["class1/a.jpg", "class1/deep/b.jpg"]
    assert "class2/a.jpg" in relative(found, tree)
    assert relative(found, tree)[-2:] == ["own/c.jpg", "own/nowhere.jpg"]
    assert {os.path.realpath(path) for path in found} >= {
        str(real / "a.jpg"),
        str(real / "deep" / "b.jpg"),
    }


def test_links_that_lead_to_one_another_end(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / "tree" / str(number)).mkdir(parents=True)
        (tmp_path / "tree" / str(number) / "a.jpg").write_bytes(PHOTO)
        for other in range(8):
            (tmp_path / "tree" / str(number) / f"to{other}").symlink_to(f"../{other}")
    assert 8 <= len(list_files(tmp_path / "tree")) < 100


def test_closed_folders_are_rows(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "closed").mkdir(parents=True)
    (tree / "a.jpg").write_bytes(PHOTO)
    (tree / "closed" / "b.jpg").write_bytes(PHOTO)
    open_to_all(tree)
    (tree / "closed").chmod(0)
    try:
        with as_nobody():
            got = iad.read_images(tree)
            with pytest.raises(ArgumentError, match=r"closed' cannot be opened: permission denied"):
                list_files(tree / "closed")
    finally:
        (tree / "closed").chmod(0o755)
    assert relative(got["path"].tolist(), tree) == ["a.jpg", "closed"]
    assert got["image_error"].fillna("").tolist() == ["", "permission denied"]


ENDINGS = {
    "c.jpg_large": True,
    "d.jpg?w=600": True,
    "e": True,
    "photo 3.5": True,
    "f.JPG (1)": True,
    "EaXq?format=jpg&name=large": True,
    "image.php?id=3": True,
    "g.hif": True,
    "h.jxl": True,
    "i.dat": True,
    "l.php": True,
    "m.tar.gz": True,
    "n.nef": False,
    "j.jpg.part": False,
    "k.txt": True,
}


def test_files_passed_over_are_counted(tmp_path: Path) -> None:
    for name in ENDINGS:
        (tmp_path / name).write_bytes(PHOTO)
    for name in ("README", "m.csv", "n.csv", "o.jpg_large", "page.php"):
        (tmp_path / name).write_bytes(b"no picture")
    os.mkfifo(tmp_path / "pipe")
    with pytest.warns(PassedOverWarning) as told:
        found = list_files(tmp_path)
    assert {os.path.basename(path) for path in found} == {
        n for n, taken in ENDINGS.items() if taken
    }
    assert len(told) == 1
    assert told[0].filename == __file__
    text = str(told[0].message)
    assert text.startswith(f"8 files in {str(tmp_path)!r} were passed over")
    assert "no pictures: 2 without an ending, 2 .csv, 1 .jpg_large, 1 .nef, 1 .part, 1 .php" in text


def test_names_of_videos(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4?dl=1").write_bytes(b"\0\0\0\x18ftypisom" + bytes(30))
    (tmp_path / "clip").write_bytes(b"\x1a\x45\xdf\xa3" + bytes(30))
    (tmp_path / "video.php").write_bytes(b"FLV\x01" + bytes(30))
    (tmp_path / "song").write_bytes(b"\0\0\0\x18ftypM4A " + bytes(30))
    (tmp_path / "song.ogg").write_bytes(b"OggS" + bytes(30))
    with pytest.warns(PassedOverWarning, match="2 files .* no videos: 1 without an ending, 1 .ogg"):
        found = relative(list_files(tmp_path, VIDEOS), tmp_path)
    assert found == ["clip", "clip.mp4?dl=1", "video.php"]


def test_pictures_that_are_hidden_are_counted(tmp_path: Path) -> None:
    for name in ("a.jpg", ".jpg", ".anna_2020.PNG", "._a.jpg", ".DS_Store", ".notes.txt"):
        (tmp_path / name).write_bytes(PHOTO)
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "b.jpg").write_bytes(PHOTO)
    with pytest.warns(PassedOverWarning, match="2 files .*: 2 hidden by a dot before the name"):
        assert relative(list_files(tmp_path), tmp_path) == ["a.jpg"]


def test_folders_elsewhere_count_too(tmp_path: Path) -> None:
    system = fsspec.filesystem("memory")
    for name in ("a.jpg", "b.jpg_large", "c.txt", ".hidden"):
        system.pipe_file(f"/mixed/{name}", PHOTO)
    system.pipe_file("/mixed/.b.jpg", PHOTO)
    told = r"3 files .*: 1 .jpg_large, 1 .txt, 1 hidden by a dot before the name"
    with pytest.warns(PassedOverWarning, match=told):
        assert list_files("memory://mixed") == ["memory://mixed/a.jpg"]


def test_archives_are_looked_into(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "photos.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("in/a.jpg", "b.jpg_large", "in/c", "__MACOSX/._a.jpg", ".hidden.jpg"):
            file.writestr(name, PHOTO)
        file.writestr("notes.txt", b"three")
        file.writestr("in/README", b"three")
    archive = tmp_path / "photos.zip"
    expected = [f"zip://{name}::{archive}" for name in ("b.jpg_large", "in/a.jpg", "in/c")]
    for where in (archive, f"zip://**::{archive}"):
        told = r"3 files in .*: 1 without an ending, 1 .txt, 1 hidden by a dot before the name"
        with pytest.warns(PassedOverWarning, match=told):
            assert list_files(where) == expected
    assert list_files(f"zip://in/*.jpg::{archive}") == expected[1:2]
    with pytest.warns(PassedOverWarning, match="1 without an ending"):
        assert list_files(f"zip://in::{archive}") == expected[1:]
    with pytest.raises(
        ArgumentError, match="There is no folder, picture or archive at 'zip://gone"
    ):
        list_files(f"zip://gone/*.jpg::{archive}")


def test_nothing_but_other_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    (tmp_path / "b.txt").touch()
    with pytest.raises(
        ArgumentError, match=r"No picture was found in .*The files there are: 2 .txt"
    ):
        list_files(tmp_path)


def test_a_table_is_not_a_picture(tmp_path: Path) -> None:
    for ending, hint in {
        ".csv": r"read it first: iad.read_images\(pandas.read_csv\('.*posts.csv'\), path=\"THE_COL",
        ".tsv": r"pandas.read_csv\('.*posts.tsv', sep=\"\\t\"\).*For the shell, save it as .csv",
        ".XLSX": r"pandas.read_excel\('.*posts.XLSX'\).*For the shell, save it as .csv",
        ".dta": r"pandas.read_stata\('.*posts.dta'\), path=\"THE_COLUMN_OF_PATHS\"\)\.$",
        ".rds": r"in R, write it with write.csv or arrow::write_parquet",
    }.items():
        (tmp_path / f"posts{ending}").write_text("id,path")
        with pytest.raises(ArgumentError, match=rf"is a table, not a picture.\nHint: .*{hint}"):
            iad.read_images(tmp_path / f"posts{ending}")
    with pytest.raises(ArgumentError, match="'file://server/a' is on the machine 'server'"):
        list_files("file://server/a")


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    """Latin-1 names from old disks: a row whose path every file format can hold and verbs can read."""
    folder = bytes(tmp_path / "caf") + b"\xe9"
    os.mkdir(folder)
    for name in (b"\xff\xfe.jpg", b"plain.jpg"):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(PHOTO)
    for given in (
        tmp_path,
        os.fsdecode(folder),
        [os.fsdecode(folder + b"/\xff\xfe.jpg"), os.fsdecode(folder + b"/plain.jpg")],
    ):
        got = iad.read_images(given)
        assert got["image_error"].isna().all()
        assert sorted(path.rpartition("/")[2] for path in got["path"]) == [
            "%FF%FE.jpg",
            "plain.jpg",
        ]
        for library in ("polars", "pyarrow"):
            assert len(iad.read_images(given, backend=library)) == 2
        got.to_parquet(tmp_path / ".saved")
        again = pq.read_table(tmp_path / ".saved").column("path").to_pylist()
        assert iad.features(again, groups="light")["image_error"].isna().all()
        assert json.loads(got[["path"]].to_json()), "as pages hold it"
        text = io.StringIO(got.to_csv(index=False))
        assert pd.read_csv(text)["path"].tolist() == got["path"].tolist() == again


def test_a_name_that_is_no_text_in_a_table(tmp_path: Path) -> None:
    """The user's cell stays; columns that the library makes hold text."""
    odd = os.fsdecode(bytes(tmp_path) + b"/caf\xe9.jpg")
    Path(odd).write_bytes(PHOTO)
    table = pd.DataFrame({"path": pd.Series([odd, f"{odd}#xywh=0,0,8,8"], dtype=object)})
    got = iad.features(table, groups="light", cache=tmp_path / "cache")
    assert got["image_error"].isna().all()
    assert got["path"].tolist() == table["path"].tolist()
    long = iad.read_images(table, frames="all", keep="none")
    assert long["path"].tolist() == [
        f"file://{tmp_path}/caf%E9.jpg",
        f"file://{tmp_path}/caf%E9.jpg#xywh=0,0,8,8",
    ]
    assert iad.features(long, groups="light")["image_error"].isna().all()
